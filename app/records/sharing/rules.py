"""The sharing rules that are in force, as conditions in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.remembered import Remembered
from app.records.filters import Node
from app.records.registry import registry
from app.records.sharing.conditions import shared_by
from app.records.sharing.models import SharingRule
from app.records.sharing.stored import read_stored
from app.records.tailored import STAMP as TYPES
from app.records.tailored import own_fields_only

STAMP = "sharing"
KEPT = 512  # Workspaces whose rules a process remembers.
REACHES: Mapping[str, tuple[str, ...]] = {"read": ("read",), "update": ("read", "update")}

_remembered: Remembered[tuple[Rule, ...]] = Remembered(KEPT)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in force; two are the same when their ids are, as a changed one is another."""

    id: UUID
    record_type: str
    access: str
    group_kind: str
    group_id: UUID
    model: Any = field(compare=False)
    filters: tuple[Node, ...] = field(compare=False)
    holds: ColumnElement[bool] = field(compare=False)  # Of rows of `model`.

    def shares(self, verb: str) -> bool:
        """True when the rule lets do `verb`."""
        return verb in REACHES[self.access]

    def condition(self, model: Any) -> ColumnElement[bool]:
        """The rows of `model`, the type's own or an alias of it, that the rule shares."""
        if model is self.model:
            return self.holds
        own = self.model.__table__
        shared = select(own.c.id).where(own.c.id == model.id, self.holds)
        return exists(shared.correlate_except(own))


def rules_for(by: Actor, record_type: str, verb: str) -> tuple[Rule, ...]:
    """The rules that share records of a type with `by` for `verb`."""
    return tuple(
        rule
        for rule in rules_in_force(by)
        if rule.record_type == record_type and rule.group_id in by.groups and rule.shares(verb)
    )


def rules_in_force(by: Actor) -> tuple[Rule, ...]:
    """Every rule of the workspace; no statement while nothing of it has changed."""
    mark = stamps.stamp(by.session, STAMP)
    if mark is None:
        return ()
    key = (by.tenant.id, mark, stamps.stamp(by.session, TYPES))
    return _remembered.get(key, lambda: _load(by))


def _load(by: Actor) -> tuple[Rule, ...]:
    rows = by.session.scalars(select(SharingRule).order_by(SharingRule.created_at, SharingRule.id))
    return tuple(rule for row in rows if (rule := _in_force(row, by)) is not None)


def _in_force(row: SharingRule, by: Actor) -> Rule | None:
    """A rule as it works, or None when its type or one of its fields is no more: it then shares
    nothing, rather than more than was meant."""
    declared = registry().get(row.record_type)
    if declared is None:
        return None
    try:
        filters = read_stored(row.conditions)
        holds = shared_by(own_fields_only(declared, by), filters, by)
    except Refused:
        return None
    return Rule(
        row.id,
        row.record_type,
        row.access,
        row.group_kind,
        row.group_id,
        declared.model,
        filters,
        holds,
    )
