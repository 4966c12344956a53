"""An attempt to keep a customer who is leaving, measured against their own baseline."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.insight.models.snapshot import Days, Sum
from app.kernel.model import Base, Day, Id, Moment

OPEN, RECOVERED, LOST = "open", "recovered", "lost"


class InsightRescue(Base):
    """A follow-up with a customer who is leaving, and what became of it.

    `usual_interval`, `usual_90` (spent in 90 days at the usual pace) and `at_risk` are as they were
    when it began; `bought` and `spent` are since then, as of `measured_on`. At most one is open
    for a customer.
    """

    __tablename__ = "insight_rescues"
    __table_args__ = (
        Index(
            "uq_insight_rescues_open",
            "account_id",
            unique=True,
            postgresql_where=text("outcome = 'open'"),
        ),
        Index("ix_insight_rescues_account", "account_id", "begun_on", "id"),
        Index("ix_insight_rescues_begun", "begun_on", "id"),
        Index("ix_insight_rescues_activity", "activity_id"),
    )

    id: Mapped[Id]
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("accounts.id", ondelete="CASCADE"))
    activity_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("activities.id", ondelete="SET NULL")
    )
    begun_on: Mapped[Day]
    begun_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[Moment]
    usual_interval: Mapped[Days]
    usual_90: Mapped[Sum]
    at_risk: Mapped[Sum]
    outcome: Mapped[str] = mapped_column(String(10), default=OPEN)
    measured_on: Mapped[Day | None]
    bought: Mapped[int] = mapped_column(Integer, default=0)
    spent: Mapped[Sum]
