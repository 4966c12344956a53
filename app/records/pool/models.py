"""The tables of the pool: what a workspace decided, who may own how much."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, String, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Document, Id, Moment


class PoolChoice(Base):
    """What a workspace decided of the pool of a type; without a row the usual holds.

    `hidden` are the keys of the fields that nobody sees by the pool alone. Whoever returned a
    record claims it again after `hold_days`.
    """

    __tablename__ = "pool_choices"
    __table_args__ = (CheckConstraint("hold_days BETWEEN 0 AND 365", name="hold_days"),)

    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    hidden: Mapped[list[str]] = mapped_column(ARRAY(Text))
    hold_days: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None]


class PoolCap(Base):
    """How many records of a type the people of a team or role may own, and open in the pool a day.

    None is as many as they like. `spared` holds filters: what they find counts for nobody.
    """

    __tablename__ = "pool_caps"
    __table_args__ = (
        Index("uq_pool_caps_group", "record_type", "group_kind", "group_id", unique=True),
        CheckConstraint("group_kind IN ('team', 'role')", name="group_kind"),
        CheckConstraint("most_owned >= 0", name="most_owned"),
        CheckConstraint("most_views >= 0", name="most_views"),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    group_kind: Mapped[str] = mapped_column(String(10))
    group_id: Mapped[UUID] = mapped_column(Uuid)
    most_owned: Mapped[int | None] = mapped_column(Integer)
    most_views: Mapped[int | None] = mapped_column(Integer)
    spared: Mapped[Document]
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None]
