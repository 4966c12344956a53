"""Demo data: two workspaces that look lived in, and as many plausible records as anybody asks for."""
