"""Telling those who take over: one notice for each, however many records they got.

And telling every process that a handover was begun or taken back, by a stamp.
"""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from sqlalchemy import func, select

from app.handover.models import Handover, HandoverRow, Outcome
from app.identity.models import User
from app.identity.operations.notices import tell
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.language import gettext, using
from app.records.along import numbers_in_words

ICON = "switch-horizontal"
STAMP = "handovers"


def stands_or_not(by: Actor) -> None:
    """Let every process learn that a handover was begun or taken back."""
    by.session.flush()  # Readers under the new stamp must find it.
    stamps.draw(by.session, STAMP)


def taken(handover: Handover, by: Actor) -> dict[UUID, dict[str, int]]:
    """How many records of each type everybody got, by the person."""
    rows = by.session.execute(
        select(HandoverRow.to_id, HandoverRow.record_type, func.count())
        .where(
            HandoverRow.handover_id == handover.id,
            HandoverRow.outcome == int(Outcome.DONE),
        )
        .group_by(HandoverRow.to_id, HandoverRow.record_type)
        .order_by(HandoverRow.to_id, HandoverRow.record_type)
    )
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for to_id, kind, number in rows:
        if to_id is not None:
            found[to_id][kind] = number
    return found


def tell_receivers(handover: Handover, by: Actor) -> None:
    """Let everybody who took something over know what and from whom, in their language."""
    numbers = taken(handover, by)
    who = by.session.get_one(User, handover.user_id).name
    people = select(User).where(User.id.in_(numbers), User.is_active.is_(True))
    for one in by.session.scalars(people.order_by(User.id)):
        if one.id == by.user_id:
            continue
        with using(one.language or by.tenant.language):
            what = numbers_in_words(numbers[one.id], by)
            text = gettext("You take over from %(name)s: %(what)s", name=who, what=what)
        tell(by, one.id, text, url=f"/handovers/{handover.id}", icon=ICON)
