"""Products and their categories: derived keys, what does not fit, what stands in the way."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from app.crm.models import Product, ProductCategory
from app.crm.operations.circles import refuse_circle
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.kernel.localized import LocalText, pick
from app.kernel.searchkeys import grams, number_key, search_text, sort_key

PRICES = ("list_price", "cost")
WHOLE_TAX = 100  # Percent.


def prepare_product(product: Product, _by: Actor) -> None:
    """Fill the keys by which a product is sorted and found; Refused for amounts below nothing."""
    errors: dict[str, Text | str] = {
        key: _("This can't be less than zero.")
        for key in PRICES
        if (getattr(product, key) or Decimal(0)) < 0
    }
    if not 0 <= (product.tax_rate or 0) <= WHOLE_TAX:
        errors["tax_rate"] = _("Enter a rate from 0 to 100 percent.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    product.number_sort = number_key(product.number)
    product.name_sort, product.name_sort_zh = name_keys(product.name)
    known = (product.number, *product.name.texts.values())
    product.search_text = search_text(known)
    product.search_grams = grams(known)


def prepare_category(category: ProductCategory, by: Actor) -> None:
    """Fill the keys of a category; Refused when it stands below itself."""
    refuse_circle(category, by, _("A category can't stand below itself."))
    category.name_sort, category.name_sort_zh = name_keys(category.name)
    category.search_text = search_text(category.name.texts.values())
    category.search_grams = grams(category.name.texts.values())


def name_keys(name: LocalText) -> tuple[str, str]:
    """The keys by which a name is sorted for readers of English and of Chinese."""
    return sort_key(pick(name.texts, "en")), sort_key(pick(name.texts, "zh-CN"))


def category_changed(category: ProductCategory, verb: str, by: Actor) -> None:
    """Refused when a category is deleted that still holds something."""
    if verb != "delete":
        return
    below = select(ProductCategory.id).where(
        ProductCategory.parent_id == category.id, ProductCategory.deleted_at.is_(None)
    )
    if by.session.scalar(below.limit(1)) is not None:
        raise Refused(_("Categories stand below this one. Move or delete them first."))
    held = select(Product.id).where(
        Product.category_id == category.id, Product.deleted_at.is_(None)
    )
    if by.session.scalar(held.limit(1)) is not None:
        raise Refused(_("Products belong to this category. Move them to another one first."))
