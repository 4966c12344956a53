"""Writing columns of many rows of a table in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import cast, column, update, values
from sqlalchemy.orm import Session


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
