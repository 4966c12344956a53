"""The checks of `zuke check` that are code of ours; each returns the problems that it found."""
