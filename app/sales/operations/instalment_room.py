"""What of instalments is invoiced, and that no invoice asks for more than is left of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import cast
from uuid import UUID

from sqlalchemy import Select, func, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.sales.models import Contract, Instalment, Invoice, PaymentPart
from app.sales.operations.amounts import plain
from app.sales.operations.balance import NOTHING
from app.sales.operations.invoiced import ASKS


def invoiced_of(
    ids: Collection[UUID], by: Actor, but: UUID | None = None
) -> Mapping[UUID, Decimal]:
    """What invoices of each instalment ask for, `but` left out.

    Credits take off what they credit once they are issued, as they do of an order.
    """
    its = select(Invoice.instalment_id, func.sum(Invoice.amount))
    more = (Invoice.id != but,) if but is not None else ()
    return _sums(its.where(Invoice.instalment_id.in_(ids), ASKS, *more), ids, by)


def paid_without(ids: Collection[UUID], by: Actor) -> Mapping[UUID, Decimal]:
    """What parts of payments count for each instalment without an invoice of it."""
    its = select(PaymentPart.instalment_id, func.sum(PaymentPart.amount))
    counts = PaymentPart.until.is_(None)
    return _sums(its.where(PaymentPart.instalment_id.in_(ids), counts), ids, by)


def check_instalment(invoice: Invoice, by: Actor) -> None:
    """Refused where an invoice asks for more than its instalment has left; its contract is held."""
    if invoice.instalment_id is None or invoice.is_credit:
        return
    left = _left(invoice, by, invoice.id)
    if left is not None and invoice.amount > left:
        told = _("Of this instalment at most %(most)s can still be invoiced.", most=plain(left))
        raise Refused(told, field="amount")


def check_asked_again(credit: Invoice, by: Actor) -> None:
    """Refused where more would be asked for an instalment than it is, did a credit not stand."""
    if credit.instalment_id is None:
        return
    left = _left(credit, by)
    if left is not None and -credit.amount > left:
        raise Refused(
            _("Without this credit more would be asked for its instalment than that comes to.")
        )


def _left(invoice: Invoice, by: Actor, but: UUID | None = None) -> Decimal | None:
    """What is left of an invoice's instalment, while its contract is held."""
    its = cast("UUID", invoice.instalment_id)
    with by.session.no_autoflush:
        held = select(Contract.id).where(Contract.id == invoice.contract_id).with_for_update()
        by.session.execute(held)
        one = by.session.get(Instalment, its)
    if one is None:
        return None
    sums = invoiced_of([its], by, but), paid_without([its], by)
    return max(one.amount - sum((each.get(its, NOTHING) for each in sums), NOTHING), NOTHING)


def _sums(
    its: Select[UUID | None, Decimal], ids: Collection[UUID], by: Actor
) -> Mapping[UUID, Decimal]:
    """The sums of a statement by its first column."""
    if not ids:
        return {}
    with by.session.no_autoflush:
        rows = by.session.execute(its.group_by(its.selected_columns[0]))
        return {cast("UUID", row[0]): row[1] for row in rows}
