"""What stands on a quote's page: its lines, the link for the customer, and what that one said."""

from __future__ import annotations

from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.mail.messages.write import may_write
from app.records.access import can_read, may_do, sees
from app.records.files.operations import may_add
from app.records.registry import registry
from app.sales.models import Quote
from app.sales.operations.quote_links import SHARE
from app.sales.pages.lines import lines_panel
from app.web.formats import formats


def quote_panel(quote: Quote, by: Actor) -> dict[str, Any]:
    """The lines of a quote, its link, what the customer said, and the order that it became."""
    kind, orders = registry().type("quote"), registry().type("order")
    order = quote.order_id if sees(kind, "order_id", by) else None
    may_share = may_do(kind, quote, "update", by) and by.may(*SHARE)
    is_read = order is not None and by.may("order", "read") and can_read(orders, order, by)
    return {
        **lines_panel(quote, by),
        "may_link": quote.is_open and may_share,
        "has_link": quote.link_digest is not None,
        "may_end_link": quote.link_digest is not None and may_share,
        "may_mail": quote.is_open and may_write(by) and may_add(kind, quote, by),
        "order_url": f"/orders/{order}" if is_read else "",
        "notes": _answered(quote, by),
    }


def _answered(quote: Quote, by: Actor) -> list[Text]:
    """What the customer said, who it was and when, as far as `by` may see it."""
    kind = registry().type("quote")
    if quote.decided_at is None or not sees(kind, "decided_at", by):
        return []
    who = (quote.decided_by or "") if sees(kind, "decided_by", by) else ""
    when = formats(by).exact(quote.decided_at)
    notes: list[Text] = []
    if quote.status == "accepted":
        told = _("Accepted by %(name)s on %(when)s.", name=who, when=when)
        notes.append(told if who else _("Accepted on %(when)s.", when=when))
    elif quote.status == "declined":
        told = _("Declined by %(name)s on %(when)s.", name=who, when=when)
        notes.append(told if who else _("Declined on %(when)s.", when=when))
        if quote.decline_reason and sees(kind, "decline_reason", by):
            notes.append(_("Reason: %(reason)s", reason=quote.decline_reason))
    return notes
