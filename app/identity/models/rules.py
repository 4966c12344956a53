"""What a workspace asks of whoever signs in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Moment


class SignInRule(Base):
    """The one row of what a workspace decided on signing in; without it the usual holds.

    `two_factor` is `free`, `roles` (those of `two_factor_roles`) or `all`.
    """

    __tablename__ = "sign_in_rules"
    __table_args__ = (
        Index("uq_sign_in_rules_one", "is_the_one", unique=True),
        CheckConstraint("is_the_one", name="one"),
        CheckConstraint("password_length BETWEEN 8 AND 64", name="password_length"),
        CheckConstraint("two_factor IN ('free', 'roles', 'all')", name="two_factor"),
        CheckConstraint("grace_days BETWEEN 0 AND 30", name="grace_days"),
        CheckConstraint("idle_hours BETWEEN 1 AND 720", name="idle_hours"),
        CheckConstraint("longest_days BETWEEN 1 AND 30", name="longest_days"),
    )

    id: Mapped[Id]
    is_the_one: Mapped[bool] = mapped_column(Boolean, default=True)
    password_length: Mapped[int] = mapped_column(Integer)
    two_factor: Mapped[str] = mapped_column(String(10))
    two_factor_roles: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    grace_days: Mapped[int] = mapped_column(Integer)
    idle_hours: Mapped[int] = mapped_column(Integer)
    longest_days: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None]
