"""Who stands in for whom, on which days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.models import ApprovalAbsence
from app.automation.approvals.waiting import concern
from app.identity.models import User
from app.identity.operations.guard import require_writable
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import _

RECOUNT = "recount_approvals"
MOST = 20
LONGEST = 366  # Days.
LAST_YEAR = 2200


def away_on(user_ids: Collection[UUID], day: date, by: Actor) -> set[UUID]:
    """Who of these people is away on a day."""
    found = by.session.scalars(
        select(ApprovalAbsence.user_id).where(
            ApprovalAbsence.user_id.in_(user_ids),
            ApprovalAbsence.from_on <= day,
            ApprovalAbsence.until_on >= day,
        )
    )
    return set(found)


def absences_of(by: Actor, user_id: UUID) -> list[ApprovalAbsence]:
    """The absences of somebody that are not over, the next first."""
    rows = select(ApprovalAbsence).where(
        ApprovalAbsence.user_id == user_id, ApprovalAbsence.until_on >= by.today()
    )
    return list(by.session.scalars(rows.order_by(ApprovalAbsence.from_on, ApprovalAbsence.id)))


def add_absence(
    by: Actor, stand_in: User | None, from_on: date | None, until_on: date | None
) -> ApprovalAbsence:
    """Let somebody decide in `by`'s place on some days; Refused with a message per field."""
    require_writable(by)
    assert by.user_id is not None  # noqa: S101 - a person's own page.
    if stand_in is None or not stand_in.is_active:
        raise Refused(_("Choose a colleague."), field="stand_in_id")
    if stand_in.id == by.user_id:
        raise Refused(_("Choose somebody else than yourself."), field="stand_in_id")
    if from_on is None:
        raise Refused(_("Enter a day."), field="from_on")
    if until_on is None or until_on < from_on or until_on < by.today():
        raise Refused(_("This day is before the first one, or past."), field="until_on")
    if until_on.year > LAST_YEAR:
        raise Refused(_("This date is too far away."), field="until_on")
    _refuse_odd_days(from_on, until_on, absences_of(by, by.user_id))
    made = ApprovalAbsence(
        id=new_id(),
        user_id=by.user_id,
        stand_in_id=stand_in.id,
        from_on=from_on,
        until_on=until_on,
        created_at=by.now,
    )
    by.session.add(made)
    by.session.flush()  # Who counts next must find it.
    _recount(by, made)
    for day in (from_on, until_on + timedelta(days=1)):
        at = datetime.combine(day, time(), by.zone)
        if at > by.now:
            payload = {"user_ids": [str(by.user_id), str(stand_in.id)]}
            enqueue(by, RECOUNT, payload, run_at=at)
    return made


def _refuse_odd_days(from_on: date, until_on: date, mine: list[ApprovalAbsence]) -> None:
    if (until_on - from_on).days > LONGEST:
        raise Refused(_("At most a year at once."), field="until_on")
    if any(one.from_on <= until_on and one.until_on >= from_on for one in mine):
        raise Refused(_("On some of these days somebody stands in already."), field="from_on")
    if len(mine) >= MOST:
        raise Refused(_("At most %(limit)s values.", limit=MOST), field="from_on")


def end_absence(by: Actor, absence_id: UUID) -> None:
    """Take an absence back; Missing for another's."""
    require_writable(by)
    found = by.session.get(ApprovalAbsence, absence_id)
    if found is None or found.user_id != by.user_id:
        raise Missing(_("There is no such page."))
    by.session.delete(found)
    by.session.flush()  # Who counts next must not meet it.
    _recount(by, found)


def _recount(by: Actor, one: ApprovalAbsence) -> None:
    concern(by, [one.user_id, one.stand_in_id])
