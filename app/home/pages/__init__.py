"""What the pages of Home show."""
