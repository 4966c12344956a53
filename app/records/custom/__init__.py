"""The fields that a workspace adds to a record type, equal to the built-in ones everywhere."""
