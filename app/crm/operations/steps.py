"""The next step and the last activity that customers, people and leads show in lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.crm.models import Account, Activity, ActivityLink, Contact
from app.crm.models.steps import HasSteps
from app.kernel.rows import update_rows
from app.records.registry import registry


def refresh_steps(session: Session, concerned: Collection[tuple[str, UUID]]) -> None:
    """Write anew what records, given as (type, id), show of their activities, where they show any.

    Their version stays, as nobody edited them. Every change goes through the rows in one order, so
    that two of them never wait for each other. Four statements for each type, however many.
    """
    kinds = {kind for kind, _record_id in concerned}
    for kind in sorted(kinds, key=lambda one: (_ORDER.get(one, len(_ORDER)), one)):
        declared = registry().get(kind)
        if declared is not None and issubclass(declared.model, HasSteps):
            ids = sorted({record_id for of, record_id in concerned if of == kind})
            _refresh(session, declared.model, _stands_on(kind), ids)


_ORDER = {"account": 0, "contact": 1}
_BY_COLUMN: Mapping[str, InstrumentedAttribute[UUID | None]] = {
    "account": Activity.account_id,
    "contact": Activity.contact_id,
}


@dataclass(frozen=True, slots=True)
class _Stands:
    """How activities are found that stand on a record: its id in SQL, and what joins it to them."""

    reference: InstrumentedAttribute[Any]
    joined: tuple[ColumnElement[bool], ...] = ()


def _stands_on(kind: str) -> _Stands:
    """Customers and people have a column of an activity, all others its links."""
    if kind in _BY_COLUMN:
        return _Stands(_BY_COLUMN[kind])
    joined = (ActivityLink.activity_id == Activity.id, ActivityLink.record_type == kind)
    return _Stands(ActivityLink.record_id, joined)


def _refresh(session: Session, model: Any, stands: _Stands, ids: Sequence[UUID]) -> None:
    reference = stands.reference
    # Locked first: of two activities written side by side, the second must count the first.
    locked = select(model.id).where(model.id.in_(ids)).order_by(model.id)
    session.execute(locked.with_for_update(key_share=True))
    mine = (reference.in_(ids), Activity.deleted_at.is_(None), *stands.joined)
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
