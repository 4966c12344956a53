"""Price books and prices: derived keys, what does not fit, and which price holds for a customer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import or_, select

from app.crm.models import Product
from app.crm.operations.products import name_keys
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.kernel.searchkeys import grams, search_text
from app.sales.models import Price, PriceBook


@dataclass(frozen=True, slots=True)
class Offered:
    """A price as the rule looks at it; `book_id` is None for a standard price.

    The list price of a product goes by the product's own id. `customer_kind` None holds for any
    customer, and a day of None has no end on that side.
    """

    id: UUID
    product_id: UUID
    book_id: UUID | None
    currency: str
    unit_price: Decimal
    min_quantity: int = 1
    customer_kind: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, customer_kind: str | None, currency: str, on: date, quantity: Decimal) -> bool:
        """True where it may be asked of such a customer on this day for so much."""
        return (
            self.currency == currency
            and self.customer_kind in (None, customer_kind)
            and (self.valid_from is None or self.valid_from <= on)
            and (self.valid_to is None or on <= self.valid_to)
            and (self.min_quantity <= 1 or self.min_quantity <= abs(quantity))
        )


def price_for(
    offered: Iterable[Offered],
    *,
    customer_kind: str | None,
    currency: str,
    on: date,
    quantity: Decimal,
    book_id: UUID | None = None,
) -> Offered | None:
    """The price of one product that holds, or None where no price is in this currency.

    A book that was chosen goes before all, whoever the customer is and whatever its days are. Then
    a book for the customer's kind goes before one for any customer, and any book before the
    standard; of two such books the one that began last; within a book the greatest quantity that is
    reached. A standard price that was entered goes before the product's list price. What is left
    equal is decided by the lower price, so that the order of rows is nothing.
    """

    def rank(one: Offered) -> tuple[bool, bool, bool, date, int, bool, Decimal]:
        return (
            book_id is not None and one.book_id == book_id,
            one.customer_kind is not None,
            one.book_id is not None,
            one.valid_from or date.min,
            one.min_quantity,
            one.id != one.product_id,
            -one.unit_price,
        )

    def fits(one: Offered) -> bool:
        if book_id is not None and one.book_id == book_id:
            return one.currency == currency and (
                one.min_quantity <= 1 or one.min_quantity <= abs(quantity)
            )
        return one.holds(customer_kind, currency, on, quantity)

    return max((one for one in offered if fits(one)), key=rank, default=None)


def offered_prices(
    product_ids: Collection[UUID], currency: str, by: Actor
) -> Mapping[UUID, Sequence[Offered]]:
    """All prices of some products in a currency, their list prices too, in two statements."""
    if not product_ids:
        return {}
    found: dict[UUID, list[Offered]] = {}
    listed = select(Product.id, Product.list_price).where(
        Product.id.in_(product_ids), Product.currency == currency
    )
    for product_id, list_price in by.session.execute(listed):
        if list_price is None:
            continue
        standard = Offered(product_id, product_id, None, currency, list_price)
        found.setdefault(product_id, []).append(standard)
    rows = by.session.execute(
        select(Price, PriceBook)
        .outerjoin(PriceBook, PriceBook.id == Price.price_book_id)
        .where(
            Price.product_id.in_(product_ids),
            Price.currency == currency,
            Price.deleted_at.is_(None),
            or_(PriceBook.id.is_(None), PriceBook.deleted_at.is_(None)),
        )
    )
    for price, book in rows:
        if price.unit_price is not None:
            offered = _as_offered(price, price.unit_price, book)
            found.setdefault(price.product_id, []).append(offered)
    return found


def _as_offered(price: Price, amount: Decimal, book: PriceBook | None) -> Offered:
    return Offered(
        price.id,
        price.product_id,
        price.price_book_id,
        price.currency,
        amount,
        price.min_quantity,
        book.customer_kind if book else None,
        book.valid_from if book else None,
        book.valid_to if book else None,
    )


def prepare_price_book(book: PriceBook, _by: Actor) -> None:
    """Fill the keys of a price book; Refused where it ends before it begins."""
    if book.valid_from and book.valid_to and book.valid_to < book.valid_from:
        raise Refused(_("The last day lies before the first one."), field="valid_to")
    book.name_sort, book.name_sort_zh = name_keys(book.name)
    book.search_text = search_text(book.name.texts.values())
    book.search_grams = grams(book.name.texts.values())


def prepare_price(price: Price, by: Actor) -> None:
    """Name a price after its product; Refused below zero."""
    errors: dict[str, Text | str] = {}
    if (price.unit_price or 0) < 0:
        errors["unit_price"] = _("This can't be less than zero.")
    if price.min_quantity < 1:
        errors["min_quantity"] = _("This must be 1 or more.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    product = price.of_product
    if product is None or product.id != price.product_id:
        with by.session.no_autoflush:
            product = by.session.get(Product, price.product_id)
    if product is not None:
        price.name = product.name
        price.name_sort, price.name_sort_zh = name_keys(product.name)
        known = (product.number, *product.name.texts.values())
        price.search_text, price.search_grams = search_text(known), grams(known)


def gather_products(prices: Sequence[Price], by: Actor) -> None:
    """Fetch the products of many prices by one statement, before they are named after them."""
    ids = {one.product_id for one in prices}
    with by.session.no_autoflush:
        rows = by.session.scalars(select(Product).where(Product.id.in_(ids))) if ids else ()
        found = {one.id: one for one in rows}
    for one in prices:
        one.of_product = found.get(one.product_id)
