"""Quote: what was offered to a customer, with its lines; one that was sent is never changed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import (
    Base,
    Day,
    Digest,
    LongText,
    Moment,
    Name,
    Short,
    Whole,
)
from app.records.model import LIVE, record_indexes
from app.sales.lines.model import HasLine, Paper

REPLACING = text("replaces_id IS NOT NULL")


class Quote(Paper):
    """An offer; a new version names the quote that it replaces, an accepted one its order."""

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
        # Versions are told apart in the trash as well.
        Index("ix_quotes_replaces", "replaces_id", postgresql_where=REPLACING),
        Index("ix_quotes_book", "price_book_id", "id", postgresql_where=LIVE),
        Index("ix_quotes_order", "order_id"),
        Index("ix_quotes_valid_until", "status", "valid_until", "id", postgresql_where=LIVE),
        Index("uq_quotes_link", "link_digest", unique=True),
    )

    revision: Mapped[Whole] = mapped_column(default=1)
    replaces_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("quotes.id"), info={"kind": "reference"}
    )
    order_id: Mapped[UUID | None] = mapped_column(
        Uuid,
        ForeignKey("orders.id", ondelete="SET NULL", use_alter=True),
        info={"kind": "reference"},
    )
    valid_until: Mapped[Day | None]
    intro: Mapped[LongText | None]
    closing: Mapped[LongText | None]
    sent_at: Mapped[Moment | None]
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[Name | None]
    decided_from: Mapped[Short | None]
    decline_reason: Mapped[LongText | None]
    link_digest: Mapped[Digest | None]

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
