"""What the pages of plan and bill show."""
