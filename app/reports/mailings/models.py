"""The tables of mailed reports: when one is mailed, and to whom."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base, Id, Moment

DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
RHYTHMS = (DAILY, WEEKLY, MONTHLY)


class ReportMailing(Base):
    """When `owner_id` has a report mailed: `report` is its id, or the key of a ready one.

    Weekly on `weekday` (Monday is 0), monthly on `day` or the month's last; at the time `at` of
    each reader's own day. With `business_days` what falls on another day comes on the next one.

    One that has `ended_at` is mailed to nobody; it stands for those who stopped it, who stay
    without it when it is mailed again.
    """

    __tablename__ = "report_mailings"
    __table_args__ = (
        Index("uq_report_mailings_owner", "owner_id", "report", unique=True),
        CheckConstraint("rhythm IN ('daily', 'weekly', 'monthly')", name="rhythm"),
    )

    id: Mapped[Id]
    report: Mapped[str] = mapped_column(String(80))
    owner_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    rhythm: Mapped[str] = mapped_column(String(10))
    weekday: Mapped[int] = mapped_column(Integer)
    day: Mapped[int] = mapped_column(Integer)
    at: Mapped[str] = mapped_column(String(5))
    business_days: Mapped[bool]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    ended_at: Mapped[datetime | None]


class ReportReader(Base):
    """Somebody who gets a report by mail, next at `next_at`; none once they stopped it.

    `since` is when they began to: the addresses of mails before it stop nothing.
    """

    __tablename__ = "report_readers"
    __table_args__ = (
        Index("uq_report_readers_mailing", "mailing_id", "user_id", unique=True),
        Index("ix_report_readers_user", "user_id"),
        Index("ix_report_readers_next_at", "next_at"),
    )

    id: Mapped[Id]
    mailing_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(ReportMailing.id, ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    since: Mapped[Moment]
    next_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
