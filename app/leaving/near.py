"""Whether a workspace is about to be erased, as every page of it asks.

Nobody asked for it in nearly all workspaces, where there is no stamp and nothing to look for.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.remembered import Remembered
from app.leaving.models import Farewell

STAMP = "farewell"  # Drawn when the end is asked for, and when that is taken back.
_remembered: Remembered[datetime | None] = Remembered(1024)


def farewell_due(by: Actor) -> datetime | None:
    """When the workspace is erased; None where nobody asked for that, or took it back."""
    stamp = stamps.stamp(by.session, STAMP)
    if stamp is None:
        return None
    return _remembered.get((by.tenant.id, stamp), lambda: _due(by.session))


def _due(session: Session) -> datetime | None:
    return session.scalars(select(Farewell.due_at).where(Farewell.taken_back_at.is_(None))).first()
