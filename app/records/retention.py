"""How long what was deleted is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

DELETED_KEPT = timedelta(days=30)


def days_left(deleted_at: datetime, now: datetime) -> int:
    """How many days a deleted record can still be brought back; 0 on its last one."""
    return max((deleted_at + DELETED_KEPT - now).days, 0)
