"""Cursors of lists that are no records: a sort key and an id, opaque in the address."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from app.kernel.errors import Refused
from app.kernel.language import _
from app.web.formats import parse_moment

Row = TypeVar("Row", bound=Any)
Place = tuple[datetime, UUID]  # Where a page of a list by moment ends.
AT_ONCE = 200


def cursor_of(key: str, row_id: UUID) -> str:
    """The cursor that continues after the row with this key and id."""
    return urlsafe_b64encode(json.dumps([key, row_id.hex]).encode()).decode()


def read_cursor(text: str | None) -> tuple[str, UUID] | None:
    """The key and the id that a cursor names, or None for the first page and for nonsense."""
    if not text or len(text) > 2000:
        return None
    try:
        key, row_id = json.loads(urlsafe_b64decode(text.encode()))
        found = str(key), UUID(row_id)
        found[0].encode()  # Lone halves of characters can't be sent to the database.
    except (Error, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return None if "\x00" in found[0] else found


def read_moment_cursor(text: str | None) -> Place | None:
    """As `read_cursor`, for a list by moment."""
    found = read_cursor(text)
    if found is None:
        return None
    moment = parse_moment(found[0])
    return (moment, found[1]) if moment is not None else None


def asked_place(arguments: Mapping[str, str]) -> Place | None:
    """Where the page of a list by moment begins that a program asks for; Refused for nonsense."""
    cursor = arguments.get("cursor")
    found = read_moment_cursor(cursor)
    if cursor and found is None:
        raise Refused(_("This page of the list does not exist."), field="cursor")
    return found


def gather(
    fetched: Callable[[int, Place | None], Sequence[Row]],
    is_seen: Callable[[Row], bool],
    limit: int,
    after: Place | None,
    moment: Callable[[Row], datetime],
) -> tuple[Sequence[Row], str | None]:
    """As `cut`, of a list of which the reader gets some rows only: each page is full but the last.

    `fetched` answers with so many rows behind a place, in the order of the list. However small a
    page is asked for, what the reader does not get costs one statement for AT_ONCE of them.
    """
    found, many = list[Row](), max(limit + 1, AT_ONCE)
    while len(found) <= limit:
        rows = fetched(many, after)
        found += [one for one in rows if is_seen(one)]
        if len(rows) < many:
            break
        after = (moment(rows[-1]), rows[-1].id)
    return cut(found, limit, moment)


def cut(
    rows: Sequence[Row], limit: int, moment: Callable[[Row], datetime]
) -> tuple[Sequence[Row], str | None]:
    """A page of `limit` rows, and the cursor of the next one where there is another row."""
    shown = rows[:limit]
    if len(rows) <= limit:
        return shown, None
    return shown, cursor_of(moment(shown[-1]).isoformat(), shown[-1].id)
