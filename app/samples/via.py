"""How events tell that a record was made as a sample."""

SAMPLES = "samples"
