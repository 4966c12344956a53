"""What every record has: its version, its owner, who made and changed it, and its search keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Integer, Text, TextClause, Uuid, text, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.kernel.model import Base, Id, Moment

LIVE = text("deleted_at IS NULL")
FREE = text("(owner_id IS NULL) IS true AND deleted_at IS NULL")  # What waits in a pool.


class Record(Base):
    """A row that people work with; deleting marks it, so that it can come back for 30 days.

    `version` counts the changes made through the door, which writes one event with each; keys
    that the framework maintains by itself (next step, last activity) leave it alone. `tags` are the
    keys of tags in their order, and NULL where there are none.
    """

    __abstract__ = True

    past = cast("Any", None)  # What a file says became of it before it came here; no column.
    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer, default=1)
    owner_id: Mapped[UUID | None] = mapped_column(Uuid, info={"kind": "reference"})
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid, info={"kind": "reference"})
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None] = mapped_column(Uuid, info={"kind": "reference"})
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    delete_batch_id: Mapped[UUID | None] = mapped_column(Uuid)
    tags: Mapped[tuple[str, ...] | None] = mapped_column(
        ARRAY(Text, as_tuple=True), info={"kind": "tags"}
    )
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    search_grams: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version, "version_id_generator": False}


def is_free(model: Any) -> ColumnElement[bool]:
    """The rows of a pool: those that nobody owns, spelt as the index of the pool spells it.

    A plain IS NULL can be answered by the index on owners as well. The database takes that one
    whenever it believes that hardly any row is without an owner, as it does until it looks anew
    after a rule has taken thousands, and then reads and sorts all of them for one page.
    """
    nobody: ColumnElement[bool] = model.owner_id.is_(None)
    return nobody.is_(true())


EARLIEST = "0001-01-01 00:00:00+00"  # Where a nullable moment is empty, its row sorts as this.


def or_earliest(moment: str) -> TextClause:
    """A nullable moment as lists order by it, for an index; `moment` is a column's name of ours."""
    return text(f"coalesce({moment}, CAST('{EARLIEST}' AS TIMESTAMP WITH TIME ZONE))")


def folded(column: str) -> TextClause:
    """A plain text as lists order by it, for an index; `column` is a column's name of ours."""
    return text(f'(lower({column}) COLLATE "C")')


def record_indexes(
    table: str,
    *sorts: str,
    moments: tuple[str, ...] = (),
    walked: tuple[str, ...] = (),
    texts: tuple[str, ...] = (),
) -> tuple[Index, ...]:
    """The indexes that every record type needs, and one for each list order in `sorts`.

    A sort is a column's name; rows are ordered by (column, id), so that pages are found by key.
    `moments` are nullable moments to sort by, indexed as the expression that lists order by;
    `walked` are choices and references whose values a list can go through one by one, `texts` are
    plain ones (addresses, numbers) that are ordered as they are written.
    """
    keys = [
        Index(f"ix_{table}_by_{name}", name, "id", postgresql_where=LIVE)
        for name in ("created_at", "updated_at", *sorts)
    ]
    keys += [
        Index(
            f"ix_{table}_by_{name}",
            or_earliest(name),
            "id",
            postgresql_where=LIVE,
        )
        for name in moments
    ]
    keys += [
        Index(f"ix_{table}_by_{name}", folded(name), "id", postgresql_where=LIVE) for name in texts
    ]
    return (
        *keys,
        Index(f"ix_{table}_owner", "owner_id", "id", postgresql_where=LIVE),
        *(Index(f"ix_{table}_{name}", name, "id", postgresql_where=LIVE) for name in walked),
        Index(f"ix_{table}_deleted", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
        Index(
            f"ix_{table}_search",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
            postgresql_where=LIVE,
        ),
        Index(f"ix_{table}_tags", "tags", postgresql_using="gin", postgresql_where=LIVE),
        Index(f"ix_{table}_grams", "search_grams", postgresql_using="gin", postgresql_where=LIVE),
    )
