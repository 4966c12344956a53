"""Guessing what becomes of a file's columns: by their names first, by what stands in them else."""
