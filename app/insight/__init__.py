"""Insight: what customers are worth, and who is leaving."""
