"""Duplicates: whether there is already a record of what somebody is typing in."""
