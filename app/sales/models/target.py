"""Targets: what a person or a team is to win in a month."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Integer, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Moment, Money


class Target(Base):
    """How much somebody is to win in the month that begins on `month`, in the firm's currency.

    `of` is user or team, whose id is `of_id`. That of a quarter is the sum of its months.
    """

    __tablename__ = "sales_targets"
    __table_args__ = (UniqueConstraint("of", "of_id", "month", name="uq_sales_targets_month"),)

    id: Mapped[Id]
    of: Mapped[str] = mapped_column(String(10))
    of_id: Mapped[UUID] = mapped_column(Uuid)
    month: Mapped[date] = mapped_column(Date)
    amount: Mapped[Money]
    version: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[Moment]
    changed_by_id: Mapped[UUID | None] = mapped_column(Uuid)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own shape.
