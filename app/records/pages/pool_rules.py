"""The rules of a pool in words."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.records.bulk.models import BulkChange
from app.records.pages.pool_settings import group_names, spared_words
from app.records.pool.choose import KEEP
from app.records.pool.due import ENDED, IDLE
from app.records.pool.models import PoolRule
from app.records.pool.rules import COUNTED, dry_run, rules_of
from app.records.types import RecordType
from app.web.formats import formats

RUNS = 10  # Runs that the page of a rule shows.


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One rule as its line shows it."""

    id: UUID
    name: str
    told: list[str]
    is_on: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One run that took something."""

    url: str
    when: str
    told: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class RulePage:
    """All that the page of a rule shows; `warns` is empty where it warns nobody."""

    rule: ShownRule
    takes: str
    warns: str
    runs: list[Run]


def shown_rules(record_type: RecordType, by: Actor) -> list[ShownRule]:
    """Every rule of a type in words."""
    return _shown(rules_of(record_type, by), record_type, by)


def rule_page(rule: PoolRule, record_type: RecordType, by: Actor) -> RulePage:
    """One rule with what it would do now and what it did."""
    dry = dry_run(rule, record_type, by)
    takes = gettext("Now it would take %(what)s.", what=_what(record_type, dry.takes, by))
    warns = ""
    if rule.warn_days:
        takes = gettext(
            "For %(what)s its days are over now. They are taken once their owners were warned.",
            what=_what(record_type, dry.takes, by),
        )
        warns = gettext(
            "Owners would be warned of %(what)s.", what=_what(record_type, dry.warns, by)
        )
    (shown,) = _shown([rule], record_type, by)
    return RulePage(shown, takes, warns, _runs(rule, record_type, by))


def typed_rule(rule: PoolRule) -> dict[str, str]:
    """A rule as its form holds it."""
    return {
        "name": rule.name,
        "kind": rule.kind,
        "field": rule.field or "",
        "days": str(rule.days),
        "warn_days": str(rule.warn_days),
        "group": f"{rule.group_kind}:{rule.group_id}" if rule.group_id else "",
        "spared": KEEP if rule.spared else "",
    }


def _shown(rules: list[PoolRule], record_type: RecordType, by: Actor) -> list[ShownRule]:
    groups = [(one.group_kind, one.group_id) for one in rules if one.group_kind and one.group_id]
    names = group_names(groups, by)
    found = []
    for rule in rules:
        told = [_when(rule, record_type)]
        if rule.group_kind and rule.group_id:
            told.append(names[rule.group_kind, rule.group_id])
        spared = spared_words(record_type, rule.spared, by)
        if spared:
            told.append(gettext("but not: %(what)s", what=" · ".join(spared)))
        if rule.warn_days:
            told.append(
                ngettext(
                    "the owner is warned %(n)s day before",
                    "the owner is warned %(n)s days before",
                    rule.warn_days,
                )
            )
        found.append(ShownRule(rule.id, rule.name, told, rule.is_on))
    return found


def _when(rule: PoolRule, record_type: RecordType) -> str:
    days = rule.days
    if rule.kind == IDLE:
        return ngettext("%(n)s day without an activity", "%(n)s days without an activity", days)
    if rule.kind == ENDED:
        field = record_type.by_key.get(rule.field or "")
        label = str(field.label) if field is not None else gettext("a field that is gone")
        return ngettext(
            "%(n)s day after %(field)s", "%(n)s days after %(field)s", days, field=label
        )
    return ngettext("%(n)s day with its owner", "%(n)s days with its owner", days)


def _runs(rule: PoolRule, record_type: RecordType, by: Actor) -> list[Run]:
    rows = by.session.scalars(
        select(BulkChange)
        .where(BulkChange.user_id.is_(None), BulkChange.inputs["rule"].astext == str(rule.id))
        .order_by(BulkChange.created_at.desc())
        .limit(RUNS)
    )
    write = formats(by)
    return [
        Run(
            f"/{record_type.collection}/bulk/{one.id}",
            write.moment(one.created_at, by.today()),
            _what(record_type, one.done if one.finished_at else one.total, by),
            one.undone_by_id is not None,
        )
        for one in rows
    ]


def _what(record_type: RecordType, count: int, by: Actor) -> str:
    one, many = record_type.words.count
    number = formats(by).number(min(count, COUNTED))
    return ngettext(one, many, count, n=f"{number}+" if count > COUNTED else number)
