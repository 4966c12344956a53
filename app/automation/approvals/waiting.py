"""How many requests wait for each person: counted anew at the end of what changed that.

The number stands with the user, so that a page shows it without asking for it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import event, func, or_, select, update
from sqlalchemy.orm import Session

from app.automation.approvals.models import Answer, ApprovalAbsence, ApprovalStep
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
    absent = ApprovalAbsence.__table__.c
    now = (absent.from_on <= today, absent.until_on >= today)
    helping = select(absent.stand_in_id).where(absent.user_id.in_(user_ids), *now)
    ids = {*user_ids, *session.scalars(helping)}
    # Held in one order, so that two who count the same people don't wait for each other.
    held = select(User.id).where(User.id.in_(ids)).order_by(User.id)
    session.execute(held.with_for_update(key_share=True, of=User))
    users, steps = User.__table__, ApprovalStep.__table__.c
    mine = select(absent.user_id).where(absent.stand_in_id == users.c.id, *now)
    waiting = (
        select(func.count(steps.request_id.distinct()))
        .where(
            steps.state == Answer.WAITING.value,
            or_(steps.user_id == users.c.id, steps.user_id.in_(mine)),
        )
        .correlate(users)
        .scalar_subquery()
    )
    counted = update(User).where(User.id.in_(ids)).values(approvals=waiting)
    session.execute(counted.execution_options(synchronize_session=False))
