"""Asking for the invoice of an instalment: everything filled, never more than is left of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.access import sees
from app.records.references import existing, titles
from app.records.tailored import tailored
from app.sales.models import Contract, Instalment, Order
from app.sales.operations.amounts import plain
from app.sales.operations.balance import NOTHING
from app.sales.operations.contracts import hold
from app.sales.operations.instalment_room import invoiced_of, paid_without
from app.sales.operations.invoiced import left_to_invoice, stands, tax_in
from app.sales.operations.invoices import made_invoice
from app.sales.plan.kept import instalments_of
from app.sales.plan.sight import sees_plan
from app.sales.plan.words import is_dropped

NAME = 200


def request_instalment(contract: Contract, by: Actor, instalment: object) -> Mapping[str, Any]:
    """Ask for the invoice of what is left of an instalment, with its share of the order's tax.

    Refused where nothing is left, and where the contract's order has less left to invoice; of two
    who ask at once the second is told.
    """
    if not sees_plan(by):
        raise NotPermitted(_("Your role does not allow this."))
    if contract.account_id is None:
        raise Refused(_("Say with whom this contract is."), field="account_id")
    hold(contract, by)
    one = _named(contract, instalment, by)
    left = left_of([one], by)[one.id]
    if left <= 0:
        raise Refused(_("All of this instalment was invoiced already."), field="instalment")
    given = _given(contract, one, left, by)
    order_id = contract.order_id if stands(contract.order_id, contract.currency, by) else None
    if order_id is not None:
        of_order = left_to_invoice(order_id, by)
        if left > of_order:
            raise Refused(_over_order(contract, of_order, by), field="instalment")
        if _tells_tax(contract, by):
            tax = tax_in(left, order_id, contract.currency, by, is_rest=left == of_order)
            given["tax"] = str(tax)
    made = made_invoice(by, **given)
    made.contract_id, made.instalment_id = contract.id, one.id
    made.order_id = order_id  # One that is confirmed later takes it over then.
    by.session.flush()  # The row stands before its event tells of it.
    changes = {"contract_id": [None, str(contract.id)]}
    write_event(by, "invoice", made.id, "updated", account_id=made.account_id, changes=changes)
    return {"invoice": [None, str(made.id)]}


def _named(contract: Contract, instalment: object, by: Actor) -> Instalment:
    """The instalment of a contract that is named; Refused for one that is not owed."""
    wanted = parse_id(str(instalment))
    one = next((row for row in instalments_of(contract.id, by) if row.id == wanted), None)
    if one is None:
        raise Refused(_("There is no such instalment."), field="instalment")
    if is_dropped(one, contract):
        told = _("The contract was terminated before this instalment was due.")
        raise Refused(told, field="instalment")
    return one


def _over_order(contract: Contract, most: Decimal, by: Actor) -> Text:
    """That an instalment is more than its order has left, with the number for who may see it."""
    is_open = contract.order_id is not None and titles("order", [contract.order_id], by)
    if is_open and sees(tailored("order", by), "total", by):
        return _("Of its order at most %(most)s can still be invoiced.", most=plain(most))
    return _("Its order has less left to invoice than this instalment comes to.")


def _tells_tax(contract: Contract, by: Actor) -> bool:
    """True where the order of a contract has a tax that `by` may see, in the same currency."""
    its = select(Order.tax).where(
        Order.id == contract.order_id, Order.currency == contract.currency
    )
    return sees(tailored("order", by), "tax", by) and bool(by.session.scalar(its))


def left_of(rows: Collection[Instalment], by: Actor) -> dict[UUID, Decimal]:
    """What of each instalment can still be invoiced: neither invoiced nor paid without one."""
    ids = [one.id for one in rows]
    asked, paid = invoiced_of(ids, by), paid_without(ids, by)
    taken = {key: asked.get(key, NOTHING) + paid.get(key, NOTHING) for key in ids}
    return {one.id: max(one.amount - taken[one.id], NOTHING) for one in rows}


def _given(contract: Contract, one: Instalment, amount: Decimal, by: Actor) -> dict[str, Any]:
    """What `create` takes for the invoice of an instalment."""
    given: dict[str, Any] = {
        "account_id": str(contract.account_id),
        "name": f"{contract.name} · {one.name}"[:NAME],
        "currency": contract.currency,
        "amount": str(amount),
        "payment_days": contract.payment_days,
    }
    for key, to in (("contact_id", "contact"), ("owner_id", "user")):
        its = getattr(contract, key)
        if its is not None and existing(to, [its], by):
            given[key] = str(its)
    return given
