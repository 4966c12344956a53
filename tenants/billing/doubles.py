"""Two subscriptions of one firm that both live: the first one stays, the other is paid back.

Checkouts are closed before another way to pay is opened, so this is what is left to luck: a
checkout that was paid in the same moment, or a subscription that somebody began at Stripe by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenants.billing.catalogue import from_cents
from tenants.billing.errors import Unwilling
from tenants.billing.gateway import Gateway, Plain
from tenants.billing.history import note
from tenants.billing.queue import plan_telling
from tenants.database import control_session

REFUNDED, CREDITED, KEPT = "refunded", "credited", "kept"


def end_double(
    gateway: Gateway, tenant_id: UUID, double: Plain, bills: Iterable[Plain], now: datetime
) -> None:
    """Give back what was paid for a second subscription, then end it; both can be done again.

    What can't go back to the card becomes credit for later bills. Where Stripe refuses both, the
    operator's history says so. Unreachable where Stripe does not answer: it is tried again.
    """
    back, how, currency = Decimal(0), REFUNDED, str(double["currency"]).upper()
    for bill in bills:
        if bill["status"] == "open":
            _void(gateway, tenant_id, str(bill["id"]), now)
        rest = bill["amount_paid"] - bill["post_payment_credit_notes_amount"]
        if bill["status"] == "paid" and rest > 0:
            how = _give_back(gateway, tenant_id, str(bill["id"]), rest, now)
            back += from_cents(rest)
    its_id = str(double["id"])
    gateway.ask(lambda v1: v1.subscriptions.cancel(its_id))
    told = {"subscription": its_id, "amount": str(back), "currency": currency, "how": how}
    with control_session() as session:
        note(session, tenant_id, "double_ended", now, **told)
        if back:
            plan_telling(session, tenant_id, told, now)


def bills_by_subscription(bills: Iterable[Plain]) -> Mapping[str, list[Plain]]:
    """The bills that belong to each subscription."""
    found: dict[str, list[Plain]] = {}
    for bill in bills:
        details = (bill.get("parent") or {}).get("subscription_details") or {}
        found.setdefault(str(details.get("subscription")), []).append(bill)
    return found


def _void(gateway: Gateway, tenant_id: UUID, bill: str, now: datetime) -> None:
    gateway.change(
        tenant_id,
        "void",
        bill,
        now,
        lambda v1, options: v1.invoices.void_invoice(bill, options=options),
    )


def _give_back(gateway: Gateway, tenant_id: UUID, bill: str, cents: int, now: datetime) -> str:
    """To the card, else as credit; answers with how it was done."""
    for how, key in ((REFUNDED, "refund_amount"), (CREDITED, "credit_amount")):
        params: Any = {"invoice": bill, "amount": cents, key: cents, "reason": "duplicate"}
        try:
            _credit_note(gateway, tenant_id, f"{how}:{bill}", params, now)
        except Unwilling:
            continue
        return how
    return KEPT


def _credit_note(gateway: Gateway, tenant_id: UUID, wish: str, params: Any, now: datetime) -> Plain:
    return gateway.change(
        tenant_id,
        "return",
        wish,
        now,
        lambda v1, options: v1.credit_notes.create(params=params, options=options),
    )
