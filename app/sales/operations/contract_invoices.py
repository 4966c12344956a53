"""What was invoiced of a contract's instalments before its order stood becomes that order's."""

from __future__ import annotations

from sqlalchemy import select

from app.kernel.actor import Actor
from app.sales.models import Contract, Invoice, Order
from app.sales.models.invoice import CANCELLED
from app.sales.operations.parts import change_beside


def take_invoices(order: Order, by: Actor) -> None:
    """Let an order that stands from now on know the invoices of its contracts' instalments.

    What they ask for is no longer left to invoice of the order.
    """
    contracts = select(Contract.id).where(Contract.order_id == order.id)
    its = select(Invoice).where(
        Invoice.contract_id.in_(contracts),
        Invoice.order_id.is_(None),
        Invoice.currency == order.currency,
        Invoice.status != CANCELLED,
        Invoice.deleted_at.is_(None),
    )
    for one in by.session.scalars(its.order_by(Invoice.id).with_for_update()).all():
        change_beside(
            one,
            "updated",
            by,
            lambda invoice=one: setattr(invoice, "order_id", order.id),  # type: ignore[misc]
            order_id=[None, str(order.id)],
        )
