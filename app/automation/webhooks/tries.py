"""How often a message is tried, and how long is waited in between."""

from __future__ import annotations

from datetime import timedelta

# The waits before the second try and so on: eight tries in some fourteen hours.
WAITS = tuple(timedelta(seconds=n) for n in (5, 30, 120, 600, 3600, 3 * 3600, 10 * 3600))
MOST_TRIES = len(WAITS) + 1
