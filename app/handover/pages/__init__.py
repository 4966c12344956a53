"""What the pages of a handover show."""
