"""Claiming a record of the pool, returning one to it, passing one on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.events import Event
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import OFFERED, _, using
from app.records.fields import Option
from app.records.model import Record
from app.records.pool.due import overdue
from app.records.pool.models import PoolRule
from app.records.pool.policy import policy
from app.records.pool.taken import taken_by
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.values.texts import clean_text
from app.records.values.unfit import Unfit
from app.web.formats import formats

REASONS = (
    Option("no_interest", _("No interest")),
    Option("no_contact", _("Could not be reached")),
    Option("not_mine", _("Not my area")),
    Option("no_time", _("No time for it")),
    Option("other", _("Another reason")),
)
LONGEST_NOTE = 500
BY_RULE = "rule"  # The reason of what the service takes by itself.


def claim(record: Any, by: Actor) -> None:
    """Become the owner of a record of the pool.

    Conflict with the name of whoever was quicker; Refused where `by` returned it themselves a short
    while ago, and where no person acts.
    """
    if by.user_id is None:
        raise Refused(_("Only a person can own a record."))
    _hold(record, by)
    _refuse_returned(record, by)
    record.owner_id = by.user_id


def give_back(
    record: Any, by: Actor, reason: object, note: object = "", rule: object = None
) -> dict[str, Any]:
    """Put a record into the pool; it says why, by one of REASONS and in words of one's own.

    Refused where it is there already, for a reason that is none and for a note that is too long.
    The service itself does it by a `rule`, whose name it tells; Refused where that holds no more.
    """
    if reason == BY_RULE and by.user_id is None:
        name = _rule_that_holds(record, rule, by)
        leave(record, by)
        return {"reason": [None, dict.fromkeys(OFFERED, name)], "rule": [None, str(rule)]}
    found = next((one for one in REASONS if one.value == reason), None)
    if found is None:
        raise Refused(_("This is not one of the values to choose from."), field="reason")
    try:
        words = clean_text(note or "")
    except Unfit as unfit:
        raise Refused(unfit.message, field="note") from None
    if len(words) > LONGEST_NOTE:
        message = _("At most %(most)s characters.", most=LONGEST_NOTE)
        raise Refused(message, field="note")
    leave(record, by)
    return {"reason": [None, in_languages(found.shown, words)]}


def leave(record: Any, by: Actor) -> None:
    """Take a record from its owner."""
    model = type(record)
    owner_id = by.session.scalar(
        select(model.owner_id).where(model.id == record.id).with_for_update()
    )
    if owner_id is None:
        raise Refused(_("It is in the pool already."))
    record.owner_id = None


def reassign(record: Any, by: Actor, owner_id: object) -> None:
    """Make a colleague the owner of a record, of the pool or of somebody's."""
    user_id = owner_id if isinstance(owner_id, UUID) else parse_id(str(owner_id or ""))
    user = by.session.get(User, user_id) if user_id is not None else None
    if user is None or not user.is_active:
        raise Refused(_("There is no such colleague."), field="owner_id")
    if record.owner_id == user.id:
        message = _("%(name)s owns it already.", name=user.name)
        raise Refused(message, field="owner_id")
    record.owner_id = user.id


def in_languages(told: Callable[[], str], note: str = "") -> dict[str, str]:
    """What is told in every language that is offered, as an event keeps it, with a note behind."""
    found = {}
    for language in OFFERED:
        with using(language):
            found[language] = f"{told()} – {note}" if note else told()
    return found


def type_of(record: Record) -> RecordType:
    """The type that a record is of."""
    return next(one for one in registry() if one.model is type(record))


def _hold(record: Any, by: Actor) -> None:
    """Hold the row until the transaction ends: of two who claim at once one comes second."""
    model = type(record)
    owner_id = by.session.scalar(
        select(model.owner_id).where(model.id == record.id).with_for_update()
    )
    if owner_id is None:
        return
    name = by.session.scalar(select(User.name).where(User.id == owner_id))
    raise taken_by(owner_id, name or "", by)


def _refuse_returned(record: Record, by: Actor) -> None:
    """Refused for whoever lost a record so lately that the workspace lets others claim first.

    However they lost it: who empties the owner's field, or takes a claim back, returns it too.
    """
    kind = type_of(record).key
    chosen = policy(by).choices.get(kind)
    if chosen is None or not chosen.hold_days:
        return
    since = by.now - timedelta(days=chosen.hold_days)
    last = by.session.execute(
        select(Event.at, Event.changes)
        .where(
            Event.record_type == kind,
            Event.record_id == record.id,
            Event.at > since,
            Event.changes.has_key("owner_id"),
            Event.changes["owner_id"][1].astext.is_(None),
        )
        .order_by(Event.at.desc())
        .limit(1)
    ).first()
    if last is None or last.changes["owner_id"][0] != str(by.user_id):
        return
    again = (last.at + timedelta(days=chosen.hold_days)).astimezone(by.zone).date()
    raise Refused(
        _(
            "It was yours until lately. You can claim it again from %(day)s.",
            day=formats(by).day(again, by.today()),
        )
    )


def _rule_that_holds(record: Any, rule_id: object, by: Actor) -> str:
    """The name of a rule that takes a record now; somebody may have done something meanwhile."""
    found = parse_id(str(rule_id or ""))
    rule = by.session.get(PoolRule, found) if found is not None else None
    if rule is None or not rule.is_on:
        raise Refused(_("The rule is switched off."))
    model = type(record)
    due = overdue(rule, tailored(type_of(record), by), by)
    if by.session.scalar(select(model.id).where(model.id == record.id, *due)) is None:
        raise Refused(_("Somebody went on with it meanwhile."))
    return rule.name
