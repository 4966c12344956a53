"""What nobody wrote on a line is found out: the product's words, its price, its tax, its cost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from app.crm.models import Product
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.kernel.localized import pick
from app.records.access import permitted
from app.records.money.rates import ONE
from app.records.picklists import picklists_of
from app.records.priced.field import in_firms
from app.records.registry import registry
from app.sales.lines.written import LARGEST, Line, against_sums, with_facts
from app.sales.operations.prices import Offered, offered_prices, price_for

Against = dict[tuple[int, str], Text | str]  # By the line's place and the field.


@dataclass(frozen=True, slots=True)
class Buyer:
    """For whom lines are written: what decides their prices and words.

    `language` finds theirs, where it is asked for. With `is_past` a price that was written is what
    it was: no other is looked for. `discount` is what the customer gets off standard prices, in
    percent; `rate` is what a unit of `currency` is worth in the firm's, by which costs in another
    currency are turned.
    """

    currency: str
    on: date
    language: Callable[[], str]
    home: str  # The firm's language.
    rate: Decimal = ONE
    customer_kind: str | None = None
    book_id: UUID | None = None
    discount: Decimal = Decimal(0)
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is found for many lines at once: products by id and number, prices by currency."""

    products: Mapping[UUID, Product]
    by_number: Mapping[str, Product]
    prices: Mapping[str, Mapping[UUID, Sequence[Offered]]]
    units: Mapping[str, Mapping[str, str]]


def know(lines: Sequence[Line], currencies: Collection[str], by: Actor) -> Known:
    """Find what lines of papers in these currencies are filled with: a few statements for all."""
    products = products_of(lines, by)
    by_number = {str(one.number).casefold(): one for one in products.values() if one.number}
    prices = {one: offered_prices(list(products), one, by) for one in sorted(currencies)}
    return Known(products, by_number, prices, _units(by))


def fill(lines: Sequence[Line], buyer: Buyer, known: Known) -> tuple[list[Line], Against]:
    """The lines with all that can be found out, and what stands against products, by place.

    A line without a product whose words are the number of one is that product.
    """
    filled: list[Line] = []
    errors: Against = {}
    prices = known.prices.get(buyer.currency, {})
    for place, one in enumerate(_meant(line, known.by_number) for line in lines):
        product = known.products.get(one.product_id) if one.product_id else None
        if one.product_id is not None and product is None:
            errors[place, "product_id"] = _("There is no such record.")
        if product is None:
            filled.append(one)
        else:
            filled.append(_filled(one, product, prices.get(product.id, ()), known.units, buyer))
        if filled[-1].unit_price is None:
            told = _("There is no price in %(currency)s. Enter one.", currency=buyer.currency)
            errors.setdefault((place, "unit_price"), told)
        else:
            errors |= {(place, key): text for key, text in against_sums(filled[-1]).items()}
    return filled, errors


def products_of(lines: Sequence[Line], by: Actor) -> Mapping[UUID, Product]:
    """The products that lines name by id or by number, as far as `by` may read them."""
    kind = registry().type("product")
    ids = {one.product_id for one in lines if one.product_id is not None}
    numbers = {one.name.lower() for one in lines if one.product_id is None and one.name}
    found: dict[UUID, Product] = {}
    if ids:
        rows = by.session.scalars(select(Product).where(Product.id.in_(ids), permitted(kind, by)))
        found |= {one.id: one for one in rows}
    if numbers:
        named = select(Product).where(func.lower(Product.number).in_(numbers), permitted(kind, by))
        found |= {one.id: one for one in by.session.scalars(named)}
    return found


def _meant(line: Line, by_number: Mapping[str, Product]) -> Line:
    product = by_number.get(line.name.casefold()) if line.product_id is None else None
    return line if product is None else with_facts(line, product_id=product.id, name="")


def _filled(
    line: Line,
    product: Product,
    offered: Collection[Offered],
    units: Mapping[str, Mapping[str, str]],
    buyer: Buyer,
) -> Line:
    found = None
    if line.unit_price is None or not buyer.is_past:
        found = price_for(
            offered,
            customer_kind=buyer.customer_kind,
            currency=buyer.currency,
            on=buyer.on,
            quantity=line.quantity,
            book_id=buyer.book_id,
        )
    listed = found.unit_price if found is not None else None
    is_standard = found is not None and found.book_id is None
    discount = line.discount
    if discount is None:
        agreed = buyer.discount if is_standard and line.unit_price is None else Decimal(0)
        discount = Decimal(0) if line.discount_amount else agreed
    words, unit = line.name, line.unit
    if not words:
        words = pick(product.name.texts, buyer.language(), buyer.home)
    if not unit and product.unit is not None and product.unit in units:
        unit = pick(units[product.unit], buyer.language(), buyer.home)
    tax = line.tax_rate if line.tax_rate is not None else product.tax_rate
    return with_facts(
        line,
        name=words,
        unit=unit,
        unit_price=line.unit_price if line.unit_price is not None else listed,
        list_price=listed,
        discount=discount,
        tax_rate=tax or Decimal(0),
        unit_cost=_cost(product, line.quantity, buyer),
    )


def _cost(product: Product, quantity: Decimal, buyer: Buyer) -> Decimal | None:
    """What a unit costs us in the paper's currency: by its own rate, then by the paper's.

    None where so many cost more than can be kept: a message would tell that they do.
    """
    if product.cost is None:
        return None
    cost = product.cost
    if product.currency != buyer.currency:
        cost = in_firms(cost, product.rate / buyer.rate, 4)
    return cost if abs(quantity * cost) < LARGEST else None


def _units(by: Actor) -> Mapping[str, Mapping[str, str]]:
    """What units are called, by language."""
    options = picklists_of(by.session, registry().type("product")).get("unit", ())
    return {one.value: one.label for one in options if isinstance(one.label, Mapping)}
