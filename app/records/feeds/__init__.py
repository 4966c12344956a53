"""A person's calendar for other programs: a private address that answers with an iCalendar."""
