"""Which records that stand the rows of a chunk mean: one statement for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.folding import fold
from app.kernel.ids import parse_id
from app.kernel.phones import read_phone
from app.records.access import permitted, readable_keys
from app.records.fields import Field
from app.records.imports.resolve import by_title, is_among, spellings
from app.records.types import RecordType

ID = "id"
ADDRESSES = ("email", "phone")


def match_keys(record_type: RecordType, by: Actor) -> list[str]:
    """The keys by which rows can find records: the id, the title, what is unique, addresses."""
    readable = readable_keys(record_type, by)
    return [
        ID,
        *(
            one.key
            for one in record_type.fields
            if one.key in readable
            and (one.key == record_type.title.key or one.is_unique or one.kind in ADDRESSES)
        ),
    ]


def match_key(field: Field | None, text: str, by: Actor) -> str:
    """What is compared of a text; "" where it can mean no record. Without a field, it is an id."""
    if field is None:
        found = parse_id(text)
        return str(found) if found is not None else ""
    if field.kind == "phone":
        return read_phone(text, by.tenant.country) or ""
    return fold(text)


def find_matches(
    record_type: RecordType, key: str, wanted: Mapping[str, str], by: Actor
) -> dict[str, list[UUID]]:
    """The records that `by` may read of each key in `wanted`, which says what it was made of."""
    if not wanted:
        return {}
    model = record_type.model
    if key == ID:
        ids = [UUID(one) for one in wanted]
        rows = by.session.scalars(
            select(model.id).where(model.id.in_(ids), permitted(record_type, by))
        )
        return {str(one): [one] for one in rows}
    field = record_type.field(key)
    holds = _holds(record_type, field, wanted)
    statement = select(model.id, field.expression.label("value"))
    found: dict[str, list[UUID]] = {}
    for record_id, value in by.session.execute(statement.where(permitted(record_type, by), holds)):
        for text in spellings(value):
            if text in wanted:
                found.setdefault(text, []).append(record_id)
    return found


def _holds(record_type: RecordType, field: Field, wanted: Mapping[str, str]) -> Any:
    if field.key == record_type.title.key:
        return by_title(record_type, wanted.values())
    small: Collection[str] = {one.lower() for one in (*wanted, *wanted.values())}
    return is_among(field, small)


def waves(keys: Sequence[str]) -> list[list[int]]:
    """The rows by their number in the order in which they can be done: of one key one at a time.

    Rows without a key stand in the first wave.
    """
    met: dict[str, int] = {}
    found: list[list[int]] = [[]]
    for number, key in enumerate(keys):
        wave = met.get(key, 0) if key else 0
        if key:
            met[key] = wave + 1
        if wave == len(found):
            found.append([])
        found[wave].append(number)
    return found
