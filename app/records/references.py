"""References: checking that what a record points to exists and may be seen, and naming it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.access import permitted, within_reach
from app.records.called import called, says_number
from app.records.registry import registry
from app.records.types import RecordType

Errors = dict[str, Text | str]


def check_references(record_type: RecordType, values: Mapping[str, Any], by: Actor) -> None:
    """Refused with a message per field when a value points to nothing that `by` may read."""
    (errors,) = against_references(record_type, [values], by)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def against_references(
    record_type: RecordType, rows: Sequence[Mapping[str, Any]], by: Actor
) -> list[Errors]:
    """The same for many rows at once, a statement for each type that they point to."""
    fields = [one for one in record_type.fields if one.to]
    wanted: dict[str, set[UUID]] = {}
    for field in fields:
        ids = {row[field.key] for row in rows if row.get(field.key) is not None}
        if ids:
            wanted.setdefault(field.to or "", set()).update(ids)
    held = {to: _held(to, ids, by) for to, ids in wanted.items()}
    return [
        {
            field.key: _("There is no such record.")
            for field in fields
            if row.get(field.key) is not None and row[field.key] not in held[field.to or ""]
        }
        for row in rows
    ]


def _held(to: str, ids: Collection[UUID], by: Actor) -> set[UUID]:
    """Those of `ids` that `by` may point to; records stay until the transaction ends.

    Of a reference and a merge of what it points to at the same moment, the second one waits and
    sees what the first one made of it.
    """
    if to == "user":
        return existing(to, ids, by)
    model = registry().type(to).model
    stand = select(model.id).where(model.id.in_(ids), permitted(registry().type(to), by))
    if len(ids) > 1:  # In one order, so that two who refer to the same never wait for each other.
        stand = stand.order_by(model.id)
    return set(by.session.scalars(stand.with_for_update(read=True, key_share=True, of=model)))


def existing(to: str, ids: Iterable[UUID], by: Actor) -> set[UUID]:
    """Those of `ids` that `by` may point to: active colleagues, or records that may be read."""
    if to == "user":
        users = select(User.id).where(User.id.in_(ids), User.is_active.is_(True))
        return set(by.session.scalars(users))
    target = registry().type(to)
    records = select(target.model.id).where(target.model.id.in_(ids), permitted(target, by, "read"))
    return set(by.session.scalars(records))


def titles(
    to: str, ids: Iterable[UUID], by: Actor, *, with_deleted: bool = False
) -> dict[UUID, str]:
    """What those referenced records that `by` may open are called, in one statement; users always.

    What is missing here must be neither named nor linked. History names deleted records too.
    """
    wanted = set(ids)
    if not wanted:
        return {}
    if to == "user":
        rows = by.session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    else:
        target = registry().type(to)
        readable = within_reach(target, by, "read") if with_deleted else permitted(target, by)
        name = called(target, target.model, with_number=says_number(target, by))
        rows = by.session.execute(
            select(target.model.id, name).where(target.model.id.in_(wanted), readable)
        )
    return {row[0]: row[1] for row in rows}
