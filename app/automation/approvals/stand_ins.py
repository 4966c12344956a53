"""Who stands in for whom on a day, also for those who stand in themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.automation.approvals.models import ApprovalAbsence
from app.kernel.actor import Actor

Pairs = Mapping[UUID, set[UUID]]


def stood_in_for(by: Actor) -> set[UUID]:
    """For whom `by` decides today, also for whom those stand in themselves."""
    if by.person_id is None:
        return set()
    return _reached(_away(by.session, by.today()), {by.person_id})


def stand_ins_of(session: Session, user_ids: Collection[UUID], today: date) -> set[UUID]:
    """Who decides on a day in the place of some people, and in the place of those who do."""
    if not user_ids:
        return set()
    helping: dict[UUID, set[UUID]] = {}
    for stand_in, away in _away(session, today).items():
        for one in away:
            helping.setdefault(one, set()).add(stand_in)
    return _reached(helping, set(user_ids))


def in_place_of(session: Session, user_ids: Collection[UUID], today: date) -> Pairs:
    """For each of some people, for whom they decide on a day."""
    away = _away(session, today)
    return {one: _reached(away, {one}) for one in user_ids}


def _away(session: Session, today: date) -> dict[UUID, set[UUID]]:
    """Who is away on a day, by who stands in for them."""
    rows = session.execute(
        select(ApprovalAbsence.stand_in_id, ApprovalAbsence.user_id).where(
            ApprovalAbsence.from_on <= today, ApprovalAbsence.until_on >= today
        )
    )
    found: dict[UUID, set[UUID]] = {}
    for stand_in_id, user_id in rows:
        found.setdefault(stand_in_id, set()).add(user_id)
    return found


def _reached(pairs: Pairs, begin: set[UUID]) -> set[UUID]:
    """All that is led to from some people, without them; a circle ends where it began."""
    found: set[UUID] = set()
    level = begin
    while level:
        level = {one for each in level for one in pairs.get(each, ())} - found - begin
        found |= level
    return found
