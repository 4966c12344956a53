"""The next step and the last activity that customers and people show in lists."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.crm.models import Account, Activity, Contact


def refresh_steps(session: Session, concerned: Collection[tuple[str, UUID]]) -> None:
    """Write anew what accounts and contacts, given as (type, id), show of their activities.

    Their version stays, as nobody edited them. Every change goes through the rows in one order, so
    that two of them never wait for each other.
    """
    for record_type, record_id in sorted(concerned):
        if record_type == "account":
            _refresh(session, Account, Activity.account_id, record_id)
        elif record_type == "contact":
            _refresh(session, Contact, Activity.contact_id, record_id)


def _refresh(
    session: Session,
    model: type[Account] | type[Contact],
    reference: InstrumentedAttribute[UUID | None],
    record_id: UUID,
) -> None:
    # Locked first: of two activities written side by side, the second must count the first.
    session.execute(select(model.id).where(model.id == record_id).with_for_update(key_share=True))
    mine = (reference == record_id, Activity.deleted_at.is_(None))
    upcoming = session.execute(
        select(Activity.subject, Activity.due_at)
        .where(*mine, Activity.done_at.is_(None), Activity.due_at.is_not(None))
        .order_by(Activity.due_at, Activity.id)
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


def refresh_all_steps(session: Session) -> None:
    """Write the steps of every account and contact anew, after rows came in by COPY."""
    for model, reference in ((Account, Activity.account_id), (Contact, Activity.contact_id)):
        upcoming = (
            select(reference.label("record_id"), Activity.subject, Activity.due_at)
            .where(
                reference.is_not(None),
                Activity.deleted_at.is_(None),
                Activity.done_at.is_(None),
                Activity.due_at.is_not(None),
            )
            .ext(distinct_on(reference))
            .order_by(reference, Activity.due_at)
            .subquery()
        )
        last = (
            select(reference.label("record_id"), func.max(Activity.done_at).label("at"))
            .where(reference.is_not(None), Activity.deleted_at.is_(None))
            .group_by(reference)
            .subquery()
        )
        unsynchronised = {"synchronize_session": False}
        session.execute(
            update(model)
            .where(model.id == upcoming.c.record_id)
            .values(next_step=upcoming.c.subject, next_step_at=upcoming.c.due_at),
            execution_options=unsynchronised,
        )
        session.execute(
            update(model).where(model.id == last.c.record_id).values(last_activity_at=last.c.at),
            execution_options=unsynchronised,
        )
