"""What was collected of contracts' instalments: by payments of them, and of their invoices."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import cast
from uuid import UUID

from sqlalchemy import func, select

from app.kernel.actor import Actor
from app.sales.models import Invoice, PaymentPart
from app.sales.models.invoice import ISSUED


def collected_of(instalment_ids: Collection[UUID], by: Actor) -> dict[UUID, Decimal]:
    """What parts of payments count for each instalment, in the currency of its contract.

    A part on an invoice counts for the instalment that the invoice bears. Instalments of which
    nothing was collected are left out. Two statements, however many there are.
    """
    found: dict[UUID, Decimal] = {}
    direct = (
        select(PaymentPart.instalment_id, func.sum(PaymentPart.amount))
        .where(PaymentPart.instalment_id.in_(instalment_ids), PaymentPart.until.is_(None))
        .group_by(PaymentPart.instalment_id)
    )
    by_invoice = (
        select(Invoice.instalment_id, func.sum(Invoice.paid))
        .where(
            Invoice.instalment_id.in_(instalment_ids),
            Invoice.status == ISSUED,
            Invoice.deleted_at.is_(None),
        )
        .group_by(Invoice.instalment_id)
    )
    for statement in (direct, by_invoice):
        for instalment_id, amount in by.session.execute(statement):
            if amount:
                key = cast("UUID", instalment_id)
                found[key] = found.get(key, Decimal(0)) + amount
    return found


def open_of(instalment_ids: Collection[UUID], by: Actor) -> dict[UUID, Decimal]:
    """What is open of the issued invoices of each instalment, in their currency."""
    rows = by.session.execute(
        select(Invoice.instalment_id, func.sum(Invoice.open))
        .where(
            Invoice.instalment_id.in_(instalment_ids),
            Invoice.open > 0,
            Invoice.deleted_at.is_(None),
        )
        .group_by(Invoice.instalment_id)
    )
    return {cast("UUID", row[0]): row[1] for row in rows}
