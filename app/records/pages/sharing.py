"""Sharing rules in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.language import Text, gettext
from app.records.pages.audit import named
from app.records.pages.choices import choices_of
from app.records.pages.looks import Words
from app.records.registry import registry
from app.records.sharing.operations import rules_of_workspace
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One rule as its line shows it."""

    id: UUID
    subject: Text
    conditions: list[str]
    may_change: bool
    group: str


def shown_rules(by: Actor) -> list[ShownRule]:
    """Every rule of the workspace in words."""
    rules = rules_of_workspace(by)
    groups: dict[str, set[UUID]] = {}
    for rule in rules:
        groups.setdefault(rule.group_kind, set()).add(rule.group_id)
    names = named(groups, by)
    found = []
    for rule in rules:
        declared = registry().get(rule.record_type)
        if declared is None or not by.tenant.allows(declared.module):
            continue
        record_type = tailored(declared, by)
        told = condition_words(record_type, rule.conditions.items(), by)
        group = group_words(rule.group_kind, names.get((rule.group_kind, rule.group_id), ""))
        found.append(
            ShownRule(rule.id, record_type.words.many, told, rule.access == "update", group)
        )
    return found


def condition_words(
    record_type: RecordType, conditions: Iterable[tuple[str, Iterable[str]]], by: Actor
) -> list[str]:
    """The conditions of a rule: Lifecycle: Customer, Former customer."""
    options: Mapping[str, Any] = choices_of(record_type, by)
    told = []
    for key, values in conditions:
        field = record_type.by_key.get(key)
        if field is not None:
            words = Words(options.get(key) or field.options)
            listed = formats(by).listed(str(words[value]) for value in values)
            told.append(gettext("%(field)s: %(values)s", field=field.label, values=listed))
    return told


def group_words(kind: str, name: str) -> str:
    """Whom a rule shares with: a team and those below it, or a role."""
    if not name:
        return gettext("nobody any more: the team or role is gone")
    if kind == "team":
        return gettext("team %(name)s and those below", name=name)
    return gettext("role %(name)s", name=name)
