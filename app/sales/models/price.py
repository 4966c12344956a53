"""Price book: which prices hold for whom and when; price: what one product costs there."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Choice, Day, LocalName, LongText, Money, SortKey, Whole
from app.records.model import LIVE, Record, record_indexes
from app.records.priced.model import Priced


class PriceBook(Record):
    """A named list of prices, for customers of one kind or for all, from a day to a day."""

    __tablename__ = "price_books"
    __table_args__ = (
        *record_indexes("price_books", "name_sort", "name_sort_zh", walked=("customer_kind",)),
        CheckConstraint("valid_to >= valid_from", name="days"),
    )

    name: Mapped[LocalName]
    name_sort: Mapped[SortKey]
    name_sort_zh: Mapped[SortKey]
    customer_kind: Mapped[Choice | None]
    valid_from: Mapped[Day | None]
    valid_to: Mapped[Day | None]
    note: Mapped[LongText | None]


class Price(Priced, Record):
    """What one unit of a product costs, without tax, from a quantity on.

    Without a price book it is a standard price, which holds where no book says otherwise. Without
    an amount it is asked for each time, and none is found.
    """

    __tablename__ = "prices"
    __table_args__ = (
        *record_indexes("prices", "name_sort", "name_sort_zh", "min_quantity"),
        Index("ix_prices_book", "price_book_id", "id", postgresql_where=LIVE),
        Index("ix_prices_product", "product_id", "currency", "id", postgresql_where=LIVE),
        CheckConstraint("min_quantity >= 1", name="quantity"),
    )

    of_product = cast("Any", None)  # The product, where it was fetched for many at once; no column.
    price_book_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("price_books.id"), info={"kind": "reference"}
    )
    product_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("products.id"), info={"kind": "reference"}
    )
    # The product's, as it was called when the price was last changed; the price has no other.
    name: Mapped[LocalName]
    name_sort: Mapped[SortKey]
    name_sort_zh: Mapped[SortKey]
    unit_price: Mapped[Money | None]
    min_quantity: Mapped[Whole] = mapped_column(default=1)
