"""PDF by typst: `press` runs `compose`, a program of its own with bounds on memory and time."""
