"""Invoices and payments of the demo: who pays on time, who pays late, who disputes, who owes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import cast
from uuid import UUID

from sqlalchemy import Date, select, type_coerce

from app.demo.quotes import acting
from app.kernel.actor import Actor
from app.kernel.errors import Held, Refused
from app.records.door import perform
from app.sales.models import Contract, Instalment, Invoice, Order, Payment
from app.sales.models.contract import RUNNING
from app.sales.operations.balance import firms_day

# How a customer pays, one after the other: days after the last day, None not at all.
HABITS: tuple[tuple[int | None, ...], ...] = (
    (-3, -6, -1, -4),
    (-2, 8, -5, 3),
    (21, 34, 18, None),
    (-1, None, 45, None),
)
METHODS = ("bank_transfer", "bank_transfer", "wechat_pay", "alipay", "card")
DISPUTES: Mapping[str, str] = {
    "beifeng": "客户称有两箱外包装破损，要求扣款。",
    "harbor": "They say that two of the rooms were not as agreed.",
}
ASKED_BEFORE = 10  # Days before an instalment is due its invoice is issued.
RECENT = 8  # Days: what was ordered since then is asked for only.
MOST = 40


def load_money(by: Actor, slug: str, owner: UUID) -> None:
    """Invoice the orders of a workspace once, and let its customers pay as they do."""
    if not by.tenant.allows("sales") or by.session.scalar(select(Invoice.id).limit(1)) is not None:
        return
    orders = by.session.scalars(
        select(Order)
        .where(
            Order.kind == "sale",
            Order.status.in_(("confirmed", "delivered", "completed")),
            Order.total > 0,
            Order.deleted_at.is_(None),
        )
        .order_by(Order.ordered_at, Order.id)
        .limit(MOST)
    ).all()
    accounts = list(dict.fromkeys(one.account_id for one in orders))
    met: dict[UUID | None, int] = {}
    for number, order in enumerate(orders):
        habit = HABITS[accounts.index(order.account_id) % len(HABITS)]
        times = met[order.account_id] = met.get(order.account_id, -1) + 1
        ordered = order.ordered_at.astimezone(by.zone).date()
        ago = (firms_day(by) - ordered).days
        invoice = _invoice(order, acting(by, owner, timedelta(days=max(0, ago - 1))), ago)
        late = habit[times % len(habit)]
        if invoice is None or invoice.due_on is None:
            continue
        if late is not None:
            _pay(invoice, invoice.due_on + timedelta(days=late), number, owner, by)
        elif times % 2:
            perform(
                "invoice",
                "update",
                invoice,
                by=acting(by, owner, timedelta(0)),
                is_disputed=True,
                dispute_reason=DISPUTES[slug],
            )


def load_collected(by: Actor, owner: UUID) -> None:
    """Invoice the instalments of contracts that are due once; all but every fourth are paid."""
    if not by.tenant.allows("sales"):
        return
    asked = select(Invoice.id).where(Invoice.instalment_id.is_not(None)).limit(1)
    if by.session.scalar(asked) is not None:
        return
    due = by.session.execute(
        select(Contract, Instalment.id, type_coerce(Instalment.due_on, Date))
        .join(Instalment, Instalment.contract_id == Contract.id)
        .where(
            Contract.status.in_(RUNNING),
            Contract.deleted_at.is_(None),
            Instalment.due_on < firms_day(by),
        )
        .order_by(Instalment.due_on, Instalment.id)
    ).all()
    for number, (contract, instalment_id, day) in enumerate(due):
        ago = (firms_day(by) - day).days
        actor = acting(by, owner, timedelta(days=ago + ASKED_BEFORE))
        try:
            perform("contract", "invoice", contract, by=actor, instalment=str(instalment_id))
            its = select(Invoice).where(Invoice.instalment_id == instalment_id)
            invoice = by.session.scalars(its).one()
            perform("invoice", "issue", invoice, by=actor)
        except (Held, Refused):
            continue  # Its order is invoiced already, or somebody has to approve it.
        if number % 4 < 3:
            _pay(invoice, day - timedelta(days=number % 3), number, owner, by)


def _invoice(order: Order, by: Actor, ago: int) -> Invoice | None:
    """The invoice of an order, issued the day after it; one of the last days waits."""
    try:
        perform("order", "invoice", order, by=by)
        its = select(Invoice).where(Invoice.order_id == order.id)
        invoice = by.session.scalars(its).one()
        if ago >= RECENT:
            perform("invoice", "issue", invoice, by=by)
            return invoice
    except (Held, Refused):
        pass  # It stays as it is.
    return None


def _pay(invoice: Invoice, day: date, number: int, owner: UUID, by: Actor) -> None:
    """A payment of an invoice on a day, where that is over; a few pay too much, or in parts."""
    ago = (firms_day(by) - day).days
    if ago < 0:
        return
    actor = acting(by, owner, timedelta(days=ago))
    amount = invoice.open
    if number % 9 == 4:
        amount = (invoice.open * Decimal("0.6")).quantize(Decimal(1))
    elif number % 13 == 6:
        amount = invoice.open + 100
    if amount <= 0:
        return
    payment = cast(
        "Payment",
        perform(
            "payment",
            "create",
            by=actor,
            account_id=str(invoice.account_id),
            amount=str(amount),
            currency=invoice.currency,
            received_on=firms_day(actor).isoformat(),
            method=METHODS[number % len(METHODS)],
            reference=f"FT{day:%y%m%d}{number:03}",
        ),
    )
    part = {"invoice_id": str(invoice.id), "amount": str(min(amount, invoice.open))}
    perform("payment", "apply", payment, by=actor, parts=[part])
