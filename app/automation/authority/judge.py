"""What authority says of a change: within it, the event tells by whose; beyond, who suffices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from app.automation.approvals.facts import Level
from app.automation.authority.classes import classes_of
from app.automation.authority.limits import Limits
from app.automation.authority.models import ANY
from app.automation.authority.subjects import subjects_of, whom
from app.automation.authority.within import tell, write_now
from app.automation.authority.words import shown, told_limit
from app.identity.models import Role, User
from app.kernel.actor import Actor
from app.kernel.amounts import Amount
from app.kernel.language import Text
from app.records.authority import Subject
from app.records.gate import Done
from app.records.model import Record
from app.records.types import RecordType


@dataclass(slots=True)
class Beyond:
    """What goes beyond somebody's authority: what would meet it, why, and who may decide."""

    passes: tuple[str, ...] = ()
    reasons: tuple[Mapping[str, Any], ...] = ()
    levels: tuple[Level, ...] = ()
    allowed: tuple[str, ...] = ()  # How far they may go by themselves: 5 %, 30 days.
    errors: dict[str, Text | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A number that a change agrees to, with a customer of a class."""

    subject: Subject
    value: Decimal
    customer_class: str
    record: Record

    @property
    def key(self) -> str:
        """What an approval of it names: this and nothing further."""
        value = format(self.value.normalize(), "f")
        return f"authority:{self.subject.key}:{self.customer_class}:{value}"


def beyond(
    limits: Limits, record_type: RecordType, verb: str, done: Sequence[Done], by: Actor
) -> dict[UUID, Beyond]:
    """What goes beyond the authority of `by`, by record; what is within is told by its event."""
    subjects = [one for one in subjects_of(record_type.key) if one.key in limits.subjects]
    if not subjects or (by.approval is not None and by.approval.passes is None):
        return {}
    passes = by.approval.passes if by.approval is not None else None
    found: dict[UUID, Beyond] = {}
    for subject in subjects:
        its = whom(limits, record_type)
        values = [(one, _value(record_type, subject, verb, one, its)) for one in done]
        asked = [(one, value) for one, value in values if value is not None]
        records = [one.record for one, _value in asked]
        classes = classes_of(limits, record_type, subject, records, by) if asked else {}
        for one, value in asked:
            agreed = Agreed(subject, value, classes.get(one.record.id, ANY), one.record)
            if agreed.key in (passes or ()):
                continue
            if _may(limits, agreed, by):
                tell(one.record.id, _told(limits, agreed, by), by)
            else:
                _add(found.setdefault(one.record.id, Beyond()), limits, agreed, by)
    if not found:
        write_now(by)
    return found


def _value(
    record_type: RecordType, subject: Subject, verb: str, one: Done, its: str
) -> Decimal | None:
    """What a change agrees to of a subject, or None where it goes no further than what stood.

    `its` is the field whose change makes it another customer.
    """
    if subject.at:
        # What goes back, as a credit does, is agreed to like what comes.
        number = _number(record_type.field(subject.field).value(one.record))
        if subject.goes_back and number >= 0:
            return None
        asked = abs(number)
        is_asked = verb in subject.at and (asked > 0 or not subject.bigger_is_more)
        return asked if is_asked else None
    changed = one.changes.get(subject.field)
    if changed is None and verb != "create" and its not in one.changes:
        return None
    value = _number(record_type.field(subject.field).value(one.record))
    if subject.bigger_is_more and value <= 0:
        return None
    if verb != "create" and changed is not None and its not in one.changes:
        before = _number(changed[0])
        if value <= before if subject.bigger_is_more else value >= before:
            return None
    return value


def _number(value: Any) -> Decimal:
    """A number of a field, of an amount what it is in the firm's currency; nothing is 0."""
    if isinstance(value, Amount):
        return value.own
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def _may(limits: Limits, agreed: Agreed, by: Actor) -> bool:
    if by.user_id is None or by.rights.is_owner:
        return True
    return limits.suffices(by.role_id, agreed.subject, agreed.customer_class, agreed.value)


def _told(limits: Limits, agreed: Agreed, by: Actor) -> Mapping[str, Any]:
    """What was agreed to or is beyond, and how far `by` may go: codes and numbers, no words."""
    limit = limits.of(by.role_id, agreed.subject.key, agreed.customer_class)
    return {
        "subject": agreed.subject.key,
        "field": agreed.subject.field,
        "value": format(agreed.value.normalize(), "f"),
        "class": agreed.customer_class,
        "limit": format(limit.normalize(), "f") if isinstance(limit, Decimal) else None,
        "role_id": str(by.role_id) if by.role_id is not None else None,
    }


def _add(found: Beyond, limits: Limits, agreed: Agreed, by: Actor) -> None:
    found.passes += (agreed.key,)
    level = lowest(limits, agreed, by)
    if level not in found.levels:
        found.levels += (level,)
    subject = agreed.subject
    told = dict(_told(limits, agreed, by))
    if subject.points is not None:
        told["points"] = [dict(one) for one in subject.points.of(agreed.record)]
    found.reasons += (told,)
    found.errors[subject.field] = told_limit(limits, subject, agreed.customer_class, by)
    limit = limits.of(by.role_id, subject.key, agreed.customer_class)
    if isinstance(limit, Decimal):
        found.allowed += (shown(limit, subject, by),)


def lowest(limits: Limits, agreed: Agreed, by: Actor) -> Level:
    """The lowest role that may agree to it and has somebody in it; else the owners."""
    subject, sign = agreed.subject, 1 if agreed.subject.bigger_is_more else -1
    rows = by.session.execute(
        select(Role.id, Role.is_owner)
        .where(exists().where(User.role_id == Role.id, User.is_active))
        .order_by(Role.position, Role.id)
    ).all()
    able: list[tuple[int, Decimal, UUID]] = []
    for role_id, is_owner in rows:
        if is_owner:
            continue
        if limits.suffices(role_id, subject, agreed.customer_class, agreed.value):
            limit = limits.of(role_id, subject.key, agreed.customer_class)
            far = sign * limit if isinstance(limit, Decimal) else Decimal(0)
            able.append((0 if isinstance(limit, Decimal) else 1, far, role_id))
    if able:
        return Level("role", min(able, key=lambda one: one[:2])[2])
    owner = next((role_id for role_id, is_owner in rows if is_owner), None)
    return Level("role", owner)
