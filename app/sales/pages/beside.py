"""Which records of sales stand beside another record, and the first of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select

from app.kernel.actor import Actor
from app.records.access import permitted, sees
from app.records.tailored import tailored

SHOWN = 5

# The kinds that are known to stand there; None where nobody asked, and each asks for itself.
Known = Collection[str] | None


def may_stand(kind: str, key: str, by: Actor) -> bool:
    """True for who may read records of a kind, and to what they belong by `key`."""
    return by.may(kind, "read") and sees(tailored(kind, by), key, by)


def belonging(kind: str, key: str, record_id: UUID, by: Actor) -> tuple[ColumnElement[bool], ...]:
    """The conditions of the records of a kind that name `record_id` by `key` and `by` may read."""
    record_type = tailored(kind, by)
    return getattr(record_type.model, key) == record_id, permitted(record_type, by)


def kinds_beside(kinds: Collection[str], key: str, record_id: UUID, by: Actor) -> Collection[str]:
    """Those of the kinds of which `by` may read records that name `record_id`; one statement."""
    asked = [kind for kind in kinds if may_stand(kind, key, by)]
    if not asked:
        return ()
    told = by.session.execute(
        select(*(exists().where(*belonging(kind, key, record_id, by)) for kind in asked))
    ).one()
    return {kind for kind, is_there in zip(asked, told, strict=True) if is_there}


def first_beside(
    kind: str,
    key: str,
    record_id: UUID,
    by: Actor,
    *order: ColumnElement[Any],
    known: Known = None,
) -> tuple[Sequence[Any], int]:
    """The first of the records of a kind that name `record_id` by `key`, and how many there are.

    One statement; none where it is known that there is nothing.
    """
    if known is not None and kind not in known:
        return (), 0
    rows = by.session.execute(
        select(tailored(kind, by).model, func.count().over().label("total"))
        .where(*belonging(kind, key, record_id, by))
        .order_by(*order)
        .limit(SHOWN)
    ).all()
    return [row[0] for row in rows], rows[0].total if rows else 0
