"""Deciding how many records the people of a team or role may own, and open in the pool a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.pool.choose import (
    Spared,
    changed,
    pooled_type,
    read_group,
    read_spared,
    require_manage,
    whole,
)
from app.records.pool.models import PoolCap
from app.records.types import RecordType

MOST_OWNED = 1_000_000
MOST_VIEWS = 1_000
MOST_CAPS = 100


def save_cap(
    by: Actor, kind: str, *, group: str, most_owned: str, most_views: str, spared: Spared
) -> PoolCap:
    """Say how much the people of a team or role may own and open; the one that stood is replaced.

    `spared` is as `read_spared` takes it: what it finds counts for nobody. Refused with a message
    per field.
    """
    require_manage(by)
    record_type = pooled_type(kind, by)
    group_kind, group_id, errors = read_group(group, by)
    standing = caps_of(record_type, by)
    found = [one for one in standing if (one.group_kind, one.group_id) == (group_kind, group_id)]
    same = found[0] if found else None
    before = _told(same) if same else None
    kept = dict(same.spared) if same else {}
    values = _read(record_type, most_owned, most_views, spared, kept, errors, by)
    if group_id is not None and same is None and len(standing) >= MOST_CAPS:
        raise Refused(_("A pool has at most %(most)s caps.", most=MOST_CAPS))
    fixed = {"record_type": record_type.key, "group_kind": group_kind, "group_id": group_id}
    made = {"id": new_id(), "created_at": by.now, "created_by_id": by.user_id}
    statement = (
        insert(PoolCap)
        .values(**made, **fixed, **values)
        .on_conflict_do_update(
            index_elements=["record_type", "group_kind", "group_id"], set_=values
        )
        .returning(PoolCap)
    )
    cap = by.session.scalars(statement, execution_options={"populate_existing": True}).one()
    changed(by, cap.group_id, "updated", {"cap": [before, _told(cap)]})
    return cap


def change_cap(
    by: Actor, cap: PoolCap, *, group: str, most_owned: str, most_views: str, spared: Spared
) -> None:
    """Change a cap; Refused with a message per field, also where the group has another one."""
    require_manage(by)
    record_type = pooled_type(cap.record_type, by)
    group_kind, group_id, errors = read_group(group, by)
    values = _read(record_type, most_owned, most_views, spared, cap.spared, errors, by)
    told, group_before = _told(cap), cap.group_id
    try:
        with by.session.begin_nested():
            for key, value in {**values, "group_kind": group_kind, "group_id": group_id}.items():
                setattr(cap, key, value)
    except IntegrityError:  # The index on groups says it, also of two at one moment.
        message = _("There is a cap for it already.")
        raise Refused(message, errors={"group": message}) from None
    is_moved = cap.group_id != group_before
    if is_moved:
        changed(by, group_before, "updated", {"cap": [told, None]})
    changed(by, cap.group_id, "updated", {"cap": [None if is_moved else told, _told(cap)]})


def delete_cap(by: Actor, cap_id: UUID) -> None:
    """Let a team or role own and open as many as they like again."""
    require_manage(by)
    cap = get_cap(by, cap_id, is_held=True)
    by.session.delete(cap)
    by.session.flush()  # Who asks next in this transaction must not meet it.
    changed(by, cap.group_id, "updated", {"cap": [_told(cap), None]})


def get_cap(by: Actor, cap_id: UUID, *, is_held: bool = False) -> PoolCap:
    """A cap; Missing where there is none.

    It `is_held` until the transaction ends where it is to be changed.
    """
    cap = by.session.get(PoolCap, cap_id, with_for_update=is_held)
    if cap is None:
        raise Missing(_("There is no such page."))
    pooled_type(cap.record_type, by)
    return cap


def caps_of(record_type: RecordType, by: Actor) -> list[PoolCap]:
    """The caps on a type, the oldest first."""
    rows = select(PoolCap).where(PoolCap.record_type == record_type.key)
    return list(by.session.scalars(rows.order_by(PoolCap.created_at, PoolCap.id)))


def _read(
    record_type: RecordType,
    most_owned: str,
    most_views: str,
    spared: Spared,
    kept: Mapping[str, Any],
    errors: dict[str, Text | str],
    by: Actor,
) -> dict[str, Any]:
    """The values of a cap; Refused with `errors` and all that is wrong besides."""
    owned, views = whole(most_owned, MOST_OWNED), whole(most_views, MOST_VIEWS)
    for key, text, number, most in (
        ("most_owned", most_owned, owned, MOST_OWNED),
        ("most_views", most_views, views, MOST_VIEWS),
    ):
        if text.strip() and number is None:
            errors[key] = _("This must be a number from 0 to %(most)s.", most=most)
    if not most_owned.strip() and not most_views.strip():
        errors.setdefault("most_owned", _("Enter at least one of the two numbers."))
    conditions, odd = read_spared(record_type, spared, kept, by)
    errors |= odd
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return {"most_owned": owned, "most_views": views, "spared": conditions}


def _told(cap: PoolCap) -> str:
    return f"{cap.most_owned} / {cap.most_views}"
