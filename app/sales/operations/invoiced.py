"""What of an order was invoiced, and what is left to invoice: counted while the order is held."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import cast
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.sales.models import Invoice, Order
from app.sales.models.invoice import CANCELLED
from app.sales.operations.amounts import plain
from app.sales.operations.balance import NOTHING
from app.sales.operations.returned import FIXED


def invoiced_of(order_id: UUID, by: Actor, but: UUID | None = None) -> Decimal:
    """What invoices of an order ask for, credits taken off; `but` is an invoice left out."""
    its = select(func.sum(Invoice.amount)).where(
        Invoice.order_id == order_id,
        Invoice.status != CANCELLED,
        Invoice.deleted_at.is_(None),
        *((Invoice.id != but,) if but is not None else ()),
    )
    with by.session.no_autoflush:
        return by.session.scalar(its) or NOTHING


def owed_for(order_id: UUID, by: Actor) -> Decimal:
    """What an order comes to, with what was given back of it taken off."""
    back = and_(Order.returns_id == order_id, Order.status.in_(FIXED), Order.deleted_at.is_(None))
    its = select(func.sum(Order.total)).where(or_(Order.id == order_id, back))
    with by.session.no_autoflush:
        return by.session.scalar(its) or NOTHING


def left_to_invoice(order_id: UUID, by: Actor, but: UUID | None = None) -> Decimal:
    """What of an order can still be invoiced; nobody else invoices it until this is committed."""
    with by.session.no_autoflush:
        by.session.execute(select(Order.id).where(Order.id == order_id).with_for_update())
    return max(owed_for(order_id, by) - invoiced_of(order_id, by, but), NOTHING)


def check_order(invoice: Invoice, by: Actor) -> None:
    """Refused where an invoice asks for more than is left of its order."""
    if invoice.order_id is None or invoice.is_credit:
        return
    left = left_to_invoice(invoice.order_id, by, invoice.id)
    if invoice.amount > left:
        told = _("Of this order at most %(most)s can still be invoiced.", most=plain(left))
        raise Refused(told, field="amount")


def refuse_invoiced(order: Order, by: Actor) -> None:
    """Refused where invoices ask for anything of an order; nobody makes one meanwhile."""
    with by.session.no_autoflush:
        by.session.execute(select(Order.id).where(Order.id == order.id).with_for_update())
    if invoiced_of(order.id, by):
        raise Refused(_("Invoices stand against this order. Cancel or credit them first."))


def collected_for(order_ids: Collection[UUID], by: Actor) -> dict[UUID, tuple[Decimal, Decimal]]:
    """What was issued of orders, credits taken off, and what was paid of that, by order."""
    rows = by.session.execute(
        select(Invoice.order_id, func.sum(Invoice.amount), func.sum(Invoice.paid))
        .where(
            Invoice.order_id.in_(order_ids),
            Invoice.status == "issued",
            Invoice.deleted_at.is_(None),
        )
        .group_by(Invoice.order_id)
    )
    return {cast("UUID", row[0]): (row[1] or NOTHING, row[2] or NOTHING) for row in rows}
