"""What a record holds beside its amounts: the currency of all of them, and what that was worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Date, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.records.money.models import DECIMALS


class Priced:
    """A record whose columns of the type Money are amounts of its `currency`.

    A model that has this as a base needs nothing more: its record type gets the fields, and its
    amounts are told, counted, filtered and added up as `PriceField` says. One unit of the currency
    was worth `rate` of the firm's on `rate_on`; what an amount was there is rounded to
    `own_digits`, those of the firm's currency, which never change.
    """

    currency: Mapped[str] = mapped_column(String(3), info={"kind": "choice"})
    rate: Mapped[Decimal] = mapped_column(
        Numeric(24, DECIMALS), server_default="1", info={"kind": "number"}
    )
    rate_on: Mapped[date] = mapped_column(
        Date, server_default=text("CURRENT_DATE"), info={"kind": "day"}
    )
    own_digits: Mapped[int] = mapped_column(Integer, server_default="2")
