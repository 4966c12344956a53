"""Tags: short words that a workspace puts on records, to find and to treat them together."""
