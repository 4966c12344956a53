"""How long bulk changes are kept: as long as they can be taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.records.bulk.models import UNDONE_WITHIN, BulkChange


def forget_changes(session: Session, now: datetime) -> None:
    """Drop what nobody can undo any more, with its rows; the events of its records stay."""
    session.execute(
        delete(BulkChange).where(
            BulkChange.created_at < now - UNDONE_WITHIN, BulkChange.finished_at.is_not(None)
        )
    )
