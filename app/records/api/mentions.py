"""Whom the texts of records mention, as programs are told it: ids beside the plain text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.records.mentions.spots import has_sign
from app.records.types import RecordType

KEY = "mentions"
Known = Mapping[str, str] | None


def told_mentions(known: Known, unseen: Collection[UUID] = ()) -> list[dict[str, Any]]:
    """Each as its id and the `name` behind the @; `may_read` is false for who was not told."""
    hidden = {str(one) for one in unseen}
    return [
        {"id": key, "name": name, **({"may_read": False} if key in hidden else {})}
        for key, name in (known or {}).items()
    ]


def mentions_in(
    record_type: RecordType, rows: Sequence[Any], keys: Collection[str], by: Actor
) -> dict[UUID, Known]:
    """Whom the rows of a list mention in the texts asked for, by the ids of the records.

    One statement, and none where no text holds an @.
    """
    texts = [key for key in record_type.mentioning if key in keys]
    ids = [row.id for row in rows if texts and has_sign(getattr(row, key) for key in texts)]
    if not ids:
        return {}
    model: Any = record_type.model
    found = select(model.id, model.mentions).where(model.id.in_(ids), model.mentions.is_not(None))
    return {row.id: row.mentions for row in by.session.execute(found)}
