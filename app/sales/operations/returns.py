"""What is given back of an order: never more than was sold, however many do so at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.sales.lines.arithmetic import to_cents
from app.sales.lines.copied import copied, made_again
from app.sales.lines.papers import standing_lines
from app.sales.lines.written import Line, as_sent, with_facts
from app.sales.models import Order, OrderLine
from app.sales.models.order import RETURN

FIXED = ("confirmed", "delivered", "completed")  # What stands of a return; a draft may go again.
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """How many of something, for how much, on how many lines; `dearest` is the most for one."""

    quantity: Decimal = NOTHING
    net: Decimal = NOTHING
    lines: int = 0
    dearest: Decimal = NOTHING


def credit(order: Order, by: Actor) -> Mapping[str, Any]:
    """Begin a return of all that was not given back yet, as a draft; Refused where nothing is left.

    What other drafts give back counts too, so that two of them don't begin with the same.
    """
    hold(order, by)
    sold, back, names = _sold(order, by), _back(order, by, with_drafts=True), _names(order, by)
    left = {key: one.quantity + back.get(key, Part()).quantity for key, one in sold.items()}
    lines = []
    given, all_sent = copied(order, by)
    for line, sent in zip(standing_lines(order, by), all_sent, strict=True):
        key = _key(line, names)
        count = min(line.quantity, left.get(key, NOTHING))
        if count <= 0:
            continue
        left[key] -= count
        amount = to_cents(line.discount_amount * count / line.quantity, order.currency)
        turned = with_facts(line, quantity=-count, discount_amount=-amount)
        lines.append({**as_sent(turned), "product_id": sent["product_id"]})
    if not lines:
        raise Refused(_("All of this order was given back already."))
    made = cast("Order", made_again(order, given, lines, by))
    made.kind, made.returns_id = RETURN, order.id
    return {"return": [None, str(made.id)]}


def check_return(order: Order, by: Actor, *, with_drafts: bool) -> None:
    """Refused where a return, with all others, gives back more than its order sold."""
    sale = hold(by.session.get_one(Order, order.returns_id), by)
    if sale.status not in ("delivered", "completed"):
        raise Refused(_("The order that it credits was not delivered."))
    sold, names = _sold(sale, by), _names(sale, by)
    back = _back(sale, by, with_drafts=with_drafts, but=order)
    one_cent = Decimal(1).scaleb(-digits_of(order.currency))
    errors: dict[str, Text | str] = {}
    for place, (line, net) in enumerate(_nets(order, by)):
        key = _key(line, names)
        had, before = sold.get(key), back.get(key, Part())
        if line.quantity >= 0:
            errors[f"lines.{place}.quantity"] = _("This goes back: enter less than zero.")
            continue
        if had is None:
            errors[f"lines.{place}.name"] = _("This was not on the order that is credited.")
            continue
        now = Part(before.quantity + line.quantity, before.net + net, before.lines + 1)
        back[key] = now
        if -now.quantity > had.quantity:
            left = had.quantity + before.quantity
            errors[f"lines.{place}.quantity"] = _(
                "At most %(most)s of it can still be given back.",
                most=format(max(left, NOTHING).normalize(), "f"),
            )
        elif -now.net > had.net + one_cent * now.lines or (
            -net > had.dearest * -line.quantity + one_cent
        ):
            errors[f"lines.{place}.unit_price"] = _("This is more than it was sold for.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def refuse_returned(order: Order, by: Actor) -> None:
    """Refused where a return stands against an order; nobody begins one meanwhile."""
    hold(order, by)
    stands = select(func.count()).where(_returns(order, with_drafts=True))
    if by.session.scalar(stands):
        raise Refused(_("A return stands against this order. Cancel it first."))


def hold(order: Order, by: Actor) -> Order:
    """Let nobody else count what is given back of an order until this is committed."""
    by.session.execute(select(Order.id).where(Order.id == order.id).with_for_update())
    return order


def _key(line: Line, names: Mapping[str, str]) -> str:
    """By which a line given back is known for one that was sold: its product, or its words.

    `names` are the products of what was sold by its words: a line loses its product when that is
    deleted.
    """
    words = line.name.strip().casefold()
    return str(line.product_id) if line.product_id is not None else names.get(words, words)


def _names(order: Order, by: Actor) -> dict[str, str]:
    lines = standing_lines(order, by)
    return {one.name.strip().casefold(): str(one.product_id) for one in lines if one.product_id}


def _sold(order: Order, by: Actor) -> dict[str, Part]:
    return _added(_nets(order, by), _names(order, by))


def _nets(order: Order, by: Actor) -> list[tuple[Line, Decimal]]:
    nets = by.session.scalars(
        select(OrderLine.net).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    ).all()
    return list(zip(standing_lines(order, by), nets, strict=True))


def _back(
    order: Order, by: Actor, *, with_drafts: bool, but: Order | None = None
) -> dict[str, Part]:
    """What other returns give back, in negative numbers."""
    found = by.session.scalars(select(Order).where(_returns(order, with_drafts=with_drafts))).all()
    lines = (one for other in found if other is not but for one in _nets(other, by))
    return _added(lines, _names(order, by))


def _returns(order: Order, *, with_drafts: bool) -> ColumnElement[bool]:
    """The returns of an order that count; one that was confirmed does in the trash as well."""
    stands: list[ColumnElement[bool]] = [Order.status.in_(FIXED)]
    if with_drafts:
        stands.append(and_(Order.status == "draft", Order.deleted_at.is_(None)))
    return and_(Order.returns_id == order.id, or_(*stands))


def _added(lines: Iterable[tuple[Line, Decimal]], names: Mapping[str, str]) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for line, net in lines:
        key = _key(line, names)
        one = found.get(key, Part())
        each = net / line.quantity if line.quantity else NOTHING
        found[key] = Part(
            one.quantity + line.quantity, one.net + net, one.lines + 1, max(one.dearest, each)
        )
    return found
