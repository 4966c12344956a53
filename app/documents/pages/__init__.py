"""What the pages of templates and documents show."""
