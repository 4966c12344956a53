"""The renting side: who rents, where their data lies, and the only way to it."""
