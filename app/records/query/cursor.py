"""Where a page begins: behind or before a row, as the address of a list carries it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from math import isfinite
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, DateTime, Integer, Numeric
from sqlalchemy.engine import Row
from sqlalchemy.types import TypeEngine

from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.values import Unfit, as_json, clean_text
from app.records.values.numbers import WHOLE_LIMIT


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind (or before) the row with this sort key and id."""

    after: bool
    value: Any
    record_id: UUID


@dataclass(frozen=True, slots=True)
class Met:
    """A row of a list that is met by walking, and where it stands there; see `walk`."""

    sort_key: list[Any]
    id: UUID


def write_cursor(sort: str, after: bool, row: Row[Any] | Met) -> str:
    """A cursor behind (or before) `row` in a list ordered by `sort`."""
    parts = [sort, after, as_json(row.sort_key), str(row.id)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str, key: TypeEngine[Any] | Callable[[Any], Any]) -> Place:
    """The place that a cursor holds in a list whose order has keys of the type `key`.

    Where the keys are of no type of the database, `key` reads one. Refused when the cursor is none
    of this list, or was made up.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        its_sort, after, value, last_id = json.loads(base64.urlsafe_b64decode(padded))
        record_id = parse_id(last_id) if isinstance(last_id, str) else None
        if its_sort != sort or not isinstance(after, bool) or record_id is None:
            raise ValueError(cursor)
        read = partial(sort_value, key=key) if isinstance(key, TypeEngine) else key
        return Place(after, read(value), record_id)
    except (ValueError, TypeError, OverflowError, RecursionError, Unfit):
        raise Refused(_("This page of the list does not exist."), field="cursor") from None


def sort_value(value: Any, key: TypeEngine[Any]) -> Any:
    """A cursor's value as the database compares it; ValueError or TypeError when it is no such."""
    if isinstance(key, DateTime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment.astimezone(UTC)  # The database takes fewer offsets than Python does.
    if isinstance(key, Date):
        return date.fromisoformat(value)
    if isinstance(key, JSON | Numeric):
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise TypeError(value)
        return value
    if isinstance(key, Integer):
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > WHOLE_LIMIT:
            raise TypeError(value)
        return value
    return "" if value == "" else clean_text(value)
