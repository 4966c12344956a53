"""What the pages of automation show."""
