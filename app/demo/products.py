"""What the demo's workspaces sell: goods with Chinese and English names, rooms and packages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Product, ProductCategory
from app.crm.operations.products import prepare_product
from app.demo.ages import entered
from app.demo.corpora import Row, rows
from app.demo.load import born, write
from app.founding import make_categories, write_picklists
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.kernel.localized import LocalText
from app.records.money.rates import rate_then
from app.records.picklists import load_picklists
from app.records.priced.settle import begin_prices
from tenants.starters import Starter

OLDEST = timedelta(days=400)  # The first product was entered so long ago, the next a day later.
SELLER = 1  # The place among the workspace's people of whoever keeps the prices: the manager.


def load_products(by: Actor, keeper: UUID, slug: str, starter: Starter) -> None:
    """Write what a demo workspace sells, in the categories of its starter, as `keeper`'s doing.

    Its rates of other currencies are known before: what has a price in one that has none of the day
    is left out.
    """
    if not load_picklists(by.session, "product"):  # The workspace is older than products are.
        write_picklists(by, [one for one in starter.picklists if one.record_type == "product"])
    categories = _known(by, starter) or make_categories(by, starter)
    write(by, list(_products(by, keeper, slug, categories)))


def _known(by: Actor, starter: Starter) -> dict[str, UUID]:
    """The categories that were made with the workspace, by the starter's keys."""
    found = by.session.execute(select(ProductCategory.id, ProductCategory.name)).all()
    by_name = {row.name.texts.get("en"): row.id for row in found}
    return {
        one.key: by_name[one.name["en"]]
        for one in starter.product_categories
        if one.name["en"] in by_name
    }


def _products(by: Actor, owner: UUID, slug: str, categories: dict[str, UUID]) -> Iterator[Product]:
    as_of = by.now.astimezone(by.zone)
    for day, row in enumerate(rows(f"products_{slug}")):
        moment = entered(OLDEST - timedelta(days=day), as_of)
        facts = _facts(row, categories)
        product = Product(id=new_id(), **facts, **born(owner, moment))
        if product.currency is not None:
            product.rate_on = moment.astimezone(by.zone).date()
            rate = rate_then(by, product.currency, product.rate_on)
            if rate is None:
                continue
            product.rate = rate
        begin_prices(product, by)
        prepare_product(product, by)
        yield product


def _facts(row: Row, categories: dict[str, UUID]) -> dict[str, object]:
    number, category, chinese, english, kind, unit, price, cost, tax, status, *currency = row
    return {
        "number": number,
        "name": LocalText({"zh-CN": chinese, "en": english}),
        "category_id": categories.get(category),
        "kind": kind,
        "status": status,
        "unit": unit,
        "list_price": Decimal(price),
        "cost": Decimal(cost) if cost else None,
        "tax_rate": Decimal(tax),
        **({"currency": currency[0]} if currency else {}),
    }
