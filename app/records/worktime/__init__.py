"""The calendars of a workspace and its fiscal year, kept and changed."""
