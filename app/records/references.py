"""References: checking that what a record points to exists and may be seen, and naming it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.access import permitted, within_reach
from app.records.registry import registry
from app.records.types import RecordType


def check_references(record_type: RecordType, values: Mapping[str, Any], by: Actor) -> None:
    """Refused with a message per field when a value points to nothing that `by` may read."""
    errors: dict[str, Text | str] = {}
    for key, value in values.items():
        field = record_type.by_key[key]
        if field.to and value is not None and not _holds(field.to, value, by):
            errors[key] = _("There is no such record.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def _holds(to: str, record_id: UUID, by: Actor) -> bool:
    """True when `by` may point to this; a record stays until the transaction ends.

    Of a reference and a merge of what it points to at the same moment, the second one waits and
    sees what the first one made of it.
    """
    if to == "user":
        return record_id in existing(to, [record_id], by)
    model = registry().type(to).model
    stands = select(model.id).where(model.id == record_id, permitted(registry().type(to), by))
    locked = stands.with_for_update(read=True, key_share=True, of=model)
    return by.session.execute(locked).first() is not None


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
    """The titles of those referenced records that `by` may open, in one statement; users' always.

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
        rows = by.session.execute(
            select(target.model.id, target.title).where(target.model.id.in_(wanted), readable)
        )
    return {row[0]: row[1] for row in rows}
