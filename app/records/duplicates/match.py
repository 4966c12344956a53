"""Which records there are already of many rows at once: what an import asks before it creates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from app.kernel.actor import Actor
from app.records.access import permitted, readable_keys
from app.records.duplicates.facts import SURENESS, How
from app.records.duplicates.keys import how_of, keys_of
from app.records.duplicates.models import DuplicateKey
from app.records.types import RecordType

MOST = 20  # Records of one key: what more of them share tells nobody from others.


def match_many(
    record_type: RecordType,
    rows: Sequence[Mapping[str, Any]],
    by: Actor,
    hows: Collection[How] = tuple(SURENESS),
    keys: Sequence[Collection[int]] = (),
) -> list[list[UUID]]:
    """For each row the living records that may be the same and that `by` may read, surest first.

    A row holds fields by key, as they would be kept. `hows` are the signs that are looked at; one
    whose field is hidden from `by` is not. `keys` are those of the rows where somebody made them
    already. One statement, whatever the number of rows.
    """
    if not record_type.signs or not by.may(record_type.key, "read"):
        return [[] for _row in rows]
    seen = readable_keys(record_type, by)
    if not keys or not seen.issuperset(record_type.told_apart_by):
        keys = [keys_of(record_type, row, seen) for row in rows]
    asked = [[key for key in its if how_of(key) in hows] for its in keys]
    found = _holders(record_type, sorted({key for its in asked for key in its}), by)
    return [list(dict.fromkeys(one for key in its for one in found.get(key, ()))) for its in asked]


def _holders(record_type: RecordType, keys: list[int], by: Actor) -> dict[int, list[UUID]]:
    """The records of each key, without keys that too many share."""
    if not keys:
        return {}
    wanted = (
        func.unnest(bindparam("keys", keys, type_=ARRAY(BigInteger)))
        .table_valued(column("key", BigInteger))
        .render_derived()
    )
    few = (
        select(DuplicateKey.record_id)
        .where(DuplicateKey.record_type == record_type.key, DuplicateKey.key == wanted.c.key)
        .limit(MOST + 1)
        .lateral()
    )
    model = record_type.model
    rows = by.session.execute(
        select(wanted.c.key, few.c.record_id, permitted(record_type, by).label("is_theirs"))
        .select_from(wanted.join(few, true()).join(model, model.id == few.c.record_id))
        .order_by(wanted.c.key, few.c.record_id)
    )
    holders: dict[int, list[tuple[UUID, bool]]] = {}
    for key, record_id, is_theirs in rows:
        holders.setdefault(key, []).append((record_id, is_theirs))
    return {
        key: [one for one, is_theirs in its if is_theirs]
        for key, its in holders.items()
        if len(its) <= MOST
    }
