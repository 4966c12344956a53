"""The engine of reports: from a definition to its numbers, and from a number to its rows."""
