"""The tables of rates: what a currency was worth, and where a day's rates are fetched."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Integer, Numeric, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Moment

DECIMALS = 12  # Of a rate: one dong is a small part of a pound.


class Source(StrEnum):
    """Where a rate is from."""

    ENTERED = "entered"
    IMPORTED = "imported"
    FETCHED = "fetched"
    SHIPPED = "shipped"  # It came with the workspace.


class ExchangeRate(Base):
    """What one unit of `currency` was worth in the workspace's own currency from `rate_on` on."""

    __tablename__ = "exchange_rates"
    __table_args__ = (
        Index("uq_exchange_rates_day", "currency", "rate_on", unique=True),
        CheckConstraint("rate > 0", name="rate"),
        CheckConstraint("source IN ('entered', 'imported', 'fetched', 'shipped')", name="source"),
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    rate_on: Mapped[date] = mapped_column(Date)
    rate: Mapped[Decimal] = mapped_column(Numeric(24, DECIMALS))
    source: Mapped[str] = mapped_column(String(10))
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None] = mapped_column(Uuid)


class RateSource(Base):
    """The address from which a workspace fetches the rates of each day; there is one at most.

    `currencies` are those that are kept; where none is named, those that had a rate before.
    `error` says why the last try failed, `told_on` of which day the last rates were that came.
    """

    __tablename__ = "rate_sources"
    __table_args__ = (CheckConstraint("name = 'daily'", name="name"),)

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    currencies: Mapped[list[str]] = mapped_column(ARRAY(String(3)))
    is_on: Mapped[bool]
    tried_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    told_on: Mapped[date | None] = mapped_column(Date)
    error: Mapped[str | None] = mapped_column(String(20))
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None] = mapped_column(Uuid)
