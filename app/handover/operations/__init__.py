"""The verbs of a handover."""
