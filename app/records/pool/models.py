"""The tables of the pool: what a workspace decided, who may own how much."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, Uuid
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


class PoolRule(Base):
    """When records of a type go back to the pool by themselves.

    `kind` is idle (no activity), kept (owned for so long) or ended (the date `field` is past), each
    for `days`; `warn_days` before, the owner is told. Without a group it is about everybody's
    records. `spared` holds filters: what they find stays. Nothing happens unless it `is_on`.
    """

    __tablename__ = "pool_rules"
    __table_args__ = (
        Index("ix_pool_rules_type", "record_type"),
        CheckConstraint("kind IN ('idle', 'kept', 'ended')", name="kind"),
        CheckConstraint("group_kind IN ('team', 'role')", name="group_kind"),
        CheckConstraint("days BETWEEN 1 AND 3650", name="days"),
        CheckConstraint("warn_days BETWEEN 0 AND days - 1", name="warn_days"),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    field: Mapped[str | None] = mapped_column(String(60))
    days: Mapped[int] = mapped_column(Integer)
    warn_days: Mapped[int] = mapped_column(Integer)
    group_kind: Mapped[str | None] = mapped_column(String(10))
    group_id: Mapped[UUID | None] = mapped_column(Uuid)
    spared: Mapped[Document]
    is_on: Mapped[bool]
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None]


class PoolWarning(Base):
    """That the owner of a record was told that a rule will take it."""

    __tablename__ = "pool_warnings"

    rule_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(PoolRule.id, ondelete="CASCADE"), primary_key=True
    )
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[Moment]
