"""Writing many rows at once, by COPY; events are told to whoever hears of them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg2
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.events import outbox
from app.kernel.localized import LocalText

AT_ONCE = 1000  # Rows that are written column by column.
BESIDE = 100  # Rows from which on it pays to do something else meanwhile.
COLUMNS = (
    "id",
    "record_type",
    "record_id",
    "account_id",
    "verb",
    "actor_id",
    "via",
    "at",
    "batch_id",
    "changes",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a table as COPY takes them, `count` of them."""

    command: str
    data: bytes
    count: int


def batch_of(table: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Batch:
    """Rows for one of our own tables; lists become arrays, mappings JSON, None NULL."""
    columns, rest = tuple(columns), iter(rows)
    parts, count = list[bytes](), 0
    while held := list(islice(rest, AT_ONCE)):
        parts.append(_lines([row.get(one) for row in held] for one in columns))
        count += len(held)
    return Batch(_command(table, columns), b"".join(parts), count)


def batch_by_column(table: str, columns: Mapping[str, list[Any]], count: int) -> Batch:
    """The same of the values of each column, `count` of each."""
    return Batch(_command(table, columns), _lines(columns.values()) if count else b"", count)


def _command(table: str, columns: Iterable[str]) -> str:
    """The statement; table and columns are names from our models, never from input."""
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN"


def _lines(columns: Iterable[list[Any]]) -> bytes:
    lines = map("\t".join, zip(*map(_cells, columns), strict=True))
    return "".join([f"{line}\n" for line in lines]).encode()


def events_batch(rows: Iterable[Mapping[str, Any]]) -> Batch:
    """Event rows (see `event_row`) for the table of events; `send_events` has to send them."""
    return batch_of("events", COLUMNS, rows)


def send_events(session: Session, rows: Iterable[Mapping[str, Any]], batch: Batch) -> None:
    """Write event rows by their batch, and tell them to whoever hears of events."""
    for row in rows:
        outbox.tell(session, row)
    send(session, batch)


def copy_events(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write event rows in the session's transaction by one COPY."""
    send(session, events_batch(outbox.telling(session, rows)))


def copy_rows(
    session: Session, table: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    """Write rows of one of our own tables by one COPY; see `batch_of`."""
    send(session, batch_of(table, columns, rows))


def send(session: Session, batch: Batch) -> None:
    """Write a batch in the session's transaction."""
    _send(_connection(session), batch)


@contextmanager
def sending(session: Session, batch: Batch) -> Iterator[None]:
    """The same while the caller works on what comes next, without the session's connection.

    The database takes about as long for rows as we for preparing others. What it refuses is raised
    at the end of the block.
    """
    connection = _connection(session)
    if batch.count < BESIDE:
        _send(connection, batch)
        yield
        return
    with ThreadPoolExecutor(1) as beside:
        sent = beside.submit(_send, connection, batch)
        yield
        sent.result()


def _connection(session: Session) -> Any:
    session.flush()  # COPY goes past the session, so what it refers to must stand in the database.
    return session.connection().connection


def _send(connection: Any, batch: Batch) -> None:
    cursor = connection.cursor()
    try:
        # In one block: between two of them the caller's work would have to pause.
        cursor.copy_expert(batch.command, io.BytesIO(batch.data), max(len(batch.data), 1))
    except psycopg2.Error as error:  # As any other statement's, so that they are met alike.
        raise DBAPIError.instance(batch.command, {}, error, psycopg2.Error) from error
    finally:
        cursor.close()


_NULL = r"\N"
_encode = json.JSONEncoder(ensure_ascii=False).encode


def _cells(values: list[Any]) -> list[str]:
    """The values of one column in COPY's text format; of one kind, most of them."""
    first = values[0] if values else None
    if first is None and values.count(None) == len(values):
        return [_NULL] * len(values)
    if all(value is first for value in values):
        return [_writer(first)(first)] * len(values)
    kinds = set(map(type, values))
    if len(kinds) == 1:
        return list(map(_writer(first), values))
    return [_NULL if value is None else _writer(value)(value) for value in values]


def _writer(value: Any) -> Callable[[Any], str]:
    return _WRITERS.get(type(value), _other)


def _text(text: str) -> str:
    """A text with its escapes; most hold none of these signs, and looking for one is cheap."""
    if "\\" in text:
        text = text.replace("\\", r"\\")
    if text.isprintable():
        return text
    return text.replace("\n", r"\n").replace("\t", r"\t").replace("\r", r"\r")


def _array(parts: Iterable[Any]) -> str:
    return _text("{" + ",".join([_quoted(str(part)) for part in parts]) + "}")


def _json(value: Mapping[str, Any]) -> str:
    return _text(_encode(value)) if value else "{}"


def _id(value: UUID) -> str:
    return f"{value.int:032x}"  # As the database reads it too, in a fifth of the time.


def _other(value: Any) -> str:
    """What is told by its kind and not by its very type: numbers and moments need no escape."""
    for kind, write in _KINDS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


def _quoted(text: str) -> str:
    """A text within an array, in quotes."""
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    str: _text,
    UUID: _id,
    dict: _json,
    list: _array,
    tuple: _array,
    int: str,
    Decimal: str,
    datetime: str,
}
_KINDS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (UUID, _id),
    (LocalText, lambda value: _json(dict(value.texts))),
    (str, _text),
    (dict, _json),
    (list, _array),
    (tuple, _array),
)
