"""Who is away today: a layer above knows it and hands over how to ask.

The day is that of the firm's clock. Whoever is away gets nothing by a rule until they are back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor

Ask = Callable[[Collection[UUID], date, Actor], set[UUID]]
_ask: Ask | None = None


def install(ask: Ask) -> None:
    """Fix how it is asked who of some people is away; start-up calls it once per process."""
    global _ask  # noqa: PLW0603  Fixed from here on, as the registry is.
    _ask = ask


def absent_among(user_ids: Collection[UUID], by: Actor) -> set[UUID]:
    """Who of these people is away today."""
    if _ask is None or not user_ids:
        return set()
    return _ask(user_ids, by.now.astimezone(ZoneInfo(by.tenant.zone)).date(), by)
