"""Rules of approval as a process remembers them: read once, until one is changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.automation.approvals.models import ApprovalRule, Late, Lock
from app.automation.authority.limits import Limits, load_limits
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.remembered import Remembered
from app.records.filters import Node
from app.records.filters.written import read_tree
from app.records.merge.asking import MERGE
from tenants.facts import TenantFacts

STAMP = "approvals"
KEPT = 512  # Workspaces whose rules a process remembers.
# Verbs that are no declared action.
OTHERWISE = ("create", "update", "delete", "restore", MERGE)


@dataclass(frozen=True, slots=True)
class Level:
    """Who is asked on one level: `who` is role, people, manager (of who asks) or owner_manager.

    The manager of that manager is manager_above, or owner_manager_above.

    One of them decides, or with `all` each of them. `hours` is how long that may take, `business`
    says that only those count in which the firm works, `late` what happens then (see `Late`).
    """

    who: str
    role_id: UUID | None = None
    user_ids: tuple[UUID, ...] = ()
    all: bool = False
    hours: int | None = None
    business: bool = False
    late: str = Late.TELL

    def stored(self) -> dict[str, Any]:
        """The level as a row keeps it."""
        return {
            "who": self.who,
            "role_id": str(self.role_id) if self.role_id else None,
            "user_ids": [str(one) for one in self.user_ids],
            "all": self.all,
            "hours": self.hours,
            "business": self.business,
            "late": self.late,
        }


def level_of(raw: Mapping[str, Any]) -> Level:
    """A level as a row keeps it."""
    ids = (parse_id(str(one)) for one in raw.get("user_ids") or ())
    return Level(
        raw["who"],
        parse_id(str(raw.get("role_id") or "")),
        tuple(one for one in ids if one is not None),
        bool(raw.get("all")),
        raw.get("hours"),
        bool(raw.get("business")),
        str(raw.get("late") or Late.TELL),
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is on."""

    id: UUID
    name: str
    reason: str
    verbs: frozenset[str]
    fields: frozenset[str]
    filters: tuple[Node, ...]
    levels: tuple[Level, ...]
    locks: str
    four_eyes: bool

    @property
    def key(self) -> str:
        """What an approval that meets it names."""
        return f"rule:{self.id}"

    def is_about(self, verb: str, changed: Collection[str]) -> bool:
        """True for a verb that it names; of one about fields, for whatever changes one of them."""
        if verb == MERGE:  # What is merged into another is no more, as if it had been deleted.
            verb = "delete"
        touches = not self.fields or not self.fields.isdisjoint(changed)
        if verb in self.verbs:
            return touches or verb not in ("create", "update")
        acts = "update" in self.verbs and bool(self.fields) and verb not in OTHERWISE
        return acts and touches


@dataclass(frozen=True, slots=True)
class Known:
    """What a workspace holds back."""

    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    locks: bool = False  # Some rule, maybe of the past, locks what waits.

    @property
    def is_any(self) -> bool:
        """True where anything may be held back or locked."""
        return bool(self.rules) or self.limits.is_any or self.locks


NOTHING = Known()
_remembered: Remembered[Known] = Remembered(KEPT)


def known(by: Actor) -> Known:
    """What `by`'s workspace holds back; no statement where it never did or was met before."""
    return known_in(by.session, by.tenant)


def known_in(session: Session, tenant: TenantFacts) -> Known:
    """The same by an open session."""
    mark = stamps.stamp(session, STAMP)
    if mark is None:
        return NOTHING
    return _remembered.get((tenant.id, mark), lambda: _load(session))


def changed(session: Session) -> None:
    """Say that rules or limits were changed."""
    stamps.draw(session, STAMP)


def _load(session: Session) -> Known:
    rows = session.scalars(
        select(ApprovalRule).order_by(
            ApprovalRule.record_type, ApprovalRule.position, ApprovalRule.id
        )
    ).all()
    found: dict[str, list[Rule]] = {}
    for row in rows:
        if row.is_on and row.retired_at is None:
            found.setdefault(row.record_type, []).append(rule_of(row))
    return Known(
        {key: tuple(rules) for key, rules in found.items()},
        load_limits(session),
        any(row.has_locked for row in rows),
    )


def rule_of(row: ApprovalRule) -> Rule:
    """A rule as it is remembered."""
    return Rule(
        row.id,
        row.name,
        row.reason,
        frozenset(row.verbs),
        frozenset(row.fields),
        filters_of(row.filter),
        tuple(level_of(one) for one in row.levels),
        row.locks,
        row.four_eyes,
    )


def filters_of(tree: Mapping[str, Any] | None) -> tuple[Node, ...]:
    """The filters that a row keeps as a tree."""
    return read_tree(json.dumps(tree)) if tree else ()


def strictest(locks: Iterable[str]) -> str:
    """The lock that holds most of some."""
    order = [Lock.NOTHING.value, Lock.FIELDS.value, Lock.RECORD.value]
    return max(locks, key=order.index, default=Lock.NOTHING.value)
