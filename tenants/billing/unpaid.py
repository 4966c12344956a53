"""What is billed and not paid yet: until it is, the firm has what it had.

A bill that is sent is paid days later, or never. So neither the plan that it begins nor the one
that it changes to is given before; what is paid for again, each period, has the grace instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tenants.billing.checkouts import OVER
from tenants.billing.gateway import Plain
from tenants.billing.models import Subscription
from tenants.billing.standing import ALIVE, OWING

START, CHANGE = "start", "change"
CHANGED = "subscription_update"  # Why a bill was made, in Stripe's words.
UNPAID = ("open", "uncollectible")  # Bills that were made out.
TAKING_BACK = "taking_back"  # In a subscription's metadata, while its change is being undone.


def waits_for(subscription: Plain, bills: Sequence[Plain], *, begins: bool) -> str | None:
    """What a subscription waits for until a bill of it is paid: its START, a CHANGE, or nothing.

    `bills` are its own, the newest first. `begins` says that nothing of it was paid when it was
    read last; what was given once is not taken back by this.
    """
    if subscription["status"] == "trialing":
        return None
    if (subscription.get("metadata") or {}).get(TAKING_BACK):
        return CHANGE
    standing = [bill for bill in bills if bill["status"] != "void"]
    if begins and all(bill["status"] != "paid" for bill in standing):
        return START
    for bill in standing:
        if bill["status"] == "paid":
            return None
        if bill["billing_reason"] == CHANGED:
            return CHANGE
    return None


def owed(bills: Sequence[Plain], waits: str | None) -> list[Plain]:
    """The bills whose being unpaid takes something away: a change that is not paid does not."""
    if waits != CHANGE:
        return list(bills)
    return [bill for bill in bills if bill["billing_reason"] != CHANGED]


def begins_anew(row: Subscription) -> bool:
    """True where the firm rents nothing by this row, so that what comes next has yet to begin."""
    return (
        row.waits == START
        or row.status in ("none", *OVER)
        or (row.way == "transfer" and row.status != "active")
    )


def is_waiting(row: Subscription | None) -> bool:
    """True while something is billed that is given once it is paid."""
    return row is not None and row.waits is not None and row.status in (*ALIVE, *OWING)


def fall_due(row: Subscription, now: datetime) -> bool:
    """Let what a transfer paid for be owed once its day is over; False where it is not."""
    if row.way != "transfer" or row.status != "active":
        return False
    if row.period_end is None or row.period_end > now:
        return False
    row.status, row.unpaid_since, row.changed_at = "past_due", row.period_end, now
    return True
