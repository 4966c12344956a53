"""How long before it is due something is brought to mind."""

from __future__ import annotations

from datetime import timedelta

from app.kernel.language import _
from app.records.fields import Option

NONE = "none"
USUAL = "15"  # For whoever has not chosen.
CHOICES = (
    Option(NONE, _("No reminder")),
    Option("0", _("When it is due")),
    Option("5", _("5 minutes before")),
    Option("15", _("15 minutes before")),
    Option("30", _("30 minutes before")),
    Option("60", _("1 hour before")),
    Option("120", _("2 hours before")),
    Option("1440", _("1 day before")),
    Option("10080", _("1 week before")),
)
KNOWN = frozenset(one.value for one in CHOICES)


def before(chosen: str) -> timedelta | None:
    """The time that a choice stands for; None for no reminder."""
    return timedelta(minutes=int(chosen)) if chosen in KNOWN and chosen != NONE else None
