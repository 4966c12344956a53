"""Cursors of identity's own lists: a sort key and an id, opaque in the address."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import datetime
from uuid import UUID

from app.web.formats import parse_moment


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


def read_moment_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    """As `read_cursor`, for a list by moment."""
    found = read_cursor(text)
    if found is None:
        return None
    moment = parse_moment(found[0])
    return (moment, found[1]) if moment is not None else None
