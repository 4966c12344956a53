"""Price books of the demo: what partners and distributors pay, and what goods cost abroad."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Product
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor
from app.records.door import perform
from app.records.money.rates import currencies_in_use
from app.sales.models import PriceBook

WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Book:
    """A price book: its name, for whom it is, its currency, and its prices as a share of the list.

    `breaks` are quantities from which a further share is asked.
    """

    chinese: str
    english: str
    customer_kind: str | None
    currency: str
    share: Decimal
    breaks: tuple[tuple[int, Decimal], ...] = ()


BOOKS: Mapping[str, tuple[Book, ...]] = {
    "beifeng": (
        Book(
            "经销商价目表",
            "Distributors",
            "distributor",
            "CNY",
            Decimal("0.88"),
            ((100, Decimal("0.84")), (500, Decimal("0.80"))),
        ),
        Book("出口价目表（美元）", "Export in US dollars", None, "USD", Decimal("0.145")),
    ),
    "harbor": (
        Book(
            "合作伙伴协议价",
            "Partner rates",
            "partner",
            "USD",
            Decimal("0.90"),
            ((20, Decimal("0.85")),),
        ),
    ),
}


def load_prices(by: Actor, slug: str, keeper: UUID) -> None:
    """Make the price books of a workspace once, in the name of whoever keeps its prices."""
    if not by.tenant.allows("sales") or by.session.scalar(select(PriceBook.id).limit(1)):
        return
    user = by.session.get_one(User, keeper)
    maker = actor_for(by.session, by.tenant, user, by.now, via="web")
    known = {by.tenant.currency, *currencies_in_use(by)}
    products = by.session.scalars(
        select(Product)
        .where(Product.deleted_at.is_(None), Product.list_price.is_not(None))
        .order_by(Product.number_sort)
    ).all()
    for book in BOOKS.get(slug, ()):
        if book.currency in known and maker.may("price", "create"):
            _make(maker, book, [one for one in products if one.status == "active"])


def _make(by: Actor, book: Book, products: list[Product]) -> None:
    made = perform(
        "price_book",
        "create",
        by=by,
        name={"zh-CN": book.chinese, "en": book.english},
        customer_kind=book.customer_kind,
    )
    for product in products:
        for quantity, share in ((1, book.share), *book.breaks):
            price = ((product.list_price or WHOLE) * share).quantize(WHOLE, ROUND_HALF_UP)
            perform(
                "price",
                "create",
                by=by,
                product_id=str(product.id),
                price_book_id=str(made.id),
                unit_price={"amount": str(price), "currency": book.currency},
                min_quantity=quantity,
            )
