"""The order that an accepted quote becomes."""

from __future__ import annotations

from typing import cast

from sqlalchemy import or_, select

from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.references import existing
from app.sales.lines.copied import copied, made_of
from app.sales.models import Contract, Order, Quote


def order_quote(quote: Quote, by: Actor) -> None:
    """Begin the order of an accepted quote: the same lines, prices and taxes, as a draft.

    Refused where there is one already; of two who do so at once the second is told.
    """
    held = select(Quote.order_id).where(Quote.id == quote.id).with_for_update()
    if by.session.scalars(held).one() is not None:
        raise Refused(_("This quote became an order already."))
    given, lines = copied(quote, by)
    if quote.owner_id is not None and existing("user", [quote.owner_id], by):
        given["owner_id"] = str(quote.owner_id)
    order = cast("Order", made_of("order", given, lines, by))
    order.quote_id, quote.order_id = quote.id, order.id
    told = {"quote_id": [None, str(quote.id)]}
    write_event(by, "order", order.id, "updated", account_id=order.account_id, changes=told)
    _tell_contracts(quote, order, by)


def _tell_contracts(quote: Quote, order: Order, by: Actor) -> None:
    """Let the contract that was made of a quote before know its order, whose delivery it awaits."""
    gone = select(Order.id).where(Order.deleted_at.is_not(None))
    waits = or_(Contract.order_id.is_(None), Contract.order_id.in_(gone))
    its = select(Contract).where(Contract.quote_id == quote.id, waits)
    contracts = by.session.scalars(its.order_by(Contract.id).with_for_update()).all()
    for contract in contracts:
        contract.order_id = order.id
        contract.updated_at, contract.updated_by_id = by.now, by.user_id
        contract.version += 1
    by.session.flush()  # The rows stand before their events tell of them.
    told = {"order_id": [None, str(order.id)]}
    for one in contracts:
        write_event(by, "contract", one.id, "updated", account_id=one.account_id, changes=told)
