"""Merging: records that mean the same become one, and everything that named them names that one."""
