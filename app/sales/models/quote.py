"""Quote: what was offered to a customer, with its lines; one that was sent is never changed."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import (
    Base,
    Choice,
    Day,
    Digest,
    Document,
    LongText,
    Moment,
    Money,
    Name,
    Percent,
    Short,
    SortKey,
    Whole,
)
from app.records.model import LIVE, Record, record_indexes
from app.records.priced.model import Priced
from app.sales.lines.model import HasLine


class Quote(Priced, Record):
    """An offer; its amounts are those of its lines, kept by `operations.quotes`.

    `discount` is what its lines are below their prices in all, in percent. `exceptions` counts the
    points in which it goes beyond the customer's terms, and `terms` keeps which rule said so. A new
    version of a quote names the one that it replaces.
    """

    __tablename__ = "quotes"
    __table_args__ = (
        *record_indexes(
            "quotes",
            "name_sort",
            "number_sort",
            moments=("sent_at", "decided_at"),
            walked=("status",),
        ),
        Index("ix_quotes_account", "account_id", "created_at", "id", postgresql_where=LIVE),
        Index("ix_quotes_contact", "contact_id", "id", postgresql_where=LIVE),
        Index("ix_quotes_opportunity", "opportunity_id", "id", postgresql_where=LIVE),
        Index("ix_quotes_replaces", "replaces_id", postgresql_where=LIVE),
        Index("ix_quotes_book", "price_book_id", "id", postgresql_where=LIVE),
        Index("ix_quotes_valid_until", "status", "valid_until", "id", postgresql_where=LIVE),
        Index("uq_quotes_link", "link_digest", unique=True),
    )

    is_decided = False  # Whether an action changes what is fixed otherwise; no column.
    is_of_sale = cast("bool | None", None)  # Known once its opportunity was asked; no column.
    lines = cast("Any", None)  # What `create` was handed, until it is read; no column.
    of_account = cast(
        "Any", None
    )  # The customer, where it was fetched for many at once; no column.
    number: Mapped[Short | None]
    number_sort: Mapped[SortKey]
    name: Mapped[Name]
    name_sort: Mapped[SortKey]
    status: Mapped[Choice] = mapped_column(default="draft")
    revision: Mapped[Whole] = mapped_column(default=1)
    replaces_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("quotes.id"), info={"kind": "reference"}
    )
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
    valid_until: Mapped[Day | None]
    payment_days: Mapped[Whole | None]
    deposit: Mapped[Percent | None]
    intro: Mapped[LongText | None]
    closing: Mapped[LongText | None]
    net: Mapped[Money | None]
    tax: Mapped[Money | None]
    total: Mapped[Money | None]
    discount: Mapped[Percent | None]
    cost: Mapped[Money | None]
    margin: Mapped[Money | None]
    exceptions: Mapped[Whole] = mapped_column(default=0, server_default="0")
    terms: Mapped[Document] = mapped_column(default=dict, server_default="{}")
    sent_at: Mapped[Moment | None]
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[Name | None]
    decided_from: Mapped[Short | None]
    decline_reason: Mapped[LongText | None]
    link_digest: Mapped[Digest | None]

    @property
    def is_draft(self) -> bool:
        """True while it may still be changed."""
        return self.status == "draft"

    @property
    def is_open(self) -> bool:
        """True while the customer may still say yes or no."""
        return self.status == "sent"


class QuoteLine(HasLine, Base):
    """One line of a quote."""

    __tablename__ = "quote_lines"
    __table_args__ = (
        Index("uq_quote_lines_position", "quote_id", "position", unique=True),
        Index("ix_quote_lines_product", "product_id", "quote_id"),
    )

    quote_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("quotes.id", ondelete="CASCADE"))
    # The line keeps its words when its product is removed for good.
    product_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("products.id", ondelete="SET NULL"), info={"kind": "reference"}
    )
