"""What of an order was sold and what returns gave back, part by part; and all that is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from sqlalchemy import ColumnElement, and_, func, select

from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.sales.lines.arithmetic import WHOLE, reckon, to_cents
from app.sales.lines.papers import standing_lines
from app.sales.lines.written import Line, with_facts
from app.sales.models import Order, OrderLine

FIXED = ("confirmed", "delivered", "completed")  # What stands of a return; a draft may go again.
NOTHING = Decimal(0)
Key = tuple[str, bool, Decimal]  # The product or the words, whether it takes off, the tax rate.
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """How many of something, for how much; `dearest` is the most for one."""

    quantity: Decimal = NOTHING
    net: Decimal = NOTHING
    dearest: Decimal = NOTHING


def key_of(line: Line, names: Names, *, is_back: bool) -> Key:
    """By which a line given back is known for one that was sold, at the same tax.

    `names` are the products of what was sold by its words: a line loses its product when that is
    deleted. What took something off, as a rebate does, is no part of what it was taken off.
    """
    words = line.name.strip().casefold()
    what = str(line.product_id) if line.product_id is not None else names.get(words, words)
    takes_off = line.quantity > 0 if is_back else line.quantity < 0
    return what, takes_off, line.figures.tax_rate.normalize()


def names_of(sale: Order, by: Actor) -> Names:
    """The products of what was sold, by its words."""
    lines = standing_lines(sale, by)
    return {one.name.strip().casefold(): str(one.product_id) for one in lines if one.product_id}


def sold_parts(sale: Order, by: Actor) -> dict[Key, Part]:
    """What was sold; what took something off in negative numbers."""
    return _added(nets_of(sale, by), names_of(sale, by), is_back=False)


def back_parts(
    sale: Order, by: Actor, *, with_drafts: bool, but: Order | None = None
) -> dict[Key, Part]:
    """What returns give back, in numbers of the other sign."""
    counting = select(Order).where(returns_of(sale, with_drafts=with_drafts))
    found = by.session.scalars(counting).all()
    lines = (one for other in found if other is not but for one in nets_of(other, by))
    return _added(lines, names_of(sale, by), is_back=True)


def back_total(sale: Order, by: Actor, *, with_drafts: bool, but: Order | None = None) -> Decimal:
    """What returns come to in all with their taxes, less than zero."""
    counting = returns_of(sale, with_drafts=with_drafts)
    if but is not None:
        counting = and_(counting, Order.id != but.id)
    found = by.session.scalar(select(func.sum(Order.total)).where(counting))
    return found or NOTHING


def returns_of(sale: Order, *, with_drafts: bool) -> ColumnElement[bool]:
    """The returns of an order that count: none in the trash, where an undone import puts them."""
    stands = (*FIXED, "draft") if with_drafts else FIXED
    return and_(Order.returns_id == sale.id, Order.status.in_(stands), Order.deleted_at.is_(None))


def nets_of(order: Order, by: Actor) -> list[tuple[Line, Decimal]]:
    """The lines of an order with what each comes to before tax."""
    nets = by.session.scalars(
        select(OrderLine.net).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    ).all()
    return list(zip(standing_lines(order, by), nets, strict=True))


def lines_left(sale: Order, by: Actor) -> list[tuple[int, Line]]:
    """All that was not given back yet as lines of a return, each with its place on the sale.

    What drafts give back counts as given. They come to no more than what is left of the money,
    however often taxes were rounded before; none where only what took something off is left.
    """
    names, sold = names_of(sale, by), sold_parts(sale, by)
    back = back_parts(sale, by, with_drafts=True)
    left = {
        key: Part(one.quantity + had.quantity, one.net + had.net)
        for key, one in sold.items()
        for had in (back.get(key, Part()),)
    }
    found: list[tuple[int, Line]] = []
    for place, line in enumerate(standing_lines(sale, by)):
        key = key_of(line, names, is_back=False)
        rest = left.get(key, Part())
        count = min(abs(line.quantity), max(rest.quantity.copy_sign(1), NOTHING))
        if count == 0 or (rest.quantity < 0) != (line.quantity < 0):
            continue
        turned = _turned(line, count, sale.currency)
        if line.quantity > 0:
            turned = _cheaper(turned, -_net(turned, sale.currency) - rest.net, sale.currency)
        net = _net(turned, sale.currency)
        left[key] = Part(rest.quantity + turned.quantity, rest.net + net)
        found.append((place, turned))
    if all(one.quantity > 0 for _place, one in found):
        return []
    most = (sale.total or NOTHING) + back_total(sale, by, with_drafts=True)
    return _within(found, max(most, NOTHING), sale)


def _turned(line: Line, count: Decimal, currency: str) -> Line:
    """So many of a line the other way round, with their part of an amount that was taken off."""
    amount = to_cents(line.discount_amount * count / abs(line.quantity), currency)
    return with_facts(line, quantity=-count.copy_sign(line.quantity), discount_amount=-amount)


def _within(found: list[tuple[int, Line]], most: Decimal, sale: Order) -> list[tuple[int, Line]]:
    """The lines with so much less on the last of them that all come to no more than `most`."""
    lines = [one for _place, one in found]
    cent = Decimal(1).scaleb(-digits_of(sale.currency))
    for place in reversed(range(len(lines))):
        line, much = lines[place], _much(lines, most, sale)
        if line.quantity > 0 or much <= 0:
            continue
        share = (much * WHOLE / (WHOLE + line.figures.tax_rate)).quantize(cent, ROUND_DOWN)
        lines[place] = _cheaper(line, share, sale.currency)
        if _much(lines, most, sale) > 0:  # As its tax is rounded too.
            lines[place] = _cheaper(line, share + cent, sale.currency)
    return [(place, line) for (place, _old), line in zip(found, lines, strict=True)]


def _much(lines: Sequence[Line], most: Decimal, sale: Order) -> Decimal:
    """By how much lines give back more than that."""
    return -reckon([one.figures for one in lines], sale.currency).total - most


def _cheaper(line: Line, amount: Decimal, currency: str) -> Line:
    """A line that gives back so much less, as an amount off it; nothing where that is all of it."""
    gives = -_net(line, currency)
    if amount <= 0:
        return line
    if amount >= gives:
        return with_facts(line, discount=WHOLE, discount_amount=NOTHING)
    gross = to_cents(line.quantity * line.figures.unit_price, currency)
    return with_facts(line, discount=NOTHING, discount_amount=gross + gives - amount)


def _net(line: Line, currency: str) -> Decimal:
    return reckon([line.figures], currency).net


def _added(
    lines: Iterable[tuple[Line, Decimal]], names: Names, *, is_back: bool
) -> dict[Key, Part]:
    found: dict[Key, Part] = {}
    for line, net in lines:
        key = key_of(line, names, is_back=is_back)
        one = found.get(key, Part())
        each = net / line.quantity if line.quantity else NOTHING
        found[key] = Part(one.quantity + line.quantity, one.net + net, max(one.dearest, each))
    return found
