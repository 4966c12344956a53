"""What the pages of leaving show."""
