"""What a list is looked at through besides its rows: a board by a choice, a calendar by a date."""
