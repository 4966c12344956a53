"""How a list is looked at: its columns, and the views that people save."""
