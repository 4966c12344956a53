"""Roles: named sets of grants and field rules."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.ids import new_id
from app.kernel.model import Base, Id, Localized, Moment


class Role(Base):
    """A named set of grants. `key` marks the built-in ones, which are editable except Owner.

    `stamp` is drawn anew with every change of the role, so that what is remembered of its grants
    under the old stamp is never met again. `offered` are the rights that there were when somebody
    last decided what a role of the workspace's own allows, as `type:verb`; built-in ones get theirs
    with each release.
    """

    __tablename__ = "roles"
    __table_args__ = (
        Index("uq_roles_key", "key", unique=True, postgresql_where=text("key IS NOT NULL")),
    )

    id: Mapped[Id]
    key: Mapped[str | None] = mapped_column(String(40))
    label: Mapped[Localized]
    is_owner: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int] = mapped_column(Integer, default=0)
    stamp: Mapped[UUID] = mapped_column(Uuid, default=new_id)
    offered: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[Moment]


class Grant(Base):
    """One entry of a role: a verb on a record type, with its reach (1 own, 2 team, 3 all)."""

    __tablename__ = "grants"
    __table_args__ = (
        Index("uq_grants_entry", "role_id", "record_type", "verb", unique=True),
        CheckConstraint("reach BETWEEN 1 AND 3", name="reach"),
    )

    id: Mapped[Id]
    role_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Role.id, ondelete="CASCADE"))
    record_type: Mapped[str] = mapped_column(String(60))
    verb: Mapped[str] = mapped_column(String(60))
    reach: Mapped[int] = mapped_column(SmallInteger)


class FieldRule(Base):
    """What a role leaves of a field: 0 hidden, 1 read only; without a row it may be written."""

    __tablename__ = "field_rules"
    __table_args__ = (
        Index("uq_field_rules_entry", "role_id", "record_type", "field", unique=True),
        CheckConstraint("access BETWEEN 0 AND 1", name="access"),
    )

    id: Mapped[Id]
    role_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Role.id, ondelete="CASCADE"))
    record_type: Mapped[str] = mapped_column(String(60))
    field: Mapped[str] = mapped_column(String(80))
    access: Mapped[int] = mapped_column(SmallInteger)
