"""What of an order was invoiced, and what is left to invoice: counted while the order is held."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.sales.models import Invoice, Order
from app.sales.models.invoice import ISSUED, REQUESTED
from app.sales.operations.amounts import plain, share_of
from app.sales.operations.balance import NOTHING
from app.sales.operations.returned import FIXED

ASKS = and_(  # True of invoices that ask for something, and of credits that took effect.
    Invoice.deleted_at.is_(None),
    or_(
        Invoice.status == ISSUED,
        and_(Invoice.status == REQUESTED, Invoice.credits_id.is_(None)),
    ),
)


def invoiced_of(order_id: UUID, by: Actor, but: UUID | None = None) -> Decimal:
    """What invoices of an order ask for; `but` is an invoice left out.

    Credits take off what they credit once they are issued: one that is only asked for may go again.
    """
    more = (Invoice.id != but,) if but is not None else ()
    with by.session.no_autoflush:
        return (
            by.session.scalar(select(func.sum(Invoice.amount)).where(_asks(order_id), *more))
            or NOTHING
        )


def told_tax(order_id: UUID, by: Actor) -> Decimal:
    """What of the tax of an order its invoices tell, credits taken off."""
    with by.session.no_autoflush:
        return by.session.scalar(select(func.sum(Invoice.tax)).where(_asks(order_id))) or NOTHING


def owed_for(order_id: UUID, by: Actor) -> Decimal:
    """What an order comes to, with what was given back of it off; nothing before it stands."""
    with by.session.no_autoflush:
        return by.session.scalar(select(func.sum(Order.total)).where(_is_owed(order_id))) or NOTHING


def owed_tax(order_id: UUID, by: Actor) -> Decimal:
    """What of that is tax."""
    with by.session.no_autoflush:
        return by.session.scalar(select(func.sum(Order.tax)).where(_is_owed(order_id))) or NOTHING


def tax_in(wanted: Decimal, order_id: UUID, currency: str, by: Actor, *, is_rest: bool) -> Decimal:
    """What of an amount is tax: its share, and in the rest all that no invoice holds before.

    An invoice that says nothing of its tax holds its share of it all the same.
    """
    owed, total = owed_tax(order_id, by), owed_for(order_id, by)
    held = told_tax(order_id, by)
    if silent := _silent(order_id, by):
        held += share_of(owed, silent, total, currency)
    rest = max(owed - held, NOTHING)
    if not is_rest:
        rest = min(rest, share_of(owed, wanted, total, currency))
    return min(rest, wanted)


def _silent(order_id: UUID, by: Actor) -> Decimal:
    """What invoices of an order ask for that say nothing of tax."""
    its = select(func.sum(Invoice.amount)).where(_asks(order_id), Invoice.tax.is_(None))
    with by.session.no_autoflush:
        return by.session.scalar(its) or NOTHING


def left_to_invoice(order_id: UUID, by: Actor, but: UUID | None = None) -> Decimal:
    """What of an order can still be invoiced; nobody else invoices it until this is committed."""
    with by.session.no_autoflush:
        by.session.execute(select(Order.id).where(Order.id == order_id).with_for_update())
    return max(owed_for(order_id, by) - invoiced_of(order_id, by, but), NOTHING)


def stands(order_id: UUID | None, currency: str, by: Actor) -> bool:
    """True of an order that was confirmed and is in force: it can be invoiced in its currency."""
    its = select(Order.id).where(
        Order.id == order_id, Order.currency == currency, Order.status.in_(FIXED)
    )
    with by.session.no_autoflush:
        return by.session.scalar(its.where(Order.deleted_at.is_(None))) is not None


def check_order(invoice: Invoice, by: Actor) -> None:
    """Refused where an invoice asks for more than is left of its order."""
    if invoice.order_id is None or invoice.is_credit:
        return
    left = left_to_invoice(invoice.order_id, by, invoice.id)
    if invoice.amount > left:
        told = _("Of this order at most %(most)s can still be invoiced.", most=plain(left))
        raise Refused(told, field="amount")


def check_owed_again(credit: Invoice, by: Actor) -> None:
    """Refused where of an order more would be owed than it comes to, did a credit not stand."""
    if credit.order_id is not None and -credit.amount > left_to_invoice(credit.order_id, by):
        raise Refused(
            _("Without this credit more would be owed of its order than that still comes to.")
        )


def refuse_invoiced(order: Order, by: Actor) -> None:
    """Refused where invoices ask for anything of an order; nobody makes one meanwhile."""
    with by.session.no_autoflush:
        by.session.execute(select(Order.id).where(Order.id == order.id).with_for_update())
    if invoiced_of(order.id, by):
        raise Refused(_("Invoices stand against this order. Cancel or credit them first."))


def _asks(order_id: UUID) -> ColumnElement[bool]:
    """True of what asks for something of an order."""
    return and_(Invoice.order_id == order_id, ASKS)


def _is_owed(order_id: UUID) -> ColumnElement[bool]:
    """True of an order that stands and of the returns of it; not of what is in the bin.

    A return goes there only with the import that brought it.
    """
    its = or_(Order.id == order_id, Order.returns_id == order_id)
    return and_(its, Order.status.in_(FIXED), Order.deleted_at.is_(None))


def collected_for(order_ids: Collection[UUID], by: Actor) -> dict[UUID, tuple[Decimal, Decimal]]:
    """What was issued of orders, credits taken off, and what was paid of that, by order."""
    rows = by.session.execute(
        select(Invoice.order_id, func.sum(Invoice.amount), func.sum(Invoice.paid))
        .where(
            Invoice.order_id.in_(order_ids),
            Invoice.status == ISSUED,
            Invoice.deleted_at.is_(None),
        )
        .group_by(Invoice.order_id)
    )
    return {cast("UUID", row[0]): (row[1] or NOTHING, row[2] or NOTHING) for row in rows}
