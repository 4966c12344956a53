"""What the pages of imports show: the file, what becomes of its columns, and what became of it."""
