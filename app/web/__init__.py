"""The shell of every page: rendering, access declarations, forms, forgery protection, errors."""
