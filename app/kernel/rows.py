"""Writing columns of records, one by one or of many in one statement, and counting what was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Result, cast, column, text, update, values
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

PENDING = text("SET LOCAL gin_pending_list_limit = '16MB'")


def put_derived(record: Any, columns: Mapping[str, Any]) -> None:
    """Set columns that a record derives from others.

    In a new one nobody asks what changed, so these are put past the book that is kept of that.
    """
    if instance_state(record).key is None:
        record.__dict__.update(columns)
        return
    for key, value in columns.items():
        setattr(record, key, value)


def expect_many(session: Session) -> None:
    """Let the search indexes take in more rows of this transaction at once, which costs them less.

    GIN keeps new rows in a list and works them in when that is full; every search reads the list,
    so it may not be as long as a file.
    """
    session.execute(PENDING)


def update_rows(session: Session, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write columns of the rows of `model`; each of `rows` holds its `id` and the same columns.

    It goes past the session, which keeps what it knows of these rows.
    """
    if not rows:
        return
    table, keys = model.__table__, list(rows[0])
    new = values(*(column(key, table.c[key].type) for key in keys), name="new").data(
        [tuple(row[key] for key in keys) for row in rows]
    )
    changed = {key: cast(new.c[key], table.c[key].type) for key in keys if key != "id"}
    session.flush()  # What is not written yet must not come after these rows and undo them.
    session.connection().execute(update(table).where(table.c.id == new.c.id).values(changed))


def rows_written(done: Result[Any]) -> int:
    """How many rows an INSERT, UPDATE or DELETE wrote, by what running it answered with."""
    if not isinstance(done, CursorResult):
        raise TypeError("Only what writes rows tells how many.")
    return done.rowcount
