"""What authority says to people, in the language of whoever reads it.

Kept are codes and numbers alone: the subject, the value, the class, the limit and whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.automation.authority.classes import classes_of
from app.automation.authority.limits import Limits
from app.automation.authority.models import ANY
from app.automation.authority.subjects import customer_type, subject_called, subjects_of
from app.identity.models import Role
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, current, gettext
from app.kernel.localized import pick
from app.records.authority import Subject
from app.records.pages.choices import choices_of
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats

NO_BREAK = "\u00a0"


def reason_told(reason: Mapping[str, Any], by: Actor) -> Mapping[str, Any]:
    """A reason as its reader reads it, who may not speak what whoever asked speaks."""
    subject = subject_called(reason.get("subject", ""))
    if subject is None:
        return {"name": reason.get("subject", ""), "text": "", **reason}
    points = _points_told(reason, subject, by)
    if points:
        return {"name": str(subject.label), "text": points}
    values = {
        "asked": shown(Decimal(reason["value"]), subject, by),
        "role": role_called(reason.get("role_id"), by) or gettext("the role"),
    }
    if reason.get("limit") is not None:
        limit = shown(Decimal(reason["limit"]), subject, by)
        text = gettext(
            "%(asked)s is beyond the %(limit)s that %(role)s may agree to.", limit=limit, **values
        )
    else:
        text = gettext("%(asked)s is beyond what %(role)s may agree to.", **values)
    return {"name": str(subject.label), "text": text}


def _points_told(reason: Mapping[str, Any], subject: Subject, by: Actor) -> str:
    """What the number of a reason counts, as far as `by` may see it: Discount 12 % beyond 5 %."""
    if subject.points is None:
        return ""
    told = [subject.points.told(one, by) for one in reason.get("points", ())]
    return formats(by).listed(one for one in told if one)


def within_told(told: Mapping[str, Any], by: Actor) -> str:
    """What an event tells of an authority: Discount 5 % is within the authority of Sales rep.

    What was kept in words, before there were codes, stays as it was written.
    """
    subject = subject_called(told.get("subject", ""))
    what = told.get("text", "")
    if subject is not None and told.get("value") is not None:
        what = f"{subject.label} {shown(Decimal(told['value']), subject, by)}"
    role = role_called(told.get("role_id"), by) or told.get("role", "")
    if not role:
        return gettext("%(what)s is within the authority of a role that is gone", what=what)
    return gettext("%(what)s is within the authority of %(role)s", what=what, role=role)


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
    subjects = [
        one
        for one in subjects_of(record_type.key)
        if one.key in limits.subjects and not one.goes_back
    ]
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
    """A number with its unit, which stays beside it: 5 %, 30 days; 5%, 30天."""
    write = formats(by)
    number = write.number(value.normalize() if value else Decimal(0))
    gap = "" if write.is_chinese or not str(subject.unit) else NO_BREAK
    return f"{number}{gap}{subject.unit}"


def role_called(role_id: str | None, by: Actor) -> str:
    """What a role is called now; nothing of one that is gone."""
    found = parse_id(role_id or "")
    role = by.session.get(Role, found) if found is not None else None
    return pick(role.label, current(), by.tenant.language) if role is not None else ""
