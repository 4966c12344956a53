"""Which kinds of fields a report groups by, and how."""

from __future__ import annotations

DATES = ("moment", "day")
NUMBERS = ("whole", "number", "money", "amount", "percent")
MANY = ("choices", "tags")  # A record can have several of these, and stands in each one's group.
PLAIN = ("choice", "country", "flag", "text")
NAMED = ("choice", "country", "text", "reference")  # Kinds of which a few can be named.
