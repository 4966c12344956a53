"""How many records of a type somebody may own, held wherever a record gets another owner.

The caps of somebody's role, of their team and of those above it all hold, so the least one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true

from app.identity.models import Team, User
from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Refused
from app.kernel.language import _, ngettext
from app.records.filters.conditions import where
from app.records.model import Record
from app.records.pool.policy import Cap, policy
from app.records.sharing.stored import read_stored
from app.records.types import RecordType


def keep_within_cap(record_type: RecordType, records: Sequence[Record], by: Actor) -> None:
    """Refused when one of these records, which have just got an owner, is one too many for them.

    They must stand in the database. No statement is run where the type has no cap.
    """
    if record_type.pool is None or not records:
        return
    caps = [one for one in policy(by).caps_on(record_type.key) if one.most_owned is not None]
    given: dict[UUID, list[UUID]] = {}
    for one in records:
        if one.owner_id is not None:
            given.setdefault(one.owner_id, []).append(one.id)
    if not caps or not given:
        return
    people = select(User.id, User.name, User.role_id, Team.path).outerjoin(
        Team, Team.id == User.team_id
    )
    # In one order, so that two who give to the same people never wait for each other.
    for person in by.session.execute(people.where(User.id.in_(given)).order_by(User.id)):
        cap = least(caps, groups_in(person.role_id, person.path))
        if cap is not None:
            _hold_to(record_type, cap, person, given[person.id], by)


def least(caps: Sequence[Cap], groups: frozenset[UUID]) -> Cap | None:
    """The cap that holds for whoever is in these groups: the least of theirs."""
    mine = [one for one in caps if one.group_id in groups]
    return min(mine, key=lambda one: one.most_owned or 0, default=None)


def groups_in(role_id: UUID | None, path: str | None) -> frozenset[UUID]:
    """The ids of somebody's role, of their team and of those above it."""
    teams = (UUID(part) for part in (path or "").split("/") if part)
    return frozenset((*teams, *((role_id,) if role_id is not None else ())))


def counting(record_type: RecordType, cap: Cap, owner_id: UUID, by: Actor) -> ColumnElement[bool]:
    """The records that count against the cap of an owner."""
    model = record_type.model
    condition = (model.owner_id == owner_id) & model.deleted_at.is_(None)
    for spared in spared_by(record_type, cap.spared, by):
        condition &= spared.is_not(true())
    return condition


def spared_by(
    record_type: RecordType, stored: Any, by: Actor, *, unread: tuple[ColumnElement[bool], ...] = ()
) -> list[ColumnElement[bool]]:
    """What filters in a row spare, as one condition or none; the same whoever asks.

    Filters that can't be read any more, as a field of theirs is gone, spare what `unread` says.
    """
    try:
        filters = read_stored(stored) if stored else ()
        everyone = service_actor(by.session, by.tenant, by.now, via=by.via)
        found = where(record_type, filters, everyone, record_type.by_key.keys())
    except Refused:
        return list(unread)
    if not found:
        return []
    both = found[0]
    for one in found[1:]:
        both &= one
    return [both]


def _hold_to(
    record_type: RecordType, cap: Cap, person: Any, ids: Sequence[UUID], by: Actor
) -> None:
    most = cap.most_owned or 0
    key = f"{by.tenant.id}:{record_type.key}:{person.id}"
    # Two who give to the same person at once come one after the other, so none is missed.
    by.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    counts = counting(record_type, cap, person.id, by)
    model = record_type.model
    some = select(model.id).where(counts).limit(most + len(ids) + 1).subquery()
    have = by.session.scalar(select(func.count()).select_from(some)) or 0
    if have <= most:
        return
    new = select(func.count()).where(model.id.in_(ids), counts)
    added = by.session.scalar(new) or 0
    if not added:
        return  # What was given counts for nobody.
    one, many = record_type.words.count
    values = {"have": have - added, "what": ngettext(one, many, most)}
    if person.id == by.user_id:
        message = _(
            "You own %(have)s of at most %(what)s. Return one to the pool or pass one on first.",
            **values,
        )
    else:
        message = _("%(name)s owns %(have)s of at most %(what)s.", name=person.name, **values)
    raise Refused(message, field="owner_id")
