"""The contract that is made of an accepted quote or of an order, with everything filled."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.crm.models import Contact
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _, gettext, using
from app.records.access import permitted
from app.records.picklists import options_in_use
from app.records.references import existing
from app.records.registry import registry
from app.sales.lines.copied import copied, made_freely
from app.sales.lines.model import Paper
from app.sales.models import Contract, Order, Quote
from app.sales.plan.written import DELIVERY, SIGNATURE

OF_A_CONTRACT = (
    "name",
    "currency",
    "payment_days",
    "account_id",
    "contact_id",
    "opportunity_id",
)
SALE = "sales"  # The kind of a contract about what is sold, where the firm has it in its list.


def contract_quote(quote: Quote, by: Actor) -> Mapping[str, Any]:
    """Begin the contract of an accepted quote; Refused where there is one already."""
    held = select(Quote.order_id).where(Quote.id == quote.id).with_for_update()
    order_id = by.session.scalars(held).one()
    refuse_second(of_quote(quote), by)
    return _begun(quote, quote.id, order_id, by)


def contract_order(order: Order, by: Actor) -> Mapping[str, Any]:
    """Begin the contract of an order; Refused where there is one already, also of its quote."""
    by.session.execute(select(Order.id).where(Order.id == order.id).with_for_update())
    refuse_second(of_order(order), by)
    return _begun(order, order.quote_id, order.id, by)


def of_quote(quote: Quote) -> ColumnElement[bool]:
    """The contracts of a quote."""
    return Contract.quote_id == quote.id


def of_order(order: Order) -> ColumnElement[bool]:
    """The contracts of an order, also those of its quote."""
    same: ColumnElement[bool] = Contract.order_id == order.id
    return same | (Contract.quote_id == order.quote_id) if order.quote_id is not None else same


def plan_of_terms(paper: Paper, by: Actor) -> list[dict[str, Any]]:
    """The instalments that a paper's terms mean: a deposit at once, the rest after the delivery."""
    deposit, days = paper.deposit or Decimal(0), paper.payment_days or 0
    with using(by.tenant.language):
        first, rest = gettext("Deposit"), gettext("On delivery")
    parts: list[dict[str, Any]] = [
        {"name": first, "share": str(deposit), "due_by": SIGNATURE},
        {"name": rest, "share": str(100 - deposit), "due_by": DELIVERY, "days": days},
    ]
    return [one for one in parts if Decimal(one["share"]) > 0]


def _begun(paper: Paper, quote_id: UUID | None, order_id: UUID | None, by: Actor) -> dict[str, Any]:
    given, _lines = copied(paper, by)
    given = {key: given[key] for key in OF_A_CONTRACT}
    total = paper.total or Decimal(0)
    given["amount"] = str(total)
    kinds = options_in_use(by.session, registry().type("contract"), "kind")
    given["kind"] = SALE if SALE in {one.value for one in kinds} else None
    given["starts_on"] = by.today().isoformat()
    if paper.owner_id is not None and existing("user", [paper.owner_id], by):
        given["owner_id"] = str(paper.owner_id)
    owner = by.session.get(User, paper.owner_id) if paper.owner_id is not None else None
    given["our_signatory"] = owner.name if owner is not None else by.name or None
    given["their_signatory"] = _name_of(given["contact_id"], by)
    plan = plan_of_terms(paper, by) if total > 0 else []
    made = cast("Contract", made_freely("contract", given, by, instalments=plan))
    # What it comes of is no input of whoever presses: they need not read all of it.
    made.quote_id, made.order_id = quote_id, order_id
    by.session.flush()
    return {"contract": [None, str(made.id)]}


def _name_of(contact_id: str | None, by: Actor) -> str | None:
    """Who signs for them: the person of the paper, where `by` may read their name."""
    if contact_id is None:
        return None
    kind = registry().type("contact")
    its = select(Contact.name).where(Contact.id == UUID(contact_id), permitted(kind, by))
    return by.session.scalars(its).one_or_none()


def stands(same: ColumnElement[bool], by: Actor) -> bool:
    """True where such a contract stands, may `by` read it or not."""
    found = select(Contract.id).where(same, Contract.deleted_at.is_(None)).limit(1)
    return by.session.scalars(found).first() is not None


def refuse_second(same: ColumnElement[bool], by: Actor) -> None:
    """Refused where a contract stands of the same quote or order."""
    if stands(same, by):
        raise Refused(_("There is a contract of this already."))
