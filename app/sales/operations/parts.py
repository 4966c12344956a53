"""Which parts of payments count for which invoices: written here alone, both ends recounted.

Whoever calls these holds the customer's row (`balance.hold_account`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.alter import changes_between, told_values
from app.records.pages.changes import Tells
from app.records.tailored import tailored
from app.sales.models import Invoice, Payment, PaymentPart
from app.sales.operations.amounts import share_of
from app.sales.operations.balance import NOTHING, firms_day, hold_account, put_balance
from app.sales.operations.contract_collected import settle_instalment

PAID, UNPAID, RELEASED = "invoice_paid", "invoice_unpaid", "payment_freed"
ORDER_PAID, ORDER_UNPAID = "order_paid", "order_unpaid"
CREDITED, REFUNDED = "invoice_credited", "payment_refunded"
COUNTS = PaymentPart.until.is_(None)
OF_ORDER = {PAID: ORDER_PAID, UNPAID: ORDER_UNPAID}


def held_invoice(invoice_id: UUID, by: Actor) -> Invoice:
    """An invoice as it stands now, which nobody else changes until this is committed."""
    its = select(Invoice).where(Invoice.id == invoice_id).with_for_update()
    with by.session.no_autoflush:
        return by.session.scalars(its, execution_options={"populate_existing": True}).one()


def held_payment(payment_id: UUID, by: Actor) -> Payment:
    """A payment as it stands now, which nobody else changes until this is committed."""
    its = select(Payment).where(Payment.id == payment_id).with_for_update()
    with by.session.no_autoflush:
        return by.session.scalars(its, execution_options={"populate_existing": True}).one()


def change_beside(
    record: Invoice | Payment, verb: str, by: Actor, change: Callable[[], None], **told: Any
) -> None:
    """Change a record because another was changed: its version counts up, its event tells it."""
    kind = tailored("invoice" if isinstance(record, Invoice) else "payment", by)
    before = told_values(kind, record)
    change()
    if isinstance(record, Invoice):
        put_balance(record, firms_day(by))
    else:
        put_credit(record)
    record.updated_at, record.updated_by_id = by.now, by.user_id
    record.version += 1
    by.session.flush()  # The row stands before its event tells of it.
    changes = {**changes_between(before, told_values(kind, record)), **told}
    write_event(by, kind.key, record.id, verb, account_id=record.account_id, changes=changes)
    if isinstance(record, Invoice) and record.instalment_id is not None:
        settle_instalment(record.instalment_id, by)


def put_credit(payment: Payment) -> None:
    """Reckon what of a payment is the customer's money with us."""
    left = NOTHING
    if not payment.is_refund:
        left = payment.amount - (payment.applied or NOTHING) - (payment.refunded or NOTHING)
    if payment.credit != left:
        payment.credit = left


def add_part(
    payment: Payment, invoice: Invoice, amount: Decimal, taken: Decimal, by: Actor
) -> PaymentPart:
    """Let so much of a payment count for an invoice, and tell it on the invoice and its order.

    The payment itself is changed, and told, by the action that calls this. Refused where either
    end has no room: nobody is asked to trust the caller.
    """
    if not 0 < amount <= invoice.open or taken > payment.credit:
        raise Refused(_("This is more than is open."))
    part = PaymentPart(
        id=new_id(),
        payment_id=payment.id,
        invoice_id=invoice.id,
        amount=amount,
        taken=taken,
        at=by.now,
        by_id=by.user_id,
    )
    by.session.add(part)
    payment.applied += taken
    put_credit(payment)

    def count() -> None:
        invoice.paid += amount

    change_beside(invoice, PAID, by, count, payment=[None, str(payment.id)])
    _tell_order(invoice, PAID, payment, by)
    return part


def drop_part(
    part: PaymentPart,
    payment: Payment,
    by: Actor,
    amount: Decimal | None = None,
    until: date | None = None,
) -> None:
    """Let a part, or `amount` of it, count for nothing any more; its invoice is owed that again.

    Where it did count before the day `until`, that is kept.
    """
    off = part.amount if amount is None else amount
    taken = share_of(part.taken, off, part.amount, payment.currency)
    counted = until is not None and until > payment.received_on
    if off >= part.amount or taken >= part.taken:
        off, taken = part.amount, part.taken
        if counted:
            part.until = until
        else:
            by.session.delete(part)
    else:
        part.amount -= off
        part.taken -= taken
        if counted:
            by.session.add(_past(part, off, taken, until))
    payment.applied -= taken
    put_credit(payment)
    if part.invoice_id is None:
        return
    invoice = held_invoice(part.invoice_id, by)

    def count() -> None:
        invoice.paid -= off

    change_beside(invoice, UNPAID, by, count, payment=[str(payment.id), None])
    _tell_order(invoice, UNPAID, payment, by)


def _past(part: PaymentPart, amount: Decimal, taken: Decimal, until: date | None) -> PaymentPart:
    """So much of a part, which counted until a day."""
    return PaymentPart(
        id=new_id(),
        payment_id=part.payment_id,
        invoice_id=part.invoice_id,
        instalment_id=part.instalment_id,
        amount=amount,
        taken=taken,
        at=part.at,
        by_id=part.by_id,
        until=until,
    )


def take_off(invoice: Invoice, excess: Decimal, by: Actor, until: date | None = None) -> Decimal:
    """Free so much of what was paid on an invoice, the newest parts first; answers with how much.

    It is the customer's money with us from the day `until` on; with none it never counted.
    """
    left = excess
    if left <= 0:
        return NOTHING
    for part in parts_on(invoice, by):
        if left <= 0:
            break
        off = min(left, part.amount)
        payment = held_payment(part.payment_id, by)
        change_beside(payment, RELEASED, by, partial(drop_part, part, payment, by, off, until))
        left -= off
    return excess - max(left, NOTHING)


def parts_on(invoice: Invoice, by: Actor) -> list[PaymentPart]:
    """The parts that count for an invoice, the newest first."""
    its = select(PaymentPart).where(PaymentPart.invoice_id == invoice.id, COUNTS)
    return list(by.session.scalars(its.order_by(PaymentPart.at.desc(), PaymentPart.id.desc())))


def parts_of(payment: Payment, by: Actor) -> list[PaymentPart]:
    """The parts of a payment that count, the oldest first."""
    its = select(PaymentPart).where(PaymentPart.payment_id == payment.id, COUNTS)
    return list(by.session.scalars(its.order_by(PaymentPart.at, PaymentPart.id)))


def free_all(record: Invoice | Payment, by: Actor) -> None:
    """Let no part count for a record any more that goes away, by the undoing of what made it."""
    hold_account(record.account_id, by)
    if isinstance(record, Invoice):
        take_off(record, record.paid, by)
        return
    for part in parts_of(record, by):
        drop_part(part, record, by)
    put_credit(record)


def refunded_of(payment_id: UUID, by: Actor) -> Decimal:
    """What of a receipt went back to the customer."""
    its = select(func.sum(Payment.amount)).where(
        Payment.refunds_id == payment_id, Payment.deleted_at.is_(None)
    )
    return -(by.session.scalar(its) or NOTHING)


def _tell_order(invoice: Invoice, verb: str, payment: Payment, by: Actor) -> None:
    if invoice.order_id is not None:
        told = {"payment": [None, str(payment.id)], "invoice": [None, str(invoice.id)]}
        order_id, verb = invoice.order_id, OF_ORDER[verb]
        write_event(by, "order", order_id, verb, account_id=invoice.account_id, changes=told)


def tell_money(verb: str, _changes: Mapping[str, Any]) -> Text | None:
    """The words of what was counted for invoices and orders."""
    return {
        PAID: _("counted a payment for this invoice"),
        UNPAID: _("took back a payment from this invoice"),
        RELEASED: _("freed part of this payment, as the invoice was credited"),
        ORDER_PAID: _("counted a payment for this order"),
        ORDER_UNPAID: _("took back a payment from this order"),
        CREDITED: _("changed what credits take off this invoice"),
        REFUNDED: _("changed what went back of this payment"),
    }.get(verb)


TELLS_MONEY = Tells(
    (PAID, UNPAID, RELEASED, ORDER_PAID, ORDER_UNPAID, CREDITED, REFUNDED), tell_money
)
