"""Rules of approval in words, and the form of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.automation.approvals.approvers import names
from app.automation.approvals.facts import Level, filters_of, level_of
from app.automation.approvals.models import ApprovalRule, Late
from app.automation.approvals.rules import rules_of
from app.automation.approvals.verbs import verbs_of
from app.automation.approvals.wishes import LATE, LOCKS, WHO
from app.identity.models import Role, User
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import current, gettext, ngettext
from app.kernel.localized import pick
from app.kernel.whole import whole
from app.records.filters import Node
from app.records.pages.sharing import condition_words
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType
from app.web.formats import formats

MOST_SHOWN = 5  # Levels that the form has room for.


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in the list of its type."""

    rule: ApprovalRule
    told: list[str]


@dataclass(frozen=True, slots=True)
class TypeRules:
    """The rules of a type in their order."""

    record_type: RecordType
    lines: list[RuleLine]


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A level as its row in the form stands: `who` is a word, or `role:` and an id."""

    who: str = ""
    people: tuple[str, ...] = ()
    all: bool = False
    hours: str = ""
    business: bool = False
    late: str = Late.TELL


def types_with_rules(by: Actor) -> list[TypeRules]:
    """Every type with its rules."""
    rows = rules_of(None, by)
    roles = role_names(by)
    people = {level for one in rows for raw in one.levels for level in level_of(raw).user_ids}
    called = names(by.session, people)
    return [
        TypeRules(
            one,
            [
                RuleLine(row, _told(row, one, roles, called, by))
                for row in rows
                if row.record_type == one.key
            ],
        )
        for one in switched_on(by)
    ]


def _told(
    row: ApprovalRule,
    record_type: RecordType,
    roles: Mapping[UUID, str],
    called: Mapping[UUID, str],
    by: Actor,
) -> list[str]:
    verbs = verbs_of(record_type)
    write = formats(by)
    told = [write.listed(str(verbs.get(one, one)) for one in row.verbs)]
    fields = [str(record_type.by_key[key].label) for key in row.fields if key in record_type.by_key]
    if fields:
        told.append(gettext("of %(fields)s", fields=write.listed(fields)))
    told += conditions_told(record_type, filters_of(row.filter), by)
    levels = [who_told(level_of(raw), roles, called, by) for raw in row.levels]
    told.append(gettext("asks %(who)s", who=gettext(", then ").join(levels)))
    return told


def who_told(level: Level, roles: Mapping[UUID, str], called: Mapping[UUID, str], by: Actor) -> str:
    """Whom a level asks, in words."""
    if level.who == "role":
        who = roles.get(level.role_id, gettext("a role that is gone")) if level.role_id else ""
    elif level.who == "people":
        who = formats(by).listed(called.get(one, "") for one in level.user_ids)
    else:
        who = str(WHO[level.who])
        who = who[:1].lower() + who[1:]  # It stands within a sentence.
    if level.all:
        who = gettext("%(who)s (each of them)", who=who)
    if level.hours:
        if level.business:
            hours = ngettext("within %(n)s working hour", "within %(n)s working hours", level.hours)
        else:
            hours = ngettext("within %(n)s hour", "within %(n)s hours", level.hours)
        who = f"{who} {hours}"
    return who


def conditions_told(record_type: RecordType, filters: Sequence[Node], by: Actor) -> list[str]:
    """Conditions in words; what can't be read any more is said to hold everything back."""
    try:
        return condition_words(record_type, filters, by) if filters else []
    except Refused:
        return [gettext("conditions that can't be read any more")]


def role_names(by: Actor) -> dict[UUID, str]:
    """Every role by its id, in the reader's language."""
    rows = by.session.scalars(select(Role).order_by(Role.position, Role.id))
    return {one.id: pick(one.label, current(), by.tenant.language) for one in rows}


def people_to_ask(by: Actor) -> list[tuple[str, str]]:
    """Everybody who can be named."""
    rows = by.session.execute(
        select(User.id, User.name).where(User.is_active).order_by(User.name_sort).limit(500)
    )
    return [(str(user_id), name) for user_id, name in rows]


def form_of(
    record_type: RecordType,
    rule: ApprovalRule | None,
    sent: MultiDict[str, str] | None,
    filters: Sequence[Node],
    by: Actor,
) -> dict[str, object]:
    """What the form of a rule shows: as it stands, or as it was sent."""
    if sent is not None:
        verbs, fields = sent.getlist("verbs"), sent.getlist("fields")
        levels, locks = rows_sent(sent), sent.get("locks", "nothing")
        four_eyes = bool(sent.get("four_eyes"))
    elif rule is not None:
        verbs, fields, locks = list(rule.verbs), list(rule.fields), rule.locks
        levels = [_row(level_of(one)) for one in rule.levels]
        four_eyes = rule.four_eyes
    else:
        verbs, fields, levels, locks, four_eyes = [], [], [], "nothing", False
    wants_more = sent is not None and "add_level" in sent
    blank = [LevelRow()] if wants_more and len(levels) < MOST_SHOWN else []
    return {
        "record_type": record_type,
        "rule": rule,
        "verbs": verbs_of(record_type),
        "chosen": verbs,
        "fields": [one for one in record_type.fields if not one.readonly],
        "chosen_fields": fields,
        "levels": [*levels, *blank] or [LevelRow("manager")],
        "is_added": bool(blank),
        "may_add": len(levels) + len(blank) < MOST_SHOWN,
        "locks": locks,
        "lock_labels": LOCKS,
        "late_labels": LATE,
        "four_eyes": four_eyes,
        "who": {key: label for key, label in WHO.items() if key not in ("role", "people")},
        "roles": role_names(by),
        "people": people_to_ask(by),
        "told": conditions_told(record_type, filters, by),
    }


def _row(level: Level) -> LevelRow:
    who = f"role:{level.role_id}" if level.who == "role" else level.who
    hours = str(level.hours) if level.hours else ""
    people = tuple(str(one) for one in level.user_ids)
    return LevelRow(who, people, level.all, hours, level.business, level.late)


def rows_sent(sent: MultiDict[str, str]) -> list[LevelRow]:
    """The levels as a form sent them, without rows in which nobody is chosen."""
    found = []
    for number in range(MOST_SHOWN):
        place = f"levels.{number}"
        row = LevelRow(
            sent.get(f"{place}.who", ""),
            tuple(sent.getlist(f"{place}.people")),
            bool(sent.get(f"{place}.all")),
            sent.get(f"{place}.hours", ""),
            bool(sent.get(f"{place}.business")),
            sent.get(f"{place}.late", Late.TELL),
        )
        if row.who:
            found.append(row)
    return found


def levels_sent(sent: MultiDict[str, str]) -> list[Level]:
    """The levels that a form asks for; an odd number of hours is refused later."""
    return [_level(one) for one in rows_sent(sent)]


def _level(row: LevelRow) -> Level:
    who, _sep, role = row.who.partition(":")
    people = tuple(found for one in row.people if (found := parse_id(one)) is not None)
    hours = None if not row.hours.strip() else whole(row.hours.strip())
    return Level(
        who,
        parse_id(role) if who == "role" else None,
        people if who == "people" else (),
        row.all,
        hours if hours is not None or not row.hours.strip() else -1,
        row.business,
        row.late,
    )


def type_of(rule: ApprovalRule, by: Actor) -> RecordType:
    """The type of a rule, as the workspace has it."""
    return tailored(rule.record_type, by)
