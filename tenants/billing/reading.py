"""Reading what Stripe has of one firm into its rows: subscription, bills, open checkouts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants.billing.catalogue import from_cents, plan_of_line, plan_of_price
from tenants.billing.checkouts import OVER, close_checkouts, open_checkouts, seats_of
from tenants.billing.doubles import bills_by_subscription
from tenants.billing.gateway import Gateway, Plain
from tenants.billing.models import Subscription, SubscriptionInvoice
from tenants.billing.standing import OWING
from tenants.billing.unpaid import START, UNPAID, begins_anew, owed, waits_for


@dataclass(frozen=True, slots=True)
class Double:
    """A second subscription that lives, with the bills that were made for it."""

    subscription: Plain
    bills: Sequence[Plain]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What Stripe has of one firm at a moment: checkouts are those that are open still."""

    subscriptions: Sequence[Plain]
    bills: Sequence[Plain]
    checkouts: Sequence[Plain]


def fetch_firm(gateway: Gateway, customer: str) -> Fetched:
    """Ask Stripe for all it has of a firm; closes the checkouts that would be paid twice."""
    params: Any = {"customer": customer, "status": "all", "limit": 100}
    subscriptions = list(gateway.pages(lambda v1: v1.subscriptions.list(params=params)))
    wanted: Any = {"customer": customer, "limit": 100}
    bills = list(gateway.pages(lambda v1: v1.invoices.list(params=wanted)))
    checkouts = list(open_checkouts(gateway, customer))
    if any(one["status"] not in OVER for one in subscriptions):
        close_checkouts(gateway, checkouts)
        checkouts = []
    return Fetched(subscriptions, bills, checkouts)


def keep_firm(
    session: Session, row: Subscription, all_of_it: Fetched, now: datetime
) -> list[Double]:
    """Write what Stripe has of a firm into its row; answers with what lives beside it."""
    by_subscription = bills_by_subscription(all_of_it.bills)
    found = _current(all_of_it.subscriptions, by_subscription, row)
    living = [one for one in all_of_it.subscriptions if one["status"] not in OVER]
    for bill in reversed(all_of_it.bills):
        _keep_invoice(session, row, bill, now)
    _hold(row, found, living, all_of_it.checkouts, now)
    row.read_at = now
    if found is None or (row.way == "transfer" and found["status"] in OVER):
        return []
    begins = begins_anew(row) if found["id"] != row.stripe_id else row.waits == START
    _keep_subscription(row, found)
    mine = by_subscription.get(str(found["id"]), [])
    row.waits = waits_for(found, mine, begins=begins)
    if row.waits == START and row.first_billed_at is None:
        row.first_billed_at = _moment(min((bill["created"] for bill in mine), default=None))
    row.unpaid_since = _unpaid_since(owed(mine, row.waits)) if row.status in OWING else None
    row.changed_at = now
    return [
        Double(one, by_subscription.get(str(one["id"]), []))
        for one in living
        if one["id"] != found["id"]
    ]


def _hold(
    row: Subscription,
    found: Plain | None,
    living: Sequence[Plain],
    checkouts: Sequence[Plain],
    now: datetime,
) -> None:
    """Hold the seats that could be paid for at this moment."""
    if row.held_until is not None and row.held_until <= now:
        row.held_seats = row.held_until = None
    if found is not None and living and found["id"] != row.stripe_id:
        row.held_seats = row.held_until = None  # What they were held for is paid.
    offered = [seats for one in checkouts if (seats := seats_of(one)) is not None]
    if offered and (row.held_seats is None or min(offered) < row.held_seats):
        row.held_seats = min(offered)
        row.held_until = _moment(max(one["expires_at"] for one in checkouts))


def _current(
    found: Iterable[Plain], bills: Mapping[str, Sequence[Plain]], row: Subscription
) -> Plain | None:
    """The subscription that counts: one that lives before one that is over, then the newest.

    Of several that live it is one that was paid, then the one in our books, then the first.
    """

    def rank(one: Plain) -> tuple[bool, bool, bool, int]:
        if one["status"] in OVER:
            return False, False, False, one["created"]
        is_paid = any(bill["amount_paid"] for bill in bills.get(str(one["id"]), ()))
        return True, is_paid, one["id"] == row.stripe_id, -one["created"]

    return max(found, key=rank, default=None)


def _keep_subscription(row: Subscription, found: Plain) -> None:
    item = found["items"]["data"][0]
    price = item["price"]
    row.stripe_id, row.stripe_item_id = found["id"], item["id"]
    row.way = "card" if found["collection_method"] == "charge_automatically" else "invoice"
    row.status = found["status"]
    row.plan, row.seats = plan_of_price(price), item["quantity"]
    row.interval = price["recurring"]["interval"]
    row.currency = found["currency"].upper()
    row.price = from_cents(price["unit_amount"])
    row.period_start = _moment(item["current_period_start"])
    row.period_end = _moment(item["current_period_end"])
    row.cancels_at_period_end = bool(found["cancel_at_period_end"])
    row.cancel_at = _moment(found["cancel_at"])
    row.ended_at = _moment(found["ended_at"])


def _keep_invoice(session: Session, row: Subscription, bill: Plain, now: datetime) -> None:
    if bill["status"] == "draft":
        return
    query = select(SubscriptionInvoice).where(SubscriptionInvoice.stripe_id == bill["id"])
    kept = session.scalars(query).one_or_none()
    if kept is None:
        kept = SubscriptionInvoice(id=uuid7(), tenant_id=row.tenant_id, stripe_id=bill["id"])
        session.add(kept)
    lines = bill["lines"]["data"]
    kept.number, kept.status = bill["number"] or "", bill["status"]
    kept.way = "invoice" if bill["collection_method"] == "send_invoice" else "card"
    kept.currency = bill["currency"].upper()
    kept.due, kept.paid = from_cents(bill["amount_due"]), from_cents(bill["amount_paid"])
    kept.plan = _plan_of_bill(lines) or kept.plan or row.plan
    kept.seats = lines[-1]["quantity"] or 0 if lines else 0
    kept.period_start, kept.period_end = _moment(bill["period_start"]), _moment(bill["period_end"])
    kept.page_url, kept.pdf_url = bill["hosted_invoice_url"], bill["invoice_pdf"]
    kept.issued_at = _moment(bill["created"]) or now
    kept.due_at = _moment(bill["due_date"])
    kept.paid_at = _moment(bill["status_transitions"]["paid_at"])
    kept.returned = from_cents(bill["post_payment_credit_notes_amount"])


def _plan_of_bill(lines: Sequence[Plain]) -> str:
    """The plan that a bill is for: that of its last line, which is what was charged for."""
    return next((key for line in reversed(lines) if (key := plan_of_line(line))), "")


def _unpaid_since(bills: Iterable[Plain]) -> datetime | None:
    """Since when something is owed: the oldest unpaid bill's day of being due."""
    since = [
        bill["due_date"] or bill["created"]
        for bill in bills
        if bill["status"] in UNPAID and bill["amount_remaining"]
    ]
    return _moment(min(since, default=None))


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
