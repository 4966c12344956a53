"""The table of layouts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import Role
from app.kernel.model import Base, Id, Moment


class FormLayout(Base):
    """How one record type is laid out for everyone, or for one role.

    `sections` are a list of `heading` by language, `fields` by their keys, and `is_more` for what
    stands behind "more". `left_out` are fields that are not shown; one that is in neither is newer
    than the layout and finds its place by itself.
    """

    __tablename__ = "layouts"
    __table_args__ = (
        Index(
            "uq_layouts_everyone",
            "record_type",
            unique=True,
            postgresql_where=text("role_id IS NULL"),
        ),
        Index("uq_layouts_role", "record_type", "role_id", unique=True),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    role_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(Role.id, ondelete="CASCADE"))
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    left_out: Mapped[list[str]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[Moment]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own shape.
