"""Keeping a change as a request, and asking the people of a level."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.agreed import count_agreed
from app.automation.approvals.approvers import names, people_of
from app.automation.approvals.barred import agreed_before, barred
from app.automation.approvals.deadline import due_at, remind_at
from app.automation.approvals.facts import level_of
from app.automation.approvals.models import (
    Answer,
    ApprovalNote,
    ApprovalRequest,
    ApprovalStep,
    Came,
    State,
)
from app.automation.approvals.telling import note, place_of, tell_people
from app.automation.approvals.waiting import concern
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.gate import Asked, Wish

if TYPE_CHECKING:
    from app.automation.approvals.gate import Why

REMIND = "remind_approval"
TITLE = 300
NAMED = 3  # People whom a message names.


def keep_request(wish: Wish, by: Actor) -> Asked:
    """Keep what was held back and ask the first level; asked twice, it is one request."""
    mark = _mark(wish, by)
    stands = by.session.scalars(
        select(ApprovalRequest).where(
            ApprovalRequest.mark == mark, ApprovalRequest.state == State.WAITING
        )
    ).one_or_none()
    if stands is not None:
        return _asked(stands, by)
    why: Why = wish.verdict.why
    request = ApprovalRequest(
        id=new_id(),
        record_type=wish.record_type,
        record_id=wish.record_id,
        account_id=wish.account_id,
        owner_id=wish.owner_id,
        title=wish.title[:TITLE],
        verb=wish.verb,
        inputs=dict(wish.inputs),
        seen_version=wish.version,
        changes=dict(wish.changes),
        passes=list(why.passes),
        reasons=[dict(one) for one in why.reasons],
        levels=[{**one.stored(), "four_eyes": why.four_eyes} for one in why.levels],
        level=0,
        locks=why.locks,
        requester_id=by.user_id,
        scopes=sorted(by.rights.scopes) if by.rights.scopes is not None else None,
        via=by.via,
        batch_id=by.batch_id,
        mark=mark,
        state=State.WAITING,
        created_at=by.now,
    )
    by.session.add(request)
    by.session.flush()  # Steps and notes refer to it.
    note(by, request, "requested")
    ask_level(request, by)
    by.session.flush()  # What follows reads it in the database.
    return _asked(request, by)


def ask_level(request: ApprovalRequest, by: Actor) -> bool:
    """Ask the people of the level that the request stands at; False where it is passed over.

    That is one of the manager above, where there is nobody but those who agreed before, and one
    for which the yes that somebody gave on an earlier level is enough.
    """
    level = level_of(request.levels[request.level])
    but = barred(request, by)
    people, is_named = people_of(by.session, level, request.requester_id, request.owner_id, but=but)
    if not people and agreed_before(request, by):
        note(by, request, "alone", is_service=True)
        return False
    left = count_agreed(request, people, by, is_named=is_named)
    if len(left) < len(people) and not (level.all and left):
        return False
    request.due_at = due_at(level, by)
    ask_people(request, left, by, is_named=is_named)
    plan_reminders(request, remind_at(level, by), by)
    return True


def ask_people(
    request: ApprovalRequest, user_ids: list[UUID], by: Actor, *, is_named: bool
) -> None:
    """Ask those whom a level names, or who manage approvals for want of them; the trail says so.

    Where there is nobody, whoever asked is told that, once.
    """
    if user_ids:
        if not is_named:
            note(by, request, "fallback", is_service=True)
        add_steps(request, user_ids, by, Came.NAMED if is_named else Came.MANAGING)
        return
    stands = select(ApprovalNote.id).where(
        ApprovalNote.request_id == request.id,
        ApprovalNote.kind == "nobody",
        ApprovalNote.text == str(request.level),
    )
    if by.session.execute(stands).first() is not None:
        return
    note(by, request, "nobody", str(request.level), is_service=True)
    if request.requester_id is not None:
        told = _("Nobody is left who could approve: %(name)s", name=request.title)
        tell_people(by, request, [request.requester_id], told, None)


def add_steps(
    request: ApprovalRequest, user_ids: list[UUID], by: Actor, came: Came = Came.NAMED
) -> None:
    """Ask some people on the level that the request stands at, and tell them."""
    for user_id in user_ids:
        by.session.add(
            ApprovalStep(
                id=new_id(),
                request_id=request.id,
                level=request.level,
                user_id=user_id,
                state=Answer.WAITING,
                came=came,
            )
        )
    by.session.flush()  # What follows reads it in the database.
    concern(by, user_ids)
    who = requester_name(request, by)
    one = _("%(who)s asks for your approval: %(name)s", who=who, name=request.title)
    many = _("%(who)s asks for your approval of several changes", who=who)
    tell_people(by, request, user_ids, one, many)


def requester_name(request: ApprovalRequest, by: Actor) -> str | Text:
    """Who asked, by name; the service itself has none."""
    if request.requester_id is None:
        return _("The system")
    return names(by.session, [request.requester_id]).get(request.requester_id, "")


def waits_for(request: ApprovalRequest, by: Actor) -> list[UUID]:
    """Whom a request waits for."""
    rows = (
        select(ApprovalStep.user_id)
        .where(ApprovalStep.request_id == request.id, ApprovalStep.state == Answer.WAITING)
        .order_by(ApprovalStep.id)
    )
    return list(by.session.scalars(rows))


def _asked(request: ApprovalRequest, by: Actor) -> Asked:
    ids = waits_for(request, by)
    called = names(by.session, ids)
    who = ", ".join([called[one] for one in ids if one in called][:NAMED])
    message = _("This waits for the approval of %(who)s.", who=who)
    return Asked(request.id, place_of(request), message)


def plan_reminders(request: ApprovalRequest, early: datetime, by: Actor) -> None:
    """Jobs at the moments at which people are reminded, and told that it is late.

    They name the moment at which it is due: of one that was put off since, nothing is said.
    """
    if request.due_at is None:
        return
    payload = {
        "request_id": str(request.id),
        "level": request.level,
        "due_at": request.due_at.isoformat(),
    }
    for at, is_late in ((early, False), (request.due_at, True)):
        enqueue(by, REMIND, {**payload, "is_late": is_late}, run_at=at)


def _mark(wish: Wish, by: Actor) -> str:
    """What tells this request from any other that waits."""
    told = {
        "who": str(by.user_id),
        "what": [wish.record_type, wish.verb, str(wish.record_id)],
        "inputs": dict(wish.inputs),
        "batch": [str(by.batch_id), wish.place] if wish.record_id is None else "",
        "via": by.via,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
