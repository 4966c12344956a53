"""Why somebody may treat a record so, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.identity.models import User
from app.identity.operations.users import names_of
from app.kernel import language
from app.kernel.actor import Actor, Reach
from app.kernel.language import Text, _, gettext
from app.kernel.localized import pick
from app.records.access import Ground
from app.records.model import Record
from app.records.pages.audit import named
from app.records.pages.sharing import condition_words, group_words
from app.records.references import titles
from app.records.types import RecordType
from app.records.why import Answer
from app.web.formats import formats

VERBS = {"read": _("May see it"), "update": _("May change it"), "delete": _("May delete it")}
BARRED = {
    "read": _("May not see it"),
    "update": _("May not change it"),
    "delete": _("May not delete it"),
}
PLAIN = {
    "pool": _("It is in the pool, which the role %(role)s may look into."),
    "follower": _("They follow this record."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One verb: whether it may be done, and why in sentences."""

    label: Text
    may: bool
    reasons: list[str]


def told(record_type: RecordType, record: Record, answer: Answer, person: User, by: Actor) -> Told:
    """An answer in sentences for its reader, who may see the record."""
    label = (VERBS if answer.may else BARRED)[answer.verb]
    if answer.may:
        reasons = [_reason(record_type, record, one, person, by) for one in answer.grounds]
    else:
        reasons = _missing(record_type, record, answer, person, by)
    return Told(label, answer.may, reasons)


def role_of(person: User, by: Actor) -> str:
    """The name of somebody's role for this reader."""
    return pick(person.role.label, language.current(), by.tenant.language)


def _reason(
    record_type: RecordType, record: Record, ground: Ground, person: User, by: Actor
) -> str:
    role, many = role_of(person, by), record_type.words.many
    if ground.kind == "all":
        if person.role.is_owner:
            return gettext("Owners of the workspace may do everything.")
        return gettext("The role %(role)s reaches all: %(many)s.", role=role, many=many)
    if ground.kind == "owner":
        return _owner_reason(record, person, by)
    if ground.kind in PLAIN:
        return gettext(PLAIN[ground.kind].message, role=role)
    if ground.kind == "rule" and ground.rule is not None:
        rule = ground.rule
        group = named({rule.group_kind: [rule.group_id]}, by)
        return gettext(
            "A sharing rule shares what has %(conditions)s with the %(group)s.",
            conditions=formats(by).listed(condition_words(record_type, rule.filters, by)),
            group=group_words(rule.group_kind, group.get((rule.group_kind, rule.group_id), "")),
        )
    return _through_reason(record_type, record, ground.reference, by)


def _owner_reason(record: Record, person: User, by: Actor) -> str:
    """Through the owner: it is theirs, or of somebody in their team or below."""
    if record.owner_id == person.id:
        return gettext("They own it.")
    return gettext(
        "It belongs to %(owner)s, who is in the team %(team)s or below it.",
        owner=_owner(record, by),
        team=person.team.name if person.team else "—",
    )


def _through_reason(record_type: RecordType, record: Any, reference: str, by: Actor) -> str:
    field = record_type.field(reference)
    other: UUID | None = field.value(record)
    name = titles(field.to or "", {other} - {None}, by).get(other, "") if other else ""
    return gettext(
        "They may see what it belongs to: %(field)s %(name)s.", field=field.label, name=name
    ).rstrip()


def _missing(
    record_type: RecordType, record: Record, answer: Answer, person: User, by: Actor
) -> list[str]:
    """What would have to be otherwise."""
    role, many = role_of(person, by), record_type.words.many
    if not person.is_active:
        return [gettext("Their sign-in is disabled.")]
    if answer.reach is None:
        return [
            gettext("The role %(role)s does not allow it for any: %(many)s.", role=role, many=many)
        ]
    owner = _owner(record, by)
    if answer.reach is Reach.OWN:
        first = gettext(
            "The role %(role)s reaches their own only, and this belongs to %(owner)s.",
            role=role,
            owner=owner,
        )
    else:
        first = gettext(
            "The role %(role)s reaches their team and those below, and this belongs to %(owner)s.",
            role=role,
            owner=owner,
        )
    if answer.verb == "delete":
        return [first]
    reasons = [first, gettext("No sharing rule of theirs holds for it.")]
    if answer.verb == "read":
        reasons.append(gettext("They do not follow it."))
    return reasons


def _owner(record: Record, by: Actor) -> str:
    names = names_of(by, {record.owner_id}) if record.owner_id else {}
    return names.get(record.owner_id) or gettext("nobody")  # type: ignore[arg-type]
