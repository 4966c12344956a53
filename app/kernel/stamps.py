"""Stamps: by which a process knows that what it remembers of a workspace is still true.

What changes rarely and is needed by every request (a workspace's own fields, its layouts) is kept
under its stamp. Whoever changes it draws a new stamp in the same transaction, so the old one is
never met again, on no machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import String, Uuid, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.ids import new_id
from app.kernel.model import Base

READ = "stamps"
PEOPLE = "people"  # Drawn when somebody changes team or role, or a team its place.


class Stamp(Base):
    """The stamp of one kind of what is remembered."""

    __tablename__ = "stamps"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[UUID] = mapped_column(Uuid)


# All of them in one value, for a statement that every request makes anyway.
ALL = select(func.jsonb_object_agg(Stamp.name, Stamp.value, type_=JSONB)).scalar_subquery()


def hold(session: Session, found: Mapping[str, str] | None) -> None:
    """Keep the stamps that a statement brought along as ALL."""
    session.info[READ] = {name: UUID(value) for name, value in (found or {}).items()}


def stamp(session: Session, name: str) -> UUID | None:
    """The stamp called `name`, or None where nothing of the kind was ever changed.

    All stamps are read once in a transaction's session.
    """
    kept: dict[str, UUID] | None = session.info.get(READ)
    if kept is None:
        rows = session.execute(select(Stamp.name, Stamp.value))
        kept = session.info[READ] = {row[0]: row[1] for row in rows}
    return kept.get(name)


def draw(session: Session, name: str) -> None:
    """Draw a new stamp, as what is remembered under the old one has been changed."""
    value = new_id()
    statement = insert(Stamp).values(name=name, value=value)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
    kept: dict[str, UUID] | None = session.info.get(READ)
    if kept is not None:  # Else all of them are read when one is asked for, this one too.
        kept[name] = value
