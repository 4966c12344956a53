"""That no invoice asks for more than is left of its instalment."""

from __future__ import annotations

from sqlalchemy import func, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.sales.models import Contract, Instalment, Invoice
from app.sales.models.invoice import CANCELLED
from app.sales.operations.amounts import plain
from app.sales.operations.balance import NOTHING


def check_instalment(invoice: Invoice, by: Actor) -> None:
    """Refused where an invoice asks for more than its instalment has left; its contract is held."""
    if invoice.instalment_id is None or invoice.is_credit:
        return
    others = select(func.sum(Invoice.amount)).where(
        Invoice.instalment_id == invoice.instalment_id,
        Invoice.id != invoice.id,
        Invoice.status != CANCELLED,
        Invoice.deleted_at.is_(None),
    )
    with by.session.no_autoflush:
        held = select(Contract.id).where(Contract.id == invoice.contract_id).with_for_update()
        by.session.execute(held)
        one = by.session.get(Instalment, invoice.instalment_id)
        asked = by.session.scalar(others) or NOTHING
    left = max(one.amount - asked, NOTHING) if one is not None else invoice.amount
    if invoice.amount > left:
        told = _("Of this instalment at most %(most)s can still be invoiced.", most=plain(left))
        raise Refused(told, field="amount")
