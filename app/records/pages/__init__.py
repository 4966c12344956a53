"""What the pages of records show: lists, forms, record pages and timelines, ready for templates."""
