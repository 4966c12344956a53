"""What pages of sales show."""
