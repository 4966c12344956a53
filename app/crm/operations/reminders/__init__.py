"""Reminders of what is due: kept in step with activities, told once, put off by their person."""
