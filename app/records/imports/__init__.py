"""Importing files: rows of a table become records, through the same checks as a form."""
