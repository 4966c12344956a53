"""How a workspace reckons and calls the value of its customers: one row."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Document, Id, Moment


class InsightSettings(Base):
    """The thresholds of the value matrix, its names and strategies, and the basis of values.

    `current_by` and `potential_by` are median, mean, pareto or own; `current_own` and
    `potential_own` the amounts of own ones. `margin_percent` is what an order earns whose cost is
    not known. `names` are names and strategies by quadrant and language, where they are not the
    usual ones. With `keeps_fields` the classes are written to fields of the account.
    """

    __tablename__ = "insight_settings"
    __table_args__ = (
        CheckConstraint("is_the_one", name="one"),
        Index("uq_insight_settings_one", "is_the_one", unique=True),
    )

    id: Mapped[Id]
    is_the_one: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer)
    current_by: Mapped[str] = mapped_column(String(10))
    potential_by: Mapped[str] = mapped_column(String(10))
    current_own: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    potential_own: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    basis: Mapped[str] = mapped_column(String(10))
    margin_percent: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    names: Mapped[Document]
    keeps_fields: Mapped[bool] = mapped_column(Boolean)
    updated_at: Mapped[Moment]
