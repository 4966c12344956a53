"""Parts of records as rows of a list, the newest record's first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, or_, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import permitted, readable_keys
from app.records.filters import Node
from app.records.filters.conditions import where
from app.records.parts.facts import rows_of
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class PartRows:
    """One page of parts; `next` is the cursor of the one behind it, empty where there is none."""

    rows: Sequence[Row[Any]]
    next: str


def part_rows(
    kind: RecordType, filters: Sequence[Node], by: Actor, *, cursor: str = "", limit: int = 50
) -> PartRows:
    """The parts of which the filters hold, as far as `by` may read their records.

    Each row has its own `id`, that of its record (`of_id`), and the fields that `by` sees of it.
    Refused for filters that don't fit, as of any list, and for a cursor that is none.
    """
    assert kind.part is not None  # noqa: S101 - no other type comes here.
    own: Any = kind.part.model.id
    seen = readable_keys(kind, by)
    columns = [one.fetched.label(one.key) for one in kind.fields if one.key in seen]
    held = [permitted(kind, by, "read"), *where(kind, filters, by, seen)]
    held += [_after(kind, cursor)] if cursor else []
    asked = (
        select(own.label("part_id"), kind.model.id.label("of_id"), *columns)
        .select_from(rows_of(kind))
        .where(*held)
        .order_by(kind.model.id.desc(), own)
        .limit(limit + 1)
    )
    rows = by.session.execute(asked).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return PartRows(rows[:limit], "" if last is None else f"{last.of_id}.{last.part_id}")


def _after(kind: RecordType, cursor: str) -> ColumnElement[bool]:
    """The parts behind the one that a cursor names."""
    of_id, part_id = _ids(cursor)
    if of_id is None or part_id is None or kind.part is None:
        raise Refused(_("This page of the list does not exist."), field="cursor")
    record = kind.model.id
    return or_(record < of_id, and_(record == of_id, kind.part.model.id > part_id))


def _ids(cursor: str) -> tuple[UUID | None, UUID | None]:
    first, _dot, second = cursor[:80].partition(".")
    return parse_id(first), parse_id(second)
