"""Taking back what is billed and not paid: a start is ended, a change is turned back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tenants.billing.apply import Applied
from tenants.billing.doubles import bills_by_subscription
from tenants.billing.errors import BillDraft, BillOpen, NoSubscription, PaidMeanwhile, Unwilling
from tenants.billing.gateway import Gateway, Plain
from tenants.billing.history import note
from tenants.billing.holds import IN_FLIGHT
from tenants.billing.models import Subscription
from tenants.billing.operations import known, living, read_after
from tenants.billing.queue import CHANGE_LAPSED, plan_news, plan_read
from tenants.billing.turns import turn
from tenants.billing.unpaid import CHANGED, START, TAKING_BACK, UNPAID, waits_for
from tenants.database import control_session
from tenants.facts import TenantFacts


def take_back(gateway: Gateway, facts: TenantFacts, now: datetime) -> Applied | None:
    """Take the bill back that is not paid, with what it was for; the firm keeps what it has.

    NoSubscription where nothing waits to be paid. PaidMeanwhile where somebody was faster: then
    what was billed stands. BillOpen where the next period was billed as changed by now, BillDraft
    where Stripe has yet to make the bill out. It can be done again after a crash. Uncertain as for
    `change`.
    """
    with control_session() as session:
        plan_read(session, facts.id, now + IN_FLIGHT + timedelta(minutes=1), now)
    with read_after(gateway, facts.id, now), turn(facts.id):
        row = living(facts.id)
        if row.waits is None:
            raise NoSubscription
        bills = _bills(gateway, row)
        found = gateway.ask(lambda v1: v1.subscriptions.retrieve(row.stripe_id))
        if waits_for(found, bills, begins=row.waits == START) is None:
            raise PaidMeanwhile
        if row.waits == START:
            void_bills(gateway, bills)
            gateway.ask(lambda v1: v1.subscriptions.cancel(row.stripe_id))
        else:
            _turn_back(gateway, row, bills)
    return known(gateway, facts.id, now)


def let_lapse(gateway: Gateway, facts: TenantFacts, now: datetime) -> Applied | None:
    """Take back the change that a firm has not paid for, and have it told so."""
    applied = take_back(gateway, facts, now)
    with control_session() as session:
        plan_news(session, facts.id, CHANGE_LAPSED, {}, now)
        note(session, facts.id, CHANGE_LAPSED, now)
    return applied


def _bills(gateway: Gateway, row: Subscription) -> list[Plain]:
    """Those of the subscription, the newest first."""
    wanted: Any = {"customer": row.stripe_customer_id, "limit": 100}
    found = list(gateway.pages(lambda v1: v1.invoices.list(params=wanted)))
    return bills_by_subscription(found).get(str(row.stripe_id), [])


def unpaid_bills(gateway: Gateway, row: Subscription) -> list[Plain]:
    """Those of the subscription that wait to be paid."""
    return [bill for bill in _bills(gateway, row) if bill["status"] in UNPAID]


def _turn_back(gateway: Gateway, row: Subscription, bills: list[Plain]) -> None:
    """Void the bill of the change, then let the subscription be for what was paid last.

    A mark at Stripe keeps the change from being given in between, and lets it be gone on with
    wherever it was cut off.
    """
    paid = (number for number, bill in enumerate(bills) if bill["status"] == "paid")
    since = next(paid, len(bills))
    unpaid = [bill for bill in bills[:since] if bill["status"] != "void"]
    if any(bill["billing_reason"] != CHANGED for bill in unpaid):
        raise BillOpen
    if any(bill["status"] == "draft" for bill in unpaid):
        raise BillDraft
    stood = _charged_by(bills[since]) if since < len(bills) else _given_up_by(bills)
    _put(gateway, row, metadata={TAKING_BACK: "yes"})
    try:
        void_bills(gateway, unpaid)
    except PaidMeanwhile:
        _put(gateway, row, metadata={TAKING_BACK: ""})
        raise
    paid_for = {"id": row.stripe_item_id, **stood}
    _put(gateway, row, items=[paid_for], proration_behavior="none", metadata={TAKING_BACK: ""})


def _charged_by(bill: Plain) -> Plain:
    """Price and seats that a bill charged for, which its last line says."""
    return _told_by(bill["lines"]["data"][-1])


def _given_up_by(bills: list[Plain]) -> Plain:
    """Price and seats that stood before the first change, where no bill is paid any more.

    An operator may have voided it at Stripe. The first change's bill says what it gave up, in the
    line that credits it; BillOpen where none does.
    """
    changes = [bill for bill in bills if bill["billing_reason"] == CHANGED]
    lines = changes[-1]["lines"]["data"] if changes else []
    credited = next((line for line in lines if line["amount"] < 0), None)
    if credited is None:
        raise BillOpen
    return _told_by(credited)


def _told_by(line: Plain) -> Plain:
    return {"price": line["pricing"]["price_details"]["price"], "quantity": line["quantity"]}


def _put(gateway: Gateway, row: Subscription, **params: Any) -> None:
    wanted: Any = params
    gateway.ask(lambda v1: v1.subscriptions.update(row.stripe_id, params=wanted))


def void_bills(gateway: Gateway, bills: list[Plain]) -> None:
    """Take bills back; PaidMeanwhile for one that is paid by now."""
    for bill in bills:
        if bill["status"] in UNPAID:
            _void_one(gateway, str(bill["id"]))


def _void_one(gateway: Gateway, its_id: str) -> None:
    try:
        gateway.ask(lambda v1: v1.invoices.void_invoice(its_id))
    except Unwilling as error:
        raise PaidMeanwhile(error.reason) from error
