"""What a workspace decided of its pools, remembered under a stamp: no statement while it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.remembered import Remembered
from app.records.pool.models import PoolCap, PoolChoice
from app.records.types import RecordType

STAMP = "pool"
KEPT = 512  # Workspaces whose pools a process remembers.


@dataclass(frozen=True, slots=True)
class Choice:
    """What is hidden until it is claimed, and for how many days whoever returned it waits."""

    hidden: frozenset[str]
    hold_days: int = 0


@dataclass(frozen=True, slots=True)
class Cap:
    """The cap of a team or role; see PoolCap."""

    id: UUID
    record_type: str
    group_kind: str
    group_id: UUID
    most_owned: int | None
    most_views: int | None
    spared: Mapping[str, Any] = field(compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """All that a workspace decided; nothing in a workspace that never did."""

    choices: Mapping[str, Choice] = field(default_factory=dict)
    caps: tuple[Cap, ...] = ()

    def caps_on(self, record_type: str) -> tuple[Cap, ...]:
        """The caps on one type."""
        return tuple(one for one in self.caps if one.record_type == record_type)


NOTHING = Policy()
_remembered: Remembered[Policy] = Remembered(KEPT)


def policy(by: Actor) -> Policy:
    """What `by`'s workspace decided."""
    mark = stamps.stamp(by.session, STAMP)
    if mark is None:
        return NOTHING
    return _remembered.get((by.tenant.id, mark), lambda: _load(by))


def choice_of(record_type: RecordType, by: Actor) -> Choice:
    """What holds for the pool of a type: what the workspace chose, else what the type declares."""
    chosen = policy(by).choices.get(record_type.key)
    if chosen is not None or record_type.pool is None:
        return chosen or Choice(frozenset())
    return Choice(frozenset(one.key for one in record_type.pool.hidden))


def _load(by: Actor) -> Policy:
    choices = {
        row.record_type: Choice(frozenset(row.hidden), row.hold_days)
        for row in by.session.scalars(select(PoolChoice))
    }
    rows = by.session.scalars(select(PoolCap).order_by(PoolCap.created_at, PoolCap.id))
    caps = tuple(
        Cap(
            row.id,
            row.record_type,
            row.group_kind,
            row.group_id,
            row.most_owned,
            row.most_views,
            dict(row.spared),
        )
        for row in rows
    )
    return Policy(choices, caps)
