"""Which records there are already of many rows at once: what an import asks before it creates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from app.kernel.actor import Actor
from app.records.access import permitted, readable_keys
from app.records.duplicates.against import Told, doubted, speaks_against, told_by
from app.records.duplicates.facts import SURENESS, How, Sign
from app.records.duplicates.keys import how_of, keys_of
from app.records.duplicates.models import DuplicateKey
from app.records.types import RecordType

Holder = tuple[UUID, Mapping[How, Told]]  # A record, and what it tells against weak signs.
MOST = 20  # Records of one key: what more of them share tells nobody from others.


def match_many(
    record_type: RecordType,
    rows: Sequence[Mapping[str, Any]],
    by: Actor,
    hows: Collection[How] = tuple(SURENESS),
    keys: Sequence[Collection[int]] = (),
) -> list[list[UUID]]:
    """For each row the living records that may be the same and that `by` may read, surest first."""
    return [list(its) for its in meet_many(record_type, rows, by, hows, keys)]


def meet_many(
    record_type: RecordType,
    rows: Sequence[Mapping[str, Any]],
    by: Actor,
    hows: Collection[How] = tuple(SURENESS),
    keys: Sequence[Collection[int]] = (),
) -> list[dict[UUID, How]]:
    """As `match_many`, each record with the surest sign by which it is met.

    A row holds fields by key, as they would be kept. `hows` are the signs that are looked at; one
    whose field is hidden from `by` is not. What speaks against a weak one is looked at as well.
    `keys` are those of the rows where somebody made them already. One statement, whatever the
    number of rows.
    """
    if not record_type.signs or not by.may(record_type.key, "read"):
        return [{} for _row in rows]
    seen = readable_keys(record_type, by)
    if not keys or not seen.issuperset(record_type.told_apart_by):
        keys = [keys_of(record_type, row, seen) for row in rows]
    asked = [[key for key in its if how_of(key) in hows] for its in keys]
    weak = tuple(doubted(record_type, seen))
    found = _holders(record_type, sorted({key for its in asked for key in its}), weak, by)
    return [_surest(_meeting(row, its, found, weak)) for row, its in zip(rows, asked, strict=True)]


def _surest(met: Iterable[tuple[UUID, How]]) -> dict[UUID, How]:
    found: dict[UUID, How] = {}
    for record_id, how in met:
        found.setdefault(record_id, how)
    return found


def _meeting(
    row: Mapping[str, Any],
    keys: Iterable[int],
    found: Mapping[int, Sequence[Holder]],
    weak: Sequence[Sign],
) -> Iterator[tuple[UUID, How]]:
    """The holders of a row's keys against whom nothing speaks, the surest first."""
    for key in keys:
        holders = found.get(key, ())
        if not holders:
            continue
        sign = next((one for one in weak if one.how == how_of(key)), None)
        mine = told_by(sign, row) if sign is not None else ()
        for record_id, theirs in holders:
            if sign is None or not speaks_against(mine, theirs[sign.how]):
                yield record_id, how_of(key)


def _holders(
    record_type: RecordType, keys: list[int], weak: Sequence[Sign], by: Actor
) -> dict[int, list[Holder]]:
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
    against = [one for sign in weak for one in sign.against]
    is_theirs = permitted(record_type, by).label("is_theirs")
    rows = by.session.execute(
        select(wanted.c.key, few.c.record_id, is_theirs, *against)
        .select_from(wanted.join(few, true()).join(model, model.id == few.c.record_id))
        .order_by(wanted.c.key, few.c.record_id)
    )
    holders: dict[int, list[Any]] = {}
    for row in rows:
        holders.setdefault(row.key, []).append(row)
    return {
        key: [
            (one.record_id, {sign.how: told_by(sign, one._mapping) for sign in weak})
            for one in its
            if one.is_theirs
        ]
        for key, its in holders.items()
        if len(its) <= MOST
    }
