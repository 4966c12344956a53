"""Records that somebody keeps at hand: they stand in the rail of that person's pages."""
