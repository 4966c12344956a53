"""The next step and the last activity that customers and people show in lists."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.crm.models import Account, Activity, Contact


def refresh_steps(session: Session, account_id: UUID | None, contact_id: UUID | None) -> None:
    """Write anew what an account and a contact show; their version stays, as nobody edited them."""
    if account_id is not None:
        _refresh(session, Account, Activity.account_id, account_id)
    if contact_id is not None:
        _refresh(session, Contact, Activity.contact_id, contact_id)


def _refresh(
    session: Session, model: type[Account] | type[Contact], reference: object, record_id: UUID
) -> None:
    mine = (reference == record_id, Activity.deleted_at.is_(None))
    upcoming = session.execute(
        select(Activity.subject, Activity.due_at)
        .where(*mine, Activity.done_at.is_(None), Activity.due_at.is_not(None))
        .order_by(Activity.due_at)
        .limit(1)
    ).first()
    last = session.scalar(select(func.max(Activity.done_at)).where(*mine))
    session.execute(
        update(model)
        .where(model.id == record_id)
        .values(
            next_step=upcoming.subject if upcoming else None,
            next_step_at=upcoming.due_at if upcoming else None,
            last_activity_at=last,
        )
        .execution_options(synchronize_session=False)
    )
