"""The checkouts of a firm that are open at Stripe: each could still be paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from tenants.billing.errors import Unwilling
from tenants.billing.gateway import Gateway, Plain

OVER = ("canceled", "incomplete_expired")  # Subscriptions that nobody pays for any more.
LASTS = 3600  # Seconds for which a checkout can be paid; Stripe allows half an hour at least.


def open_checkouts(gateway: Gateway, customer: str) -> Iterator[Plain]:
    """Those that somebody could pay at this moment."""
    params: Any = {"customer": customer, "status": "open", "limit": 100}
    return gateway.pages(lambda v1: v1.checkout.sessions.list(params=params))


def close_checkouts(gateway: Gateway, found: Iterable[Plain]) -> None:
    """Let nobody pay these any more; one that was paid meanwhile stays, as a subscription."""
    for one in found:
        with suppress(Unwilling):
            _expire(gateway, str(one["id"]))


def living_subscriptions(gateway: Gateway, customer: str) -> list[Plain]:
    """What Stripe would charge this customer for."""
    params: Any = {"customer": customer, "status": "all", "limit": 100}
    found = gateway.pages(lambda v1: v1.subscriptions.list(params=params))
    return [one for one in found if one["status"] not in OVER]


def seats_of(checkout: Plain) -> int | None:
    """How many seats a checkout is for."""
    told = str((checkout.get("metadata") or {}).get("seats", ""))
    return int(told) if told.isdecimal() and told.isascii() else None


def _expire(gateway: Gateway, its_id: str) -> None:
    gateway.ask(lambda v1: v1.checkout.sessions.expire(its_id))
