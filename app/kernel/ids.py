"""Identifiers: UUID version 7 made in Python, so that keys sort by time and need no sequence."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh identifier (UUID version 7, RFC 9562) that sorts after all made before it."""
    return uuid7()


def first_id_of(moment: datetime) -> UUID:
    """An identifier that sorts before all that are made from this moment on, and after others."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62))


def parse_id(text: str | None) -> UUID | None:
    """The identifier that `text` spells, or None when it spells none."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
