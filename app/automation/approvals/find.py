"""Finding requests: whom they concern, who may answer them now, what became of their record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.approvers import MANAGE
from app.automation.approvals.barred import barred
from app.automation.approvals.entitled import those_who_lost
from app.automation.approvals.models import Answer, ApprovalRequest, ApprovalStep
from app.automation.approvals.stand_ins import stood_in_for
from app.events import Event
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted
from app.kernel.language import _
from app.records.access import fetch
from app.records.model import Record
from app.records.tailored import tailored


def find_request(request_id: UUID, by: Actor, *, lock: bool = False) -> ApprovalRequest:
    """A request that concerns `by`; Missing for all others. With `lock` its row is held."""
    asked = select(ApprovalRequest).where(ApprovalRequest.id == request_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = by.session.scalars(asked).one_or_none()
    if found is None or not _may_see(found, by):
        raise Missing(_("There is no such page."))
    return found


def _may_see(request: ApprovalRequest, by: Actor) -> bool:
    """True for who asked or is asked, who manages approvals, and who may read the record."""
    if by.rights.scopes is not None and not by.may(request.record_type, "read"):
        return False
    if by.person_id is not None and request.requester_id == by.person_id:
        return True
    if by.may(*MANAGE):
        return True
    mine = select(ApprovalStep.id).where(
        ApprovalStep.request_id == request.id, ApprovalStep.user_id.in_(deciders(by))
    )
    if by.session.execute(mine.limit(1)).first() is not None:
        return True
    return request.record_id is not None and record_of(request, by) is not None


def record_of(request: ApprovalRequest, by: Actor) -> Record | None:
    """The record that a request is about, as far as `by` may read it."""
    try:
        return fetch(tailored(request.record_type, by), request.record_id, by)
    except (Missing, NotPermitted):
        return None


def deciders(by: Actor) -> set[UUID]:
    """Whose requests `by` may decide: their own, and those of whom they stand in for today."""
    if by.person_id is None:
        return set()
    return {by.person_id, *stood_in_for(by)}


def deciding(request: ApprovalRequest, by: Actor, mine: set[UUID]) -> set[UUID]:
    """Of those whose requests `by` may decide, for whom they may decide this one.

    Nobody decides what they asked for themselves in somebody else's place.
    """
    is_own = by.person_id is not None and by.person_id == request.requester_id
    return mine & {by.person_id} if is_own else mine


def is_barred(request: ApprovalRequest, by: Actor) -> bool:
    """True for who may not decide the present level, not even in somebody else's place."""
    return by.person_id is not None and by.person_id in barred(request, by)


def my_steps(request: ApprovalRequest, by: Actor) -> list[ApprovalStep]:
    """The steps of a request that `by` may answer now, as whoever was asked still may."""
    if is_barred(request, by):
        return []
    mine = deciding(request, by, deciders(by))
    its = [one for one in waiting_steps(request, by) if one.user_id in mine]
    lost = those_who_lost(request, its, by)
    return [one for one in its if one not in lost]


def waiting_steps(request: ApprovalRequest, by: Actor) -> list[ApprovalStep]:
    """Everybody for whose answer a request waits."""
    rows = select(ApprovalStep).where(
        ApprovalStep.request_id == request.id, ApprovalStep.state == Answer.WAITING
    )
    return list(by.session.scalars(rows.order_by(ApprovalStep.id)))


def moved_since(request: ApprovalRequest, by: Actor) -> dict[str, list[Any]]:
    """[then, now] of every field of the record that was changed since it was asked."""
    if request.record_id is None:
        return {}
    rows = by.session.scalars(
        select(Event.changes)
        .where(
            Event.record_type == request.record_type,
            Event.record_id == request.record_id,
            Event.at > request.created_at,
        )
        .order_by(Event.at, Event.id)
    )
    known = tailored(request.record_type, by).by_key
    found: dict[str, list[Any]] = {}
    for changes in rows:
        for key, pair in changes.items():
            if key in known:
                found[key] = [found[key][0] if key in found else pair[0], pair[1]]
    return {key: pair for key, pair in found.items() if pair[0] != pair[1]}
