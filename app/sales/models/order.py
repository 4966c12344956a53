"""Order: what a customer bought, with its lines; a return is an order of negative quantities."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Choice, Country, Day, LongText, Moment
from app.records.model import LIVE, record_indexes
from app.sales.lines.model import HasLine, Paper

SALE, RETURN = "sale", "return"
NUMBERED = text("deleted_at IS NULL AND number IS NOT NULL")
CREDITING = text("returns_id IS NOT NULL")
COUNTING = text("status = 'completed' AND deleted_at IS NULL")


class Order(Paper):
    """What was bought, or given back: a return names the order that it credits.

    One that a file brings from elsewhere may lack that, as it is over (`docs/decisions`).
    It was bought at `ordered_at`, which may lie ahead. What became of it is kept with its moment.
    A quote that was accepted becomes one order of the kind sale, and no second.
    """

    __tablename__ = "orders"
    __table_args__ = (
        *record_indexes(
            "orders",
            "name_sort",
            "number_sort",
            "ordered_at",
            moments=("delivered_at", "completed_at"),
            walked=("status", "kind", "country"),
        ),
        Index("ix_orders_account", "account_id", "ordered_at", "id", postgresql_where=LIVE),
        Index("ix_orders_contact", "contact_id", "id", postgresql_where=LIVE),
        Index("ix_orders_opportunity", "opportunity_id", "id", postgresql_where=LIVE),
        Index("ix_orders_returns", "returns_id", "id", postgresql_where=CREDITING),
        Index("ix_orders_book", "price_book_id", "id", postgresql_where=LIVE),
        Index("ix_orders_deliver_on", "status", "deliver_on", "id", postgresql_where=LIVE),
        # What customers bought, one after the other: what analyses walk.
        Index("ix_orders_bought", "account_id", "ordered_at", "id", postgresql_where=COUNTING),
        # Two numbers that differ in their case alone are one.
        Index("uq_orders_number", text("lower(number)"), unique=True, postgresql_where=NUMBERED),
        Index("uq_orders_quote", "quote_id", unique=True),
        CheckConstraint(
            "CASE kind WHEN 'return' THEN returns_id IS NOT NULL OR status = 'completed'"
            " ELSE returns_id IS NULL END",
            name="returns",
        ),
    )

    kind: Mapped[Choice] = mapped_column(default=SALE)
    quote_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("quotes.id", ondelete="SET NULL"), info={"kind": "reference"}
    )
    returns_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("orders.id"), info={"kind": "reference"}
    )
    country: Mapped[Country | None]
    ordered_at: Mapped[Moment]
    deliver_on: Mapped[Day | None]
    confirmed_at: Mapped[Moment | None]
    delivered_at: Mapped[Moment | None]
    completed_at: Mapped[Moment | None]
    cancelled_at: Mapped[Moment | None]
    cancel_reason: Mapped[LongText | None]

    @property
    def is_return(self) -> bool:
        """True where goods or money go back."""
        return self.kind == RETURN

    @property
    def came_at(self) -> datetime | None:
        """When it had come to the customer at the latest: one is completed that nobody noted."""
        return self.delivered_at or self.completed_at


class OrderLine(HasLine, Base):
    """One line of an order."""

    __tablename__ = "order_lines"
    __table_args__ = (
        Index("uq_order_lines_position", "order_id", "position", unique=True),
        Index("ix_order_lines_product", "product_id", "order_id"),
    )

    order_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("orders.id", ondelete="CASCADE"), info={"kind": "reference"}
    )
    # The line keeps its words when its product is removed for good.
    product_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("products.id", ondelete="SET NULL"), info={"kind": "reference"}
    )
