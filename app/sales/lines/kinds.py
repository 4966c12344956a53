"""The papers that have lines: what each is called, where its lines are, what stays fixed of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.kernel.language import Text, _
from app.sales.lines.model import Paper
from app.sales.models import Order, OrderLine, Quote, QuoteLine

# What a customer was told, of every paper.
TOLD = (
    "name",
    "number",
    "status",
    "account_id",
    "contact_id",
    "price_book_id",
    "currency",
    "rate",
    "rate_on",
    "payment_days",
    "deposit",
    "net",
    "total",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper: its record type, the table of its lines, what none changes once it left us.

    `stays` says so, `nothing` is told where nothing stands on it, `too_much` where its sums have no
    room; `head` are the conditions that are edited beside the lines.
    """

    key: str
    collection: str
    line: Any
    reference: Any
    fixed: tuple[str, ...]
    stays: Text
    nothing: Text
    too_much: Text
    head: tuple[str, ...]


KINDS = {
    Quote: Kind(
        "quote",
        "quotes",
        QuoteLine,
        QuoteLine.quote_id,
        (*TOLD, "valid_until", "intro", "closing"),
        _("This quote was sent and stays as it is. Make a new version of it."),
        _("There is nothing on this quote yet."),
        _("This comes to more than a quote can hold."),
        ("valid_until", "payment_days", "deposit"),
    ),
    Order: Kind(
        "order",
        "orders",
        OrderLine,
        OrderLine.order_id,
        (*TOLD, "ordered_at", "kind", "quote_id", "returns_id"),
        _("This order was confirmed and stays as it is. Reopen it to change it."),
        _("There is nothing on this order yet."),
        _("This comes to more than an order can hold."),
        ("deliver_on", "payment_days", "deposit"),
    ),
}


def kind_of(paper: Paper) -> Kind:
    """What kind of paper it is."""
    return KINDS[type(paper)]


def table_of(paper: Paper) -> tuple[Any, Any]:
    """The table of its lines, and the column in which a line names its paper."""
    kind = kind_of(paper)
    return kind.line, kind.reference
