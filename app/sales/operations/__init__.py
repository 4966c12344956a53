"""What is done in sales, as plain functions."""
