"""The verbs of the customer base, as plain functions."""
