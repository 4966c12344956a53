"""What is given back of an order: never more than was sold, however many do so at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import func, select

from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.errors import Refused
from app.kernel.language import Text, _, listed
from app.records.alter import changes_between, told_values
from app.records.tailored import tailored
from app.sales.lines.copied import copied, made_again
from app.sales.lines.papers import prepare_paper, set_lines
from app.sales.lines.written import MOST, Line, as_sent
from app.sales.models import Order
from app.sales.models.order import RETURN
from app.sales.operations.returned import (
    FIXED,
    Key,
    Part,
    back_parts,
    back_total,
    key_of,
    lines_left,
    names_of,
    nets_of,
    returns_of,
    sold_parts,
)

Errors = dict[str, Text | str]


def credit(order: Order, by: Actor) -> Mapping[str, Any]:
    """Begin a return of all that was not given back yet, as a draft; Refused where nothing is left.

    What other drafts give back counts too, so that two of them don't begin with the same. It is
    for whom the order was, whether `by` may read that customer or not.
    """
    hold(order, by)
    left = lines_left(order, by)[:MOST]  # What a file brought may have more: the rest comes next.
    if not left:
        raise Refused(_("All of this order was given back already."))
    given, sent = copied(order, by)
    made = cast("Order", made_again(order, given, [], by))
    kind = tailored("order", by)
    before = told_values(kind, made)
    made.account_id = order.account_id
    prepare_paper(made, by)
    made.kind, made.returns_id, made.country = RETURN, order.id, order.country
    lines = [{**as_sent(one), "product_id": sent[place]["product_id"]} for place, one in left]
    set_lines(made, by, lines)
    by.session.flush()  # It must stand before its event is written.
    told = changes_between(before, told_values(kind, made))
    write_event(by, "order", made.id, "updated", account_id=made.account_id, changes=told)
    return {"return": [None, str(made.id)]}


def check_return(order: Order, by: Actor, *, with_drafts: bool) -> None:
    """Refused where a return, with all others, gives back more than its order sold.

    Each part of it is counted, at the tax that it was sold with, and all of it in money.
    """
    sale = hold(by.session.get_one(Order, order.returns_id), by)
    if sale.status not in ("delivered", "completed"):
        raise Refused(_("The order that it credits was not delivered."))
    errors = _against_lines(order, sale, by, with_drafts=with_drafts)
    if not errors:
        errors = _against_total(order, sale, by, with_drafts=with_drafts)
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)


def check_restored(order: Order, by: Actor) -> None:
    """Refused where a return that counts comes out of the trash, and others gave that back since.

    Only an import that was taken back puts one there.
    """
    if order.returns_id is not None and order.status in FIXED:
        check_return(order, by, with_drafts=False)


def refuse_returned(order: Order, by: Actor) -> None:
    """Refused where a return stands against an order; nobody begins one meanwhile."""
    hold(order, by)
    stands = select(func.count()).where(returns_of(order, with_drafts=True))
    if by.session.scalar(stands):
        raise Refused(_("A return stands against this order. Cancel it first."))


def hold(order: Order, by: Actor) -> Order:
    """Let nobody else count what is given back of an order until this is committed."""
    by.session.execute(select(Order.id).where(Order.id == order.id).with_for_update())
    return order


def _against_lines(order: Order, sale: Order, by: Actor, *, with_drafts: bool) -> Errors:
    """What stands against single lines of a return."""
    names, sold = names_of(sale, by), sold_parts(sale, by)
    back = back_parts(sale, by, with_drafts=with_drafts, but=order)
    errors: Errors = {}
    for place, (line, net) in enumerate(nets_of(order, by)):
        key = key_of(line, names, is_back=True)
        had, before = sold.get(key), back.get(key, Part())
        against: tuple[str, Text] | None
        if had is None or line.quantity == 0:
            against = _unknown(line, key, sold)
        else:
            back[key] = Part(before.quantity + line.quantity, before.net + net)
            against = _too_much(line, net, had, before, order.currency)
        if against is not None:
            errors[f"lines.{place}.{against[0]}"] = against[1]
    return errors


def _against_total(order: Order, sale: Order, by: Actor, *, with_drafts: bool) -> Errors:
    """What stands against all of a return together, with its taxes and what was taken off."""
    others = back_total(sale, by, with_drafts=with_drafts, but=order)
    total = order.total or Decimal(0)
    if -(others + total) > (sale.total or Decimal(0)) + _cent(order.currency):
        return {"lines": _("This is more than it was sold for.")}
    if total > _cent(order.currency):
        return {"lines": _("A return gives something back: this comes to more than zero.")}
    return {}


def _too_much(
    line: Line, net: Decimal, had: Part, before: Part, currency: str
) -> tuple[str, Text] | None:
    """What stands against giving so many back, or so much for them, and beside which field."""
    if abs(before.quantity + line.quantity) > abs(had.quantity):
        left = max(abs(had.quantity) - abs(before.quantity), Decimal(0))
        told = _("At most %(most)s of it can still be given back.", most=_plain(left))
        return "quantity", told
    most = min(abs(had.net) - abs(before.net), had.dearest * abs(line.quantity))
    if abs(net) > most + _cent(currency):
        return "unit_price", _("This is more than it was sold for.")
    return None


def _unknown(line: Line, key: Key, sold: Collection[Key]) -> tuple[str, Text]:
    """What stands against a line that gives back what was not sold so, and beside which field."""
    what, takes_off, _rate = key
    if line.quantity == 0 or (takes_off and any(one[0] == what for one in sold)):
        return "quantity", _("This goes back: enter less than zero.")
    rates = [one[2] for one in sold if one[:2] == key[:2]]
    if rates:
        told = listed(f"{_plain(one)}%" for one in rates)
        return "tax_rate", _("This was sold with a tax rate of %(rates)s.", rates=told)
    return "name", _("This was not on the order that is credited.")


def _cent(currency: str) -> Decimal:
    return Decimal(1).scaleb(-digits_of(currency))


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
