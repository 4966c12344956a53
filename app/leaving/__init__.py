"""Leaving, and everything that takes a whole workspace along: archive, clone, take-out, erasure."""
