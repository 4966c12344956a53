"""Choosing one of several people for a record: in turn or by load, within what each can take.

Everything that gives records to people asks here: the pool, and leads and cases alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select

from app.identity.models import Team, User
from app.identity.rights import rights_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.assignment.absent import absent_among
from app.records.pool.caps import counting, groups_in, least
from app.records.pool.policy import policy
from app.records.types import RecordType


class Strategy(StrEnum):
    """By what somebody is chosen among those who could take a record."""

    IN_TURN = "in_turn"
    LEAST_LOAD = "least_load"


REASONS: dict[Strategy, Text] = {
    Strategy.IN_TURN: _("whose turn it was"),
    Strategy.LEAST_LOAD: _("who had the fewest"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who gets a record, and why; `have` is how many they owned before."""

    user_id: UUID
    name: str
    strategy: Strategy
    have: int


def people_of(
    group_kind: str | None,
    group_id: UUID | None,
    user_ids: Collection[UUID],
    record_type: RecordType,
    by: Actor,
) -> list[User]:
    """Who can work on records of a type, by name: of a team (with those below) or of a role, and
    those who are named.

    Those who left, and those whose role may only read the type, are none of them.
    """
    meant: list[ColumnElement[bool]] = [User.id.in_(user_ids)] if user_ids else []
    if group_kind == "team":
        meant.append(Team.path.contains(f"{group_id}/", autoescape=True))
    elif group_kind is not None:
        meant.append(User.role_id == group_id)
    found = select(User).outerjoin(Team, Team.id == User.team_id)
    found = found.where(User.is_active, or_(*meant) if meant else false())
    rows = by.session.scalars(found.order_by(User.name_sort, User.id))
    return [
        one
        for one in rows
        if rights_of(by.session, one).reach(record_type.key, "update") is not None
    ]


def choose(
    people: Sequence[User],
    strategy: Strategy,
    record_type: RecordType,
    by: Actor,
    *,
    turns: Mapping[UUID, int],
    capacity: int | None = None,
) -> Chosen | None:
    """One of these people, or None where none can take one more record.

    `turns` says when each had the last turn; who had none comes first, in the order given. By load
    it goes to whoever owns the fewest, of several to the one whose turn it is. Nobody gets more
    than `capacity`, nor more than the pool's caps allow them to own, nor anything while away.
    """
    away = absent_among([one.id for one in people], by)
    people = [one for one in people if one.id not in away]
    loads = loads_of(people, record_type, by)
    order = {one.id: place for place, one in enumerate(people)}

    def by_turn(one: User) -> tuple[int, int]:
        return turns.get(one.id, 0), order[one.id]

    def by_load(one: User) -> tuple[int, int, int]:
        return loads.get(one.id, 0), *by_turn(one)

    ordered = sorted(people, key=by_turn if strategy is Strategy.IN_TURN else by_load)
    for one in ordered:
        have = loads.get(one.id, 0)
        if (capacity is None or have < capacity) and not _is_at_cap(one, record_type, by):
            return Chosen(one.id, one.name, strategy, have)
    return None


def loads_of(people: Sequence[User], record_type: RecordType, by: Actor) -> dict[UUID, int]:
    """How many living records of a type each of these people owns."""
    model = record_type.model
    rows = by.session.execute(
        select(model.owner_id, func.count())
        .where(model.owner_id.in_([one.id for one in people]), model.deleted_at.is_(None))
        .group_by(model.owner_id)
    )
    return {user_id: count for user_id, count in rows if user_id is not None}


def _is_at_cap(person: User, record_type: RecordType, by: Actor) -> bool:
    """True where the pool's cap on owning leaves no room; no statement where there is no cap."""
    caps = [one for one in policy(by).caps_on(record_type.key) if one.most_owned is not None]
    if record_type.pool is None or not caps:
        return False
    team = by.session.get(Team, person.team_id) if person.team_id is not None else None
    cap = least(caps, groups_in(person.role_id, team.path if team is not None else None))
    if cap is None:
        return False
    most = cap.most_owned or 0
    counts = counting(record_type, cap, person.id, by)
    some = select(record_type.model.id).where(counts).limit(most).subquery()
    return (by.session.scalar(select(func.count()).select_from(some)) or 0) >= most
