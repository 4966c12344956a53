"""The firm's fiscal year."""

from __future__ import annotations

from app.kernel.actor import Actor


def first_month(_by: Actor) -> int:
    """The month (January is 1) in which the firm's fiscal year begins."""
    return 1
