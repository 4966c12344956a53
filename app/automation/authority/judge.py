"""What authority says of a change: within it, the event tells by whose; beyond, who suffices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from app.automation.approvals.facts import Level
from app.automation.authority.limits import Limits
from app.automation.authority.models import ANY
from app.automation.authority.subjects import customer_type, subject_called, subjects_of
from app.events import Event
from app.identity.models import Role, User
from app.kernel.actor import Actor
from app.kernel.language import Text, _, current, gettext
from app.kernel.localized import pick
from app.records.authority import Subject
from app.records.gate import Done
from app.records.pages.choices import choices_of
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats


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
        classes = classes_of(limits, record_type, subject, [one.record for one in done], by)
        whom = _whom(limits, record_type)
        for one in done:
            agreed = _agreed(record_type, subject, verb, one, whom, classes.get(one.record.id, ANY))
            if agreed is None or agreed.key in (passes or ()):
                continue
            if _may(limits, agreed, by):
                _tell(limits, record_type, agreed, one, by)
            else:
                _add(found.setdefault(one.record.id, Beyond()), limits, agreed, by)
    return found


def _whom(limits: Limits, record_type: RecordType) -> str:
    """The field whose change makes it another customer, or one of another class."""
    if record_type.account is None:
        return ""
    if record_type.account.key == "id":  # It is the customer itself.
        return limits.classes.get(record_type.key, "")
    return str(record_type.account.key)


def _agreed(
    record_type: RecordType,
    subject: Subject,
    verb: str,
    one: Done,
    whom: str,
    customer_class: str,
) -> Agreed | None:
    """What a change agrees to of a subject, or None where it goes no further than what stood."""
    changed = one.changes.get(subject.field)
    if changed is None and verb != "create" and whom not in one.changes:
        return None
    value = _number(record_type.field(subject.field).value(one.record))
    if subject.bigger_is_more and value <= 0:
        return None
    if verb != "create" and changed is not None and whom not in one.changes:
        before = _number(changed[0])
        if value <= before if subject.bigger_is_more else value >= before:
            return None
    return Agreed(subject, value, customer_class)


def _number(value: Any) -> Decimal:
    """A number of a field; nothing is 0."""
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def _may(limits: Limits, agreed: Agreed, by: Actor) -> bool:
    if by.user_id is None or by.rights.is_owner:
        return True
    return limits.suffices(by.role_id, agreed.subject, agreed.customer_class, agreed.value)


def classes_of(
    limits: Limits, record_type: RecordType, subject: Subject, records: Sequence[Any], by: Actor
) -> dict[UUID, str]:
    """The class of the customer of each record, by one statement."""
    its_type = customer_type(subject)
    key = limits.classes.get(its_type.key) if its_type is not None else None
    if its_type is None or key is None:
        return {}
    customers = tailored(its_type, by)
    told = customers.by_key.get(key)
    if told is None or record_type.account is None:
        return {}
    reference = record_type.account.key
    ids = {one.id: one.id if reference == "id" else getattr(one, reference) for one in records}
    wanted = {one for one in ids.values() if one is not None}
    if not wanted:
        return {}
    model = customers.model
    rows = by.session.execute(select(model.id, told.expression).where(model.id.in_(wanted)))
    found = {customer_id: value or ANY for customer_id, value in rows}
    return {one: found.get(customer, ANY) for one, customer in ids.items()}


def _tell(limits: Limits, record_type: RecordType, agreed: Agreed, one: Done, by: Actor) -> None:
    """Write under whose authority it was done into the event of the change."""
    if by.user_id is None:
        return
    text = f"{agreed.subject.label} {shown(agreed.value, agreed.subject, by)}"
    limit = limits.of(by.role_id, agreed.subject.key, agreed.customer_class)
    told = {
        "role": _role_name(by.role_id, by),
        "limit": None if limit in (None, False) else str(limit),
        "class": agreed.customer_class,
        "subject": agreed.subject.key,
        "field": agreed.subject.field,
        "text": text,
    }
    by.session.flush()  # The event stands before it is added to.
    last = (
        select(Event.id)
        .where(
            Event.record_type == record_type.key,
            Event.record_id == one.record.id,
            Event.at == by.now,
            Event.changes.has_key(agreed.subject.field),
        )
        .order_by(Event.id.desc())
        .limit(1)
    )
    by.session.execute(
        update(Event)
        .where(Event.id == last.scalar_subquery())
        .values(
            changes=Event.changes.op("||")(
                func.jsonb_build_object("authority", literal([None, told], JSONB))
            )
        )
        .execution_options(synchronize_session=False)
    )


def _add(found: Beyond, limits: Limits, agreed: Agreed, by: Actor) -> None:
    found.passes += (agreed.key,)
    level = lowest(limits, agreed, by)
    if level not in found.levels:
        found.levels += (level,)
    subject = agreed.subject
    asked = shown(agreed.value, subject, by)
    found.reasons += (
        {
            "name": str(subject.label),
            "text": _why_beyond(asked),
            "subject": subject.key,
            "field": subject.field,
            "value": format(agreed.value, "f"),
        },
    )
    found.errors[subject.field] = told_limit(limits, subject, agreed.customer_class, by)
    limit = limits.of(by.role_id, subject.key, agreed.customer_class)
    if isinstance(limit, Decimal):
        found.allowed += (shown(limit, subject, by),)


def _why_beyond(asked: str) -> str:
    return gettext("%(asked)s is beyond what the role may agree to.", asked=asked)


def reason_told(reason: Mapping[str, Any], by: Actor) -> Mapping[str, Any]:
    """A reason as its reader reads it, who may not speak what whoever asked speaks."""
    subject = subject_called(reason.get("subject", ""))
    if subject is None:
        return reason
    asked = shown(Decimal(reason["value"]), subject, by)
    return {"name": str(subject.label), "text": _why_beyond(asked)}


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


def told_limit(limits: Limits, subject: Subject, customer_class: str, by: Actor) -> Text:
    """How far `by` may go: You may agree to 5 %."""
    limit = limits.of(by.role_id, subject.key, customer_class)
    if limit is False:
        return _("You may not agree to this by yourself.")
    told = shown(limit, subject, by) if isinstance(limit, Decimal) else ""
    if subject.bigger_is_more:
        return _("You may agree to up to %(limit)s.", limit=told)
    return _("You may agree to %(limit)s or more.", limit=told)


def hints_for(limits: Limits, record_type: RecordType, record: Any, by: Actor) -> dict[str, str]:
    """What stands beside fields of a record, which may be new: how far `by` may go with each."""
    subjects = [one for one in subjects_of(record_type.key) if one.key in limits.subjects]
    if by.user_id is None or by.rights.is_owner or not subjects:
        return {}
    found: dict[str, str] = {}
    for subject in subjects:
        known = record is not None
        classes = classes_of(limits, record_type, subject, [record], by) if known else {}
        if known:
            its = classes.get(record.id, ANY)
            if limits.of(by.role_id, subject.key, its) is not None:
                found[subject.field] = str(told_limit(limits, subject, its, by))
            continue
        found[subject.field] = _by_class(limits, subject, by)
    return {key: text for key, text in found.items() if text}


def _by_class(limits: Limits, subject: Subject, by: Actor) -> str:
    """For a customer who is not known yet: the limit for each class of which there is one."""
    lines = []
    for role_id, key, customer_class in limits.cells:
        if (role_id, key) == (by.role_id, subject.key):
            limit = limits.cells[role_id, key, customer_class]
            told = shown(limit, subject, by) if limit is not None else gettext("no limit")
            called = class_name(limits, subject, customer_class, by)
            lines.append(f"{called}: {told}")
    if not lines:
        return gettext("You may not agree to this by yourself.")
    return gettext("You may agree to: %(limits)s", limits=formats(by).listed(lines))


def class_name(limits: Limits, subject: Subject, customer_class: str, by: Actor) -> str:
    """What a class of customers is called."""
    its_type = customer_type(subject)
    if customer_class == ANY or its_type is None:
        return gettext("Any customer")
    customers = tailored(its_type, by)
    told = customers.by_key.get(limits.classes.get(its_type.key, ""))
    if told is None:
        return customer_class
    options = choices_of(customers, by).get(told.key) or told.options
    return next((one.shown() for one in options if one.value == customer_class), customer_class)


def shown(value: Decimal, subject: Subject, by: Actor) -> str:
    """A number with its unit: 5 %, 30 days."""
    number = formats(by).number(value.normalize() if value else Decimal(0))
    return f"{number} {subject.unit}".strip()


def _role_name(role_id: UUID | None, by: Actor) -> str:
    role = by.session.get(Role, role_id) if role_id is not None else None
    return pick(role.label, current(), by.tenant.language) if role is not None else ""
