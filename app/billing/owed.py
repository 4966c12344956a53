"""Whether something is owed, as every page asks that those see who look after plan and bill."""

from __future__ import annotations

from datetime import datetime

from app.billing.notices import MANAGE
from app.kernel.actor import Actor


def bill_owed(by: Actor) -> datetime | None:
    """By when something is to be paid; None where nothing is, or where others look after it."""
    is_stranger = by.support is not None or by.previews is not None
    return None if is_stranger or not by.may(*MANAGE) else by.tenant.pay_by
