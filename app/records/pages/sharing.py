"""Sharing rules in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, gettext
from app.records.filters import Node
from app.records.pages.audit import named
from app.records.pages.filter_words import in_words, names_in
from app.records.registry import registry
from app.records.sharing.models import SharingRule
from app.records.sharing.operations import rules_of_workspace
from app.records.sharing.stored import read_stored
from app.records.tailored import tailored
from app.records.types import RecordType


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
        told = condition_words(record_type, _filters(rule), by)
        group = group_words(rule.group_kind, names.get((rule.group_kind, rule.group_id), ""))
        found.append(
            ShownRule(rule.id, record_type.words.many, told, rule.access == "update", group)
        )
    return found


def condition_words(record_type: RecordType, filters: Sequence[Node], by: Actor) -> list[str]:
    """The conditions of a rule: Lifecycle: Customer, Former customer."""
    names = names_in(record_type, filters, by)
    told = (in_words(record_type, one, by, names) for one in filters)
    return [gettext("%(field)s: %(values)s", field=label, values=text) for label, text in told]


def _filters(rule: SharingRule) -> tuple[Node, ...]:
    try:
        return read_stored(rule.conditions)
    except Refused:
        return ()  # It shares nothing either, and can be removed.


def group_words(kind: str, name: str) -> str:
    """Whom a rule shares with: a team and those below it, or a role."""
    if not name:
        return gettext("nobody any more: the team or role is gone")
    if kind == "team":
        return gettext("team %(name)s and those below", name=name)
    return gettext("role %(name)s", name=name)
