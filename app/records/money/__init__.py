"""Currencies of a workspace: what one was worth on a day, and amounts turned into another."""
