"""Who hears of events as they are written, in the transaction of the change that they tell of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

Listener = Callable[[Session, Mapping[str, Any]], None]  # Called with each event row.
_listener: Listener | None = None


def install(listener: Listener) -> None:
    """Fix who hears of events; start-up calls it once per process."""
    global _listener  # noqa: PLW0603  Fixed from here on, as the registry is.
    _listener = listener


def tell(session: Session, row: Mapping[str, Any]) -> None:
    """Let the listener hear of one event."""
    if _listener is not None:
        _listener(session, row)


def telling(session: Session, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The rows as they pass by on their way into the table, each of them heard."""
    for row in rows:
        tell(session, row)
        yield row
