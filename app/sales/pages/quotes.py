"""What stands on a quote's page: its lines, and the link for the customer."""

from __future__ import annotations

from typing import Any

from app.kernel.actor import Actor
from app.records.access import can_read, may_do, sees
from app.records.registry import registry
from app.sales.models import Quote
from app.sales.operations.quote_links import SHARE
from app.sales.pages.lines import lines_panel


def quote_panel(quote: Quote, by: Actor) -> dict[str, Any]:
    """The lines of a quote, what may be done about its link, and the order that it became."""
    kind, orders = registry().type("quote"), registry().type("order")
    order = quote.order_id if sees(kind, "order_id", by) else None
    is_read = order is not None and by.may("order", "read") and can_read(orders, order, by)
    return {
        **lines_panel(quote, by),
        "may_link": quote.is_open and may_do(kind, quote, "update", by) and by.may(*SHARE),
        "has_link": quote.link_digest is not None,
        "order_url": f"/orders/{order}" if is_read else "",
    }
