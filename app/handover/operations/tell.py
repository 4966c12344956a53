"""Telling those who take over: one notice for each, however many records they got.

And telling every process that a handover was begun or taken back, by a stamp.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select

from app.handover.models import Handover, HandoverRow, Outcome
from app.identity.models import User
from app.identity.operations.notices import tell
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext, using
from app.records.along import numbers_in_words

ICON = "switch-horizontal"
STAMP = "handovers"
TAKEN = _("You take over from %(name)s: %(what)s")
TAKEN_BACK = _("Taken back, and with %(name)s again: %(what)s")


def stands_or_not(by: Actor) -> None:
    """Let every process learn that a handover was begun or taken back."""
    by.session.flush()  # Readers under the new stamp must find it.
    stamps.draw(by.session, STAMP)


def taken(
    handover: Handover, by: Actor, outcome: Outcome = Outcome.DONE
) -> dict[UUID, dict[str, int]]:
    """How many records of each type everybody got, or what else became of them, by the person."""
    rows = by.session.execute(
        select(HandoverRow.to_id, HandoverRow.record_type, func.count())
        .where(
            HandoverRow.handover_id == handover.id,
            HandoverRow.outcome == int(outcome),
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
    _tell(handover, taken(handover, by), TAKEN, by)


def tell_taken_back(handover: Handover, by: Actor) -> None:
    """Let everybody from whom something went back know what, in their language."""
    _tell(handover, taken(handover, by, Outcome.BACK), TAKEN_BACK, by)


def _tell(
    handover: Handover, numbers: Mapping[UUID, Mapping[str, int]], said: Text, by: Actor
) -> None:
    who = by.session.get_one(User, handover.user_id).name
    people = select(User).where(User.id.in_(numbers), User.is_active.is_(True))
    for one in by.session.scalars(people.order_by(User.id)):
        if one.id == by.user_id:
            continue
        with using(one.language or by.tenant.language):
            what = numbers_in_words(numbers[one.id], by)
            text = gettext(said.message, name=who, what=what)
        tell(by, one.id, text, url=f"/handovers/{handover.id}", icon=ICON)
