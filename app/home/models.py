"""The table of Homes: which widgets stand where, for a person or for everybody of a role."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import Role, User
from app.kernel.model import Base, Id, Moment


class Home(Base):
    """The widgets of one person's Home, or of a role's, in their order: see `app.home.placed`.

    Who has none has that of their role, and where there is none either what modules ship.
    """

    __tablename__ = "homes"
    __table_args__ = (
        Index("uq_homes_user", "user_id", unique=True),
        Index("uq_homes_role", "role_id", unique=True),
        CheckConstraint("(user_id IS NULL) <> (role_id IS NULL)", name="whose"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    role_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(Role.id, ondelete="CASCADE"))
    widgets: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer, default=1)
    updated_at: Mapped[Moment]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own shape.
