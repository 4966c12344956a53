"""What was invoiced of a contract's instalments before its order stood becomes that order's."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from app.kernel.actor import Actor
from app.sales.models import Contract, Invoice, Order
from app.sales.models.invoice import CANCELLED, REQUESTED
from app.sales.operations.amounts import share_of
from app.sales.operations.parts import change_beside


def take_invoices(order: Order, by: Actor) -> None:
    """Let an order that stands from now on know the invoices of its contracts' instalments.

    What they ask for is no longer left to invoice of the order.
    """
    held = select(Contract.id).where(Contract.order_id == order.id).order_by(Contract.id)
    contracts = by.session.scalars(held.with_for_update()).all()  # Nobody asks for more meanwhile.
    its = select(Invoice).where(
        Invoice.contract_id.in_(contracts),
        Invoice.order_id.is_(None),
        Invoice.currency == order.currency,
        Invoice.status != CANCELLED,
        Invoice.deleted_at.is_(None),
    )
    for one in by.session.scalars(its.order_by(Invoice.id).with_for_update()).all():
        told = {"order_id": [None, str(order.id)]}
        change_beside(one, "updated", by, partial(_take, one, order), **told)


def _take(invoice: Invoice, order: Order) -> None:
    """Note the order; what nobody said of the tax while there was none is a share of its own."""
    invoice.order_id = order.id
    if invoice.status == REQUESTED and invoice.tax is None and order.tax and order.total:
        invoice.tax = share_of(order.tax, invoice.amount, order.total, order.currency)
