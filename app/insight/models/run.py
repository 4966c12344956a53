"""One reckoning of all customers, as of a day."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Day, Document, Id, Moment

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"


class InsightRun(Base):
    """One reckoning as of `as_of`, by the firm's calendar, and how much data it stands on.

    `purchases` are customer-days: two orders on one day are one purchase. `basis` says what values
    are reckoned in: revenue or margin. `facts` holds what was found for all together: thresholds
    and the weights of the purchase model. `is_under_way` is NULL once it has ended, so that at most
    one is under way; `is_current` is the one that pages show, `previous_id` the one before it.
    """

    __tablename__ = "insight_runs"
    __table_args__ = (
        Index("uq_insight_runs_under_way", "is_under_way", unique=True),
        Index(
            "uq_insight_runs_current",
            "is_current",
            unique=True,
            postgresql_where=text("is_current"),
        ),
        Index("ix_insight_runs_as_of", "as_of", "id"),
        Index("ix_insight_runs_previous", "previous_id"),
    )

    id: Mapped[Id]
    as_of: Mapped[Day]
    state: Mapped[str] = mapped_column(String(10))
    is_under_way: Mapped[bool | None] = mapped_column(Boolean)
    is_current: Mapped[bool] = mapped_column(Boolean, default=False)
    previous_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("insight_runs.id", ondelete="SET NULL")
    )
    asked_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[Moment]
    ended_at: Mapped[datetime | None]
    customers: Mapped[int] = mapped_column(Integer, default=0)
    purchases: Mapped[int] = mapped_column(Integer, default=0)
    returns: Mapped[int] = mapped_column(Integer, default=0)
    first_on: Mapped[Day | None]
    last_on: Mapped[Day | None]
    basis: Mapped[str] = mapped_column(String(10), default="revenue")
    facts: Mapped[Document] = mapped_column(default=dict)
    error: Mapped[str | None] = mapped_column(Text)
