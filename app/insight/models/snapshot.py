"""What was found of one customer in one reckoning."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Day

Sum = Annotated[Decimal, mapped_column(Numeric(18, 4), info={"kind": "money"})]
Class = Annotated[str, mapped_column(String(12), info={"kind": "choice"})]
Days = Annotated[Decimal, mapped_column(Numeric(9, 2))]
CURRENT = text("is_current")


class InsightSnapshot(Base):
    """One customer as of the day of a run; money is in the firm's currency.

    `frequency` counts purchases: days with an order that was not given back as a whole. `r`, `f`
    and `m` are classes from 1 to `classes` of the run, none without a purchase; `cell` is `r` and
    `f`. `usual_interval` is the customer's own median, drawn towards that of all. `spent` is
    revenue; `historic`, `current` and `potential` are in the basis of the run. `risk` is the chance
    that they buy nothing in the next 90 days, `at_risk` what they are worth in a usual year
    times that. `reasons` are the codes of `operations/reasons.py`, the weightiest first.
    """

    __tablename__ = "insight_snapshots"
    __table_args__ = (
        Index("uq_insight_snapshots_current", "account_id", unique=True, postgresql_where=CURRENT),
        Index("ix_insight_snapshots_account", "account_id", "run_id"),
        Index("ix_insight_snapshots_at_risk", "run_id", "standing", "at_risk", "account_id"),
        Index("ix_insight_snapshots_quadrant", "run_id", "quadrant", "account_id"),
        Index("ix_insight_snapshots_cell", "run_id", "cell", "account_id"),
    )

    run_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("insight_runs.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    is_current: Mapped[bool] = mapped_column(Boolean, default=False)
    first_on: Mapped[Day | None]
    last_on: Mapped[Day | None]
    recency_days: Mapped[int | None] = mapped_column(Integer)
    frequency: Mapped[int] = mapped_column(Integer)
    returns: Mapped[int] = mapped_column(Integer)
    interval_median: Mapped[Days | None]
    interval_mean: Mapped[Days | None]
    usual_interval: Mapped[Days | None]
    spent: Mapped[Sum]
    spent_90: Mapped[Sum]
    spent_before: Mapped[Sum]
    spent_year: Mapped[Sum]
    spent_year_before: Mapped[Sum]
    season_90: Mapped[Sum]
    season_before: Mapped[Sum]
    bought_90: Mapped[int] = mapped_column(Integer)
    bought_before: Mapped[int] = mapped_column(Integer)
    r: Mapped[int | None] = mapped_column(SmallInteger)
    f: Mapped[int | None] = mapped_column(SmallInteger)
    m: Mapped[int | None] = mapped_column(SmallInteger)
    cell: Mapped[Class | None]
    segment: Mapped[Class | None]
    historic: Mapped[Sum]
    usual_year: Mapped[Sum | None]
    current: Mapped[Sum | None]
    open_value: Mapped[Sum | None]
    gap_value: Mapped[Sum | None]
    potential: Mapped[Sum | None]
    quadrant: Mapped[Class | None]
    quadrant_before: Mapped[Class | None]
    customer_class: Mapped[Class | None]
    tenure: Mapped[Class | None]
    standing: Mapped[Class | None]
    risk: Mapped[float | None] = mapped_column(Float)
    at_risk: Mapped[Sum | None]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
