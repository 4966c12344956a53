"""Demo data: two workspaces that look lived in, and plausible records of any number."""
