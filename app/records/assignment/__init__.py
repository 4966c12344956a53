"""Who gets a record that nobody owns: in turn, by load, by what it is, while they work."""
