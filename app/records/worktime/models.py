"""The tables of business time: calendars, their own days, the fiscal year."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Moment


class BusinessCalendar(Base):
    """A calendar: `week` holds for Monday to Sunday lists of [start, end] in minutes.

    Without a `country` no public holiday is kept. One calendar of a workspace is the default.
    """

    __tablename__ = "business_calendars"
    __table_args__ = (
        Index(
            "uq_business_calendars_default",
            "is_default",
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(100))
    zone: Mapped[str] = mapped_column(String(60))
    country: Mapped[str] = mapped_column(String(2))
    region: Mapped[str] = mapped_column(String(10))
    week: Mapped[list[Any]] = mapped_column(JSONB)
    is_default: Mapped[bool]
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None] = mapped_column(Uuid)


class BusinessDay(Base):
    """A day of a calendar's own: off where `hours` is empty, else worked in these."""

    __tablename__ = "business_days"

    calendar_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(BusinessCalendar.id, ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    hours: Mapped[list[Any]] = mapped_column(JSONB)


class FiscalRule(Base):
    """When the fiscal year begins; without a row it is the calendar year."""

    __tablename__ = "fiscal_rules"
    __table_args__ = (
        CheckConstraint("name = 'fiscal'", name="name"),
        CheckConstraint("first_month BETWEEN 1 AND 12", name="first_month"),
    )

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    first_month: Mapped[int] = mapped_column(Integer)
    named_by_start: Mapped[bool]
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None] = mapped_column(Uuid)
