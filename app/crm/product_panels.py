"""What stands beside a product category: its products, and the categories below it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select

from app.crm.models import Product, ProductCategory
from app.crm.panels import SHOWN, Related
from app.kernel.actor import Actor
from app.kernel.language import current
from app.records.access import permitted, sees
from app.records.pages.looks import face
from app.records.registry import registry
from app.web.formats import formats


def products_of_category(category: ProductCategory, by: Actor) -> dict[str, Any]:
    """The first products right in a category that `by` may read, and how many there are."""
    if not by.may("product", "read") or not sees(registry().type("product"), "category_id", by):
        return {"products": None}
    columns = (Product.id, Product.name, Product.number, Product.list_price)
    rows = by.session.execute(
        select(*columns, func.count().over().label("total"))
        .where(Product.category_id == category.id, permitted(registry().type("product"), by))
        .order_by(_by_name(Product), Product.id)
        .limit(SHOWN)
    ).all()
    return {
        "products": list(_products(rows, by)),
        "total": rows[0].total if rows else 0,
        "category_id": category.id,
        "may_add": by.may("product", "create") and not by.tenant.is_read_only,
    }


def categories_below(category: ProductCategory, by: Actor) -> dict[str, Any]:
    """The categories right below one, in their order."""
    kind = registry().type("product_category")
    if not sees(kind, "parent_id", by):
        return {"categories": None}
    rows = by.session.execute(
        select(ProductCategory.id, ProductCategory.name, func.count().over().label("total"))
        .where(ProductCategory.parent_id == category.id, permitted(kind, by))
        .order_by(ProductCategory.position, ProductCategory.id)
        .limit(SHOWN)
    ).all()
    return {
        "categories": [
            Related(f"/product_categories/{row.id}", row.name, "", face(kind, row.id, row.name))
            for row in rows
        ],
        "total": rows[0].total if rows else 0,
        "category_id": category.id,
        "has_products": by.may("product", "read")
        and sees(registry().type("product"), "category_id", by),
        "may_add": by.may("product_category", "create") and not by.tenant.is_read_only,
    }


def _products(rows: Iterable[Any], by: Actor) -> Iterable[tuple[Related, str]]:
    """Each product with its price in words."""
    kind = registry().type("product")
    has_number, has_price = sees(kind, "number", by), sees(kind, "list_price", by)
    for row in rows:
        note = row.number if row.number and has_number else ""
        price = ""
        if has_price and row.list_price is not None:
            price = formats(by).money(row.list_price, by.tenant.currency)
        yield Related(f"/products/{row.id}", row.name, note, face(kind, row.id, row.name)), price


def _by_name(model: type[Product]) -> Any:
    return model.name_sort_zh if current().startswith("zh") else model.name_sort
