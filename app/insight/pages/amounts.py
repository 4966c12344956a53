"""Amounts as insight tells them: reckoned ones, so without cents."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from app.kernel.actor import Actor
from app.web.formats import formats


def about(amount: Decimal | None, by: Actor) -> str:
    """An amount in the firm's currency, short and without cents."""
    whole = (amount or Decimal(0)).quantize(Decimal(1), ROUND_HALF_UP)
    return formats(by).money_short(whole, by.tenant.currency)
