"""Writing many events at once, by COPY."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.localized import LocalText

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


def copy_events(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write event rows (see `event_row`) in the session's transaction by one COPY."""
    copy_rows(session, "events", COLUMNS, rows)


def copy_rows(
    session: Session, table: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    """COPY rows into one of our own tables; lists become arrays, mappings JSON, None NULL."""
    columns = tuple(columns)
    buffer = io.StringIO()
    for row in rows:
        buffer.write("\t".join([_cell(row.get(column)) for column in columns]) + "\n")
    buffer.seek(0)
    session.flush()  # COPY goes past the session, so what it refers to must stand in the database.
    names = ", ".join(columns)
    cursor = session.connection().connection.cursor()
    try:
        # Table and columns are names from our models, never from input.
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", buffer)
    finally:
        cursor.close()


ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _cell(value: Any) -> str:
    r"""One value in COPY's text format, where \N is NULL."""
    if value is None:
        return r"\N"
    if isinstance(value, LocalText):
        value = dict(value.texts)
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, list | tuple):
        value = "{" + ",".join('"' + _quoted(str(part)) + '"' for part in value) + "}"
    return str(value).translate(ESCAPES)


def _quoted(text: str) -> str:
    """A text within an array's quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
