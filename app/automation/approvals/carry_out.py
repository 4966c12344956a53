"""Doing what was approved: through the door, as the change of whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.automation.approvals.approvers import names
from app.automation.approvals.ask import ask_level, requester_name
from app.automation.approvals.facts import known, strictest
from app.automation.approvals.models import Answer, ApprovalRequest, ApprovalStep, Came
from app.automation.approvals.versions import version_now
from app.automation.authority.lapsed import lapsed
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor, Approval, service_actor
from app.kernel.errors import Answer as Refusal
from app.kernel.errors import Conflict, Held, Missing, NotPermitted, Refused
from app.kernel.language import _
from app.records.access import fetch
from app.records.approved import count_approved
from app.records.bulk.run import sentence
from app.records.door import perform
from app.records.mentions.batch import tell_mentioned_in_batch
from app.records.merge.asking import MERGE, UNMERGE
from app.records.merge.waiting import merge_as_asked, unmerge_as_asked
from app.records.model import Record
from app.records.sharing.news import tell_of_batch
from app.records.tailored import tailored
from app.records.types import RecordType

WRITTEN = "approvals:batches"  # Its place in a session: the batches in which something was done.
Doing = Callable[[RecordType, UUID, Mapping[str, Any], Actor], Record]
# What is asked for as a whole and is no verb of the door.
OTHERS: Mapping[str, Doing] = {MERGE: merge_as_asked, UNMERGE: unmerge_as_asked}


class Moved(Conflict):
    """The record was changed since it was asked: whoever decides has to see that first."""


def demand_seen(request: ApprovalRequest, version: int | None, by: Actor) -> int | None:
    """The version as which it was seen, which is that of the record; None of a new one.

    Moved where the record is another than was asked about, and was not seen as it stands.
    """
    now = version_now(request, by)
    seen = version if version is not None else request.seen_version
    if request.record_id is not None and now is not None and now != seen:
        raise Moved(_("The record was changed since this was asked. Look at it as it stands now."))
    return now


def carry_out(request: ApprovalRequest, by: Actor) -> bool:
    """Do what was approved as the change of whoever asked; True where it was done.

    It is judged again as it would stand now: where another rule holds it back by this time, or who
    approved may not agree to it any more, those are asked too who may.
    """
    asker = _asker(request, by)
    held_by = lapsed(known(by).limits, request.passes, _agreeing(request, by), by)
    passes = frozenset(request.passes) - held_by
    approval = Approval(passes, _approvers(request, by), request.id)
    acting = replace(asker, approval=approval, batch_id=request.batch_id)
    try:
        with by.session.begin_nested():
            title, record_id = _do(request, acting)
    except Held as held:
        request.passes = [one for one in request.passes if one not in held_by]
        if _ask_more(request, held, by):
            return False
        return carry_out(request, by)  # There is nobody but those who agreed already.
    except (Missing, NotPermitted) as refusal:
        raise Refused(
            _(
                "%(who)s may not do this any more: %(why)s",
                who=requester_name(request, by),
                why=sentence(refusal),
            )
        ) from None
    except Refusal as refusal:
        raise Refused(_("This can't be done now: %(why)s", why=sentence(refusal))) from None
    except (IntegrityError, StaleDataError):
        raise Conflict(_("Somebody changed this at the same moment.")) from None
    request.record_id, request.title = record_id, title[:300] or request.title
    if request.batch_id is not None:
        count_approved(request.batch_id, record_id, request.verb, by)
        batches: dict[UUID, Actor] = by.session.info.setdefault(WRITTEN, {})
        batches[request.batch_id] = acting
    return True


def tell_of_batches(by: Actor) -> None:
    """Let colleagues learn of what was done just now in batches, each once for all of it."""
    batches: dict[UUID, Actor] = by.session.info.pop(WRITTEN, {})
    for batch_id, acting in batches.items():
        tell_of_batch(acting, batch_id)
        tell_mentioned_in_batch(acting, batch_id)


def _do(request: ApprovalRequest, acting: Actor) -> tuple[str, UUID]:
    record_type = tailored(request.record_type, acting)
    other = OTHERS.get(request.verb)
    if other is not None and request.record_id is not None:
        done = other(record_type, request.record_id, request.inputs, acting)
    else:
        record = None
        if request.record_id is not None:
            record = fetch(record_type, request.record_id, acting, request.verb)
        done = perform(record_type, request.verb, record, by=acting, **request.inputs)
    return record_type.title_of(done), done.id


def _asker(request: ApprovalRequest, by: Actor) -> Actor:
    """Whoever asked, as they may act at this moment."""
    if request.requester_id is None:
        return service_actor(by.session, by.tenant, by.now, via=request.via)
    user = by.session.get(User, request.requester_id)
    if user is None or not user.is_active:
        raise Refused(_("Whoever asked for this can't sign in any more, so it can't be done."))
    scopes = frozenset(request.scopes) if request.scopes is not None else None
    return actor_for(by.session, by.tenant, user, by.now, request.via, scopes=scopes)


def _approvers(request: ApprovalRequest, by: Actor) -> tuple[str, ...]:
    """Who said yes, in the order in which they did."""
    ids: Sequence[UUID | None] = by.session.scalars(
        select(ApprovalStep.by_id)
        .where(ApprovalStep.request_id == request.id, ApprovalStep.state == Answer.APPROVED)
        .order_by(ApprovalStep.at, ApprovalStep.id)
    ).all()
    called = names(by.session, ids)
    return tuple(dict.fromkeys(called[one] for one in ids if one in called))


def _agreeing(request: ApprovalRequest, by: Actor) -> list[UUID] | None:
    """In whose place it was agreed to; None where those agreed who manage what roles may.

    Whoever hands a request on lets it be decided by what they may agree to themselves.
    """
    steps = by.session.execute(
        select(ApprovalStep.user_id, ApprovalStep.came, ApprovalStep.state).where(
            ApprovalStep.request_id == request.id,
            ApprovalStep.state.in_((Answer.APPROVED, Answer.PASSED_ON)),
        )
    ).all()
    if any(one.came == Came.MANAGING and one.state == Answer.APPROVED for one in steps):
        return None
    return [one.user_id for one in steps]


def _ask_more(request: ApprovalRequest, held: Held, by: Actor) -> bool:
    """Ask those too whom another rule names by now; False where each level is passed over."""
    why: Any = held.wish.verdict.why  # type: ignore[attr-defined]  # As the gate made it.
    request.passes = [*request.passes, *why.passes]
    request.reasons = [*request.reasons, *(dict(one) for one in why.reasons)]
    more = [{**one.stored(), "four_eyes": why.four_eyes} for one in why.levels]
    request.levels = [*request.levels, *more]
    request.locks = strictest((request.locks, why.locks))
    while request.level + 1 < len(request.levels):
        request.level += 1
        if ask_level(request, by):
            return True
    return False
