"""How many requests wait for each person: counted anew at the end of what changed that.

The number stands with the user, so that a page shows it without asking for it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, column, event, func, select, update, values
from sqlalchemy.orm import Session

from app.automation.approvals.models import Answer, ApprovalStep
from app.automation.approvals.stand_ins import in_place_of, stand_ins_of
from app.identity.models import User
from app.kernel.actor import Actor

CONCERNED = "approvals:concerned"  # Its place in a session.


def concern(by: Actor, user_ids: Collection[UUID]) -> None:
    """Count anew, before the transaction ends, what waits for some people and their stand-ins."""
    if not user_ids:
        return
    held: dict[UUID, date] = by.session.info.setdefault(CONCERNED, {})
    held.update(dict.fromkeys(user_ids, by.today()))
    count_at_end(by.session)


def count_at_end(session: Session) -> None:
    """See to it that who was concerned is counted before the transaction ends."""
    if not event.contains(session, "before_commit", count_now):
        event.listen(session, "before_commit", count_now)


def count_now(session: Session) -> None:
    """Count those whom the transaction concerns."""
    if session.in_nested_transaction():
        return
    held: dict[UUID, date] | None = session.info.pop(CONCERNED, None)
    if held:
        session.flush()  # What follows reads it in the database.
        count_for(session, set(held), max(held.values()))


def count_for(session: Session, user_ids: Collection[UUID], today: date) -> None:
    """Write the number of each of some people, and of those who stand in for them today."""
    ids = {*user_ids, *stand_ins_of(session, user_ids, today)}
    # Held in one order, so that two who count the same people don't wait for each other.
    held = select(User.id).where(User.id.in_(ids)).order_by(User.id)
    session.execute(held.with_for_update(key_share=True, of=User))
    users, steps = User.__table__, ApprovalStep.__table__.c
    others = in_place_of(session, ids, today)
    pairs = [(one, other) for one in ids for other in (one, *others[one])]
    places = values(column("decider_id", Uuid), column("user_id", Uuid), name="places").data(pairs)
    waiting = (
        select(func.count(steps.request_id.distinct()))
        .where(
            places.c.decider_id == users.c.id,
            steps.user_id == places.c.user_id,
            steps.state == Answer.WAITING.value,
        )
        .correlate(users)
        .scalar_subquery()
    )
    counted = update(User).where(User.id.in_(ids)).values(approvals=waiting)
    session.execute(counted.execution_options(synchronize_session=False))
