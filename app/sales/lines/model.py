"""The columns of papers that have lines, and of a line, whatever paper it stands on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, Numeric, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import (
    Choice,
    Document,
    Id,
    LongText,
    Money,
    Name,
    Number,
    Percent,
    Short,
    SortKey,
    Whole,
)
from app.records.model import Record
from app.records.priced.model import Priced


class Paper(Priced, Record):
    """A paper with lines, for a customer: its amounts are those of its lines.

    `discount` is what its lines are below their prices in all, in percent. `exceptions` counts the
    points in which it goes beyond the customer's terms, and `terms` keeps which rule said so.
    """

    __abstract__ = True

    is_decided = False  # Whether an action changes what is fixed otherwise; no column.
    is_of_sale = cast("bool | None", None)  # Known once its opportunity was asked; no column.
    lines = cast("Any", None)  # What `create` was handed, until it is read; no column.
    # The customer, where it was fetched for many at once; no column.
    of_account = cast("Any", None)
    number: Mapped[Short | None]
    number_sort: Mapped[SortKey]
    name: Mapped[Name]
    name_sort: Mapped[SortKey]
    status: Mapped[Choice] = mapped_column(default="draft")
    account_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("accounts.id"), info={"kind": "reference"}
    )
    contact_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("contacts.id"), info={"kind": "reference"}
    )
    opportunity_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("opportunities.id"), info={"kind": "reference"}
    )
    price_book_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("price_books.id"), info={"kind": "reference"}
    )
    payment_days: Mapped[Whole | None]
    deposit: Mapped[Percent | None]
    net: Mapped[Money | None]
    tax: Mapped[Money | None]
    total: Mapped[Money | None]
    discount: Mapped[Percent | None]
    cost: Mapped[Money | None]
    margin: Mapped[Money | None]
    exceptions: Mapped[Whole] = mapped_column(default=0, server_default="0")
    terms: Mapped[Document] = mapped_column(default=dict, server_default="{}")

    @property
    def is_draft(self) -> bool:
        """True while it may still be changed."""
        return self.status == "draft"

    @property
    def is_return(self) -> bool:
        """True where goods or money go back."""
        return False


class HasLine:
    """One line: a product or a text, how many of what, at which price; rates are percents.

    Who has it adds the columns of the paper and of the product, `product_id`.

    `list_price` is the price that was found when the line was written, by which one sees what was
    agreed beyond it. `net` and `cost` are those of the whole line, as `arithmetic` rounds them.
    """

    id: Mapped[Id]
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[LongText]
    quantity: Mapped[Number]
    unit: Mapped[Short | None]
    unit_price: Mapped[Money]
    list_price: Mapped[Money | None]
    discount: Mapped[Percent] = mapped_column(default=Decimal(0))
    discount_amount: Mapped[Money] = mapped_column(default=Decimal(0))
    tax_rate: Mapped[Percent] = mapped_column(default=Decimal(0))
    unit_cost: Mapped[Money | None]
    net: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    cost: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
