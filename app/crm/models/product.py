"""Product: what is sold; product category: where it belongs."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Choice, LocalName, LongText, Money, Percent, Short, SortKey, Whole
from app.records.model import LIVE, Record, record_indexes
from app.records.priced.model import Priced


class ProductCategory(Record):
    """A group of products, perhaps below another; `position` orders those of one parent."""

    __tablename__ = "product_categories"
    __table_args__ = (
        *record_indexes("product_categories", "position", "name_sort", "name_sort_zh"),
        Index("ix_product_categories_parent", "parent_id", "id", postgresql_where=LIVE),
        CheckConstraint("parent_id <> id", name="parent"),
    )

    name: Mapped[LocalName]
    name_sort: Mapped[SortKey]
    name_sort_zh: Mapped[SortKey]
    parent_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("product_categories.id"), info={"kind": "reference"}
    )
    position: Mapped[Whole] = mapped_column(default=0)


class Product(Priced, Record):
    """Goods or a service that we sell; prices are without tax, in one currency for each product."""

    __tablename__ = "products"
    __table_args__ = (
        *record_indexes(
            "products",
            "name_sort",
            "name_sort_zh",
            "number_sort",
            walked=("kind", "status", "unit"),
        ),
        Index("ix_products_category", "category_id", "id", postgresql_where=LIVE),
        # Two numbers that differ in their case alone are one.
        Index("uq_products_number", text("lower(number)"), unique=True, postgresql_where=LIVE),
    )

    number: Mapped[Short | None]
    number_sort: Mapped[SortKey]
    name: Mapped[LocalName]
    name_sort: Mapped[SortKey]
    name_sort_zh: Mapped[SortKey]
    category_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("product_categories.id"), info={"kind": "reference"}
    )
    kind: Mapped[Choice] = mapped_column(default="goods")
    status: Mapped[Choice] = mapped_column(default="active")
    unit: Mapped[Choice | None]
    list_price: Mapped[Money | None]
    cost: Mapped[Money | None]
    tax_rate: Mapped[Percent | None]
    description: Mapped[LongText | None]
