"""What stands on a price book's page: its first prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.crm.models import Product
from app.kernel.actor import Actor
from app.kernel.language import current, gettext
from app.records.access import permitted, sees
from app.records.registry import registry
from app.sales.models import Price, PriceBook
from app.web.formats import formats

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Priced:
    """A price as a row of its book."""

    url: str
    product: str
    number: str
    quantity: str
    price: str
    listed: str


def prices_of_book(book: PriceBook, by: Actor) -> dict[str, Any]:
    """The first prices of a book that `by` may read, by product, beside what the list says."""
    kind, products = registry().type("price"), registry().type("product")
    if not by.may("price", "read") or not sees(kind, "unit_price", by):
        return {"prices": None}
    by_name = Price.name_sort_zh if current().startswith("zh") else Price.name_sort
    sees_list = by.may("product", "read") and sees(products, "list_price", by)
    rows = by.session.execute(
        select(Price, Product, func.count().over().label("total"))
        .join(Product, Product.id == Price.product_id)
        .where(Price.price_book_id == book.id, permitted(kind, by))
        .order_by(by_name, Price.min_quantity, Price.id)
        .limit(SHOWN)
    ).all()
    write, on_request = formats(by), gettext("On request")
    found = []
    for price, product, _total in rows:
        listed = ""
        if sees_list and product.list_price is not None:
            listed = write.money(product.list_price, product.currency)
        found.append(
            Priced(
                f"/prices/{price.id}",
                str(product.name),
                product.number or "",
                write.number(price.min_quantity) if price.min_quantity > 1 else "",
                on_request
                if price.unit_price is None
                else write.money(price.unit_price, price.currency),
                listed,
            )
        )
    return {
        "prices": found,
        "total": rows[0].total if rows else 0,
        "book_id": book.id,
        "may_add": by.may("price", "create") and not by.tenant.is_read_only,
    }
