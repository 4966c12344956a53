"""The next step and the last activity that customers and people show in lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.crm.models import Account, Activity, Contact
from app.kernel.rows import update_rows


def refresh_steps(session: Session, concerned: Collection[tuple[str, UUID]]) -> None:
    """Write anew what accounts and contacts, given as (type, id), show of their activities.

    Their version stays, as nobody edited them. Every change goes through the rows in one order, so
    that two of them never wait for each other. Four statements for each type, however many.
    """
    for key, model, reference in (
        ("account", Account, Activity.account_id),
        ("contact", Contact, Activity.contact_id),
    ):
        ids = sorted({record_id for record_type, record_id in concerned if record_type == key})
        if ids:
            _refresh(session, model, reference, ids)


def _refresh(
    session: Session,
    model: type[Account] | type[Contact],
    reference: InstrumentedAttribute[UUID | None],
    ids: Sequence[UUID],
) -> None:
    # Locked first: of two activities written side by side, the second must count the first.
    locked = select(model.id).where(model.id.in_(ids)).order_by(model.id)
    session.execute(locked.with_for_update(key_share=True))
    mine = (reference.in_(ids), Activity.deleted_at.is_(None))
    upcoming = session.execute(
        select(reference.label("record_id"), Activity.subject, Activity.due_at)
        .where(*mine, Activity.done_at.is_(None), Activity.due_at.is_not(None))
        .ext(distinct_on(reference))
        .order_by(reference, Activity.due_at, Activity.id)
    ).all()
    last = session.execute(
        select(reference.label("record_id"), func.max(Activity.done_at).label("at"))
        .where(*mine, Activity.done_at.is_not(None))
        .group_by(reference)
    ).all()
    steps = {row.record_id: (row.subject, row.due_at) for row in upcoming}
    done = {row.record_id: row.at for row in last}
    rows = []
    for one in ids:
        step, due_at = steps.get(one, (None, None))
        row = {"id": one, "next_step": step, "next_step_at": due_at}
        rows.append({**row, "last_activity_at": done.get(one)})
    update_rows(session, model, rows)


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
