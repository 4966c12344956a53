"""Orders: what is derived of them, and what becomes of them until they are completed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.sales.lines.numbers import free_number
from app.sales.lines.papers import keep_terms, prepare_paper
from app.sales.lines.papers import set_lines as set_paper_lines
from app.sales.lines.ready import against_lines, demand_ready
from app.sales.lines.written import written_text
from app.sales.models import Order, Quote
from app.sales.operations.invoiced import refuse_invoiced
from app.sales.operations.past_orders import find_country, settle_past
from app.sales.operations.returns import check_return, refuse_returned

LAYOUT = "order"
LONGEST_REASON = 2_000
OF_THE_ORDER = ("account_id", "currency")  # What a return has of the order that it credits.


def prepare_order(order: Order, by: Actor) -> None:
    """Fill what is derived of an order; Refused for a change of what was confirmed already."""
    if order.is_return and not inspect(order).transient:
        state = inspect(order).attrs
        changed = [key for key in OF_THE_ORDER if getattr(state, key).history.has_changes()]
        if changed:
            told = _("A return has this of the order that it credits.")
            raise Refused(told, errors=dict.fromkeys(changed, told))
    if getattr(order, "ordered_at", None) is None:  # Nothing was said of it.
        order.ordered_at = by.now
    is_new = inspect(order).transient
    prepare_paper(order, by)
    if is_new:
        find_country(order)
    if is_new and order.past:
        settle_past(order, by)


def set_lines(order: Order, by: Actor, lines: Any, **head: Any) -> None:
    """Give a draft these lines and no others; see `papers.set_lines`."""
    set_paper_lines(order, by, lines, **head)
    if order.is_return:
        check_return(order, by, with_drafts=False)


def confirm(order: Order, by: Actor) -> None:
    """Fix an order as it stands and give it its number, unless it brought one.

    Refused for what nobody could deliver, and where the customer's terms say stop. What goes
    beyond the terms, or beyond the authority of `by`, waits for approval: the gate says so. What
    was agreed with an accepted quote was approved with it.
    """
    errors: dict[str, Text | str] = {}
    if order.account_id is None:
        errors["account_id"] = _("Say for whom this order is.")
    demand_ready(order, errors | against_lines(order, by), by)
    if order.is_return:
        check_return(order, by, with_drafts=False)
    else:
        keep_terms(order, by)
        if order.exceptions and _is_as_quoted(order, by):
            order.exceptions = 0
    _decide(order, "confirmed")
    order.number = order.number or free_number(LAYOUT, Order, by)
    order.confirmed_at = by.now


def deliver(order: Order, by: Actor) -> None:
    """Note that it was delivered; of a return, that it came back."""
    _decide(order, "delivered")
    order.delivered_at = by.now


def complete(order: Order, by: Actor) -> None:
    """Note that nothing is left to do; from now on it counts as a purchase, or as a refund."""
    _decide(order, "completed")
    order.completed_at = by.now


def cancel(order: Order, by: Actor, reason: object) -> None:
    """Note that nothing comes of it, and why; Refused where returns or invoices stand."""
    words = written_text(reason, "reason", LONGEST_REASON)
    if not words:
        raise Refused(_("Say why."), field="reason")
    refuse_returned(order, by)
    refuse_invoiced(order, by)
    _decide(order, "cancelled")
    order.cancelled_at, order.cancel_reason = by.now, words


def reopen(order: Order, by: Actor) -> None:
    """Make a draft of one that was confirmed, with its number; one that was cancelled goes on.

    It is again what it was when it was cancelled, with the moments of that. Refused where something
    was given back of it or invoices stand, and for a return of what others gave back meanwhile.
    """
    refuse_returned(order, by)
    refuse_invoiced(order, by)
    _decide(order, _before(order) if order.status == "cancelled" else "draft")
    order.cancelled_at = order.cancel_reason = None
    if order.is_draft:
        order.confirmed_at = order.delivered_at = None
    elif order.is_return:
        check_return(order, by, with_drafts=False)


def refuse_deleting(order: Order, by: Actor) -> None:
    """Refused for what was delivered, for a return that counts, and where a return stands.

    An import that is taken back takes its orders along, to which nothing refers.
    """
    if by.restores:
        return
    if order.status in ("delivered", "completed"):
        raise Refused(_("An order that was delivered stays. What comes back is a return."))
    if order.is_return and order.status == "confirmed":
        raise Refused(_("This return counts. Cancel it first."))
    refuse_returned(order, by)
    refuse_invoiced(order, by)


def _before(order: Order) -> str:
    """What an order was until it was cancelled, by the moments that are kept."""
    if order.delivered_at is not None:
        return "delivered"
    return "draft" if order.confirmed_at is None else "confirmed"


def _is_as_quoted(order: Order, by: Actor) -> bool:
    """True where nothing goes further than what the customer accepted, and we approved, before."""
    quote = by.session.get(Quote, order.quote_id) if order.quote_id is not None else None
    return (
        quote is not None
        and quote.status == "accepted"
        and (order.account_id, order.total) == (quote.account_id, quote.total)
        and (order.discount or 0) <= (quote.discount or 0)
        and (order.payment_days or 0) <= (quote.payment_days or 0)
        and (order.deposit or 0) >= (quote.deposit or 0)
    )


def _decide(order: Order, status: str) -> None:
    order.status, order.is_decided = status, True
