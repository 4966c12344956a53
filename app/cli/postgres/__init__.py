"""A PostgreSQL server of our own where the machine has none, and the making of our databases."""
