"""What is locked while a request waits: its fields, or the whole record, also from its parents.

What waits keeps the lock under which it was asked, however the rule is changed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_

from app.automation.approvals.approvers import names
from app.automation.approvals.models import ApprovalRequest, ApprovalStep, Lock, State
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.gate import Done
from app.records.trash import below
from app.records.types import RecordType

NAMED = 3  # People whom a message names.


def refuse_locked(record_type: RecordType, verb: str, done: Sequence[Done], by: Actor) -> None:
    """Refused for a change of what waits for approval, other than the very same once more.

    What somebody held who has left gets another owner all the same: nobody else could go on with
    it, and what waits shows whoever decides that it was changed since.
    """
    if by.hands_over:
        return
    if verb == "delete":
        _refuse_taking_along(record_type, done, by)
    by_id = {one.record.id: one for one in done}
    rows = by.session.scalars(
        select(ApprovalRequest).where(
            ApprovalRequest.record_type == record_type.key,
            ApprovalRequest.record_id.in_(list(by_id)),
            *_locking(by),
        )
    )
    for row in rows:
        one = by_id[row.record_id]  # type: ignore[index]  # It was asked for by these.
        if row.verb == verb and row.changes == one.changes:
            continue
        touched = sorted(set(row.changes) & set(one.changes))
        if row.locks == Lock.FIELDS and not touched:
            continue
        text = _(
            "A change of this waits for the approval of %(who)s, and it is locked until then.",
            who=waiting_names(row, by),
        )
        raise Refused(text, errors=dict.fromkeys(touched, text))


def locked_among(record_type: str, ids: Any, by: Actor) -> int:
    """How many of some records, whose ids a statement selects, are locked as a whole."""
    rows = select(func.count(ApprovalRequest.record_id.distinct())).where(
        ApprovalRequest.record_type == record_type,
        ApprovalRequest.state == State.WAITING,
        ApprovalRequest.locks == Lock.RECORD,
        ApprovalRequest.record_id.in_(ids),
    )
    return by.session.scalar(rows) or 0


def _locking(by: Actor) -> list[ColumnElement[bool]]:
    """The requests that lock something; not the one that is done just now."""
    own = by.approval.request_id if by.approval is not None else None
    found = [ApprovalRequest.state == State.WAITING, ApprovalRequest.locks != Lock.NOTHING]
    return found if own is None else [*found, ApprovalRequest.id != own]


def waiting_names(row: ApprovalRequest, by: Actor) -> str:
    """Who is asked about a request at the moment."""
    ids = by.session.scalars(
        select(ApprovalStep.user_id).where(
            ApprovalStep.request_id == row.id, ApprovalStep.state == State.WAITING
        )
    ).all()
    called = names(by.session, ids)
    return ", ".join(sorted(called.values())[:NAMED])


def _refuse_taking_along(record_type: RecordType, done: Sequence[Done], by: Actor) -> None:
    """Refused for the deletion of what takes a locked record along."""
    named = [
        (its_type.key, record.id)
        for one in done
        for its_type, record in below(record_type, one.record, by, one.record.delete_batch_id)
    ]
    if not named:
        return
    row = by.session.scalars(
        select(ApprovalRequest)
        .where(
            tuple_(ApprovalRequest.record_type, ApprovalRequest.record_id).in_(named),
            ApprovalRequest.locks == Lock.RECORD,
            *_locking(by),
        )
        .order_by(ApprovalRequest.id)
        .limit(1)
    ).first()
    if row is not None:
        raise Refused(
            _(
                "“%(name)s” would go with it. A change of that waits for the approval of "
                "%(who)s, and it is locked until then.",
                name=row.title,
                who=waiting_names(row, by),
            )
        )
