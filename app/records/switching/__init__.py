"""Switching the modules of a workspace on and off."""
