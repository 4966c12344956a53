"""Customers, the people there, and what was done and planned with them; always switched on."""
