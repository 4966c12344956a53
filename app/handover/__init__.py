"""Handover: what a colleague holds goes to others when they leave or change their area.

`models` are the tables, `rules` who gets what, `operations` the verbs: `share` works out who gets
which record, `begin` does it, `run` takes record by record through the one door, `leave` ends the
access of who leaves, `undo` takes a handover back.
"""
