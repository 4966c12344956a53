"""What becomes of a quote: sent, answered, withdrawn, expired, followed by a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Answer, Refused
from app.kernel.language import Text, _
from app.records.door import perform
from app.sales.lines.copied import copied, made_again
from app.sales.lines.numbers import paper_number
from app.sales.lines.papers import keep_terms
from app.sales.lines.ready import against_lines, demand_ready
from app.sales.lines.written import written_text
from app.sales.models import Quote
from app.sales.operations.quote_orders import order_quote

LAYOUT = "quote"
USUAL_DAYS = 30
LONGEST_NAME, LONGEST_REASON, LONGEST_ADDRESS = 200, 2_000, 80
OF_QUOTES = ("intro", "closing")  # What only quotes say, and a new version as well.


def send(quote: Quote, by: Actor) -> None:
    """Fix a quote as it stands and give it its number; from now on it is never changed.

    Refused for what the customer could not answer, and where the customer's terms say stop. What
    goes beyond the terms, or beyond the authority of `by`, waits for approval: the gate says so.
    """
    errors: dict[str, Text | str] = {}
    if quote.account_id is None:
        errors["account_id"] = _("Say for whom this quote is.")
    if quote.valid_until is None or quote.valid_until < by.today():
        errors["valid_until"] = _("Enter a day that lies ahead.")
    demand_ready(quote, errors | against_lines(quote, by), by)
    keep_terms(quote, by)
    _decide(quote, "sent")
    quote.number = paper_number(LAYOUT, by)
    quote.sent_at = by.now


def accept(quote: Quote, by: Actor, name: object = "", address: object = "") -> None:
    """Note that the customer said yes, who it was, and from where where that is known."""
    _open(quote, by)
    _decide(quote, "accepted")
    quote.decided_at = by.now
    quote.decided_by = written_text(name, "name", LONGEST_NAME) or by.name or None
    quote.decided_from = _address(address, by)


def accept_and_order(quote: Quote, by: Actor, name: object = "", address: object = "") -> None:
    """Note the customer's yes, and begin the order with what the quote said.

    Whoever notes it need not have the right to make orders: the order is what their yes means.
    Whatever holds the order up, be it an approval or the plan, holds up no answer of a customer: it
    is left to `order` on the quote.
    """
    accept(quote, by, name, address)
    by.session.flush()  # Of two who accept at once the second waits here, and is told.
    with suppress(Answer), by.session.begin_nested():
        order_quote(quote, service_actor(by.session, by.tenant, by.now, via=by.via))


def decline(
    quote: Quote, by: Actor, reason: object, name: object = "", address: object = ""
) -> None:
    """Note that the customer said no, and why."""
    words = written_text(reason, "reason", LONGEST_REASON)
    if not words:
        raise Refused(_("Say why."), field="reason")
    _decide(quote, "declined")
    quote.decided_at, quote.decline_reason = by.now, words
    quote.decided_by = written_text(name, "name", LONGEST_NAME) or by.name or None
    quote.decided_from = _address(address, by)


def withdraw(quote: Quote, by: Actor) -> None:
    """Take back what was offered: its link leads nowhere, nobody accepts it any more."""
    _decide(quote, "withdrawn")
    quote.decided_at, quote.link_digest = by.now, None


def expire(quote: Quote, by: Actor) -> None:
    """Note that its days are over; Refused while they are not."""
    if quote.valid_until is None or quote.valid_until >= by.today():
        raise Refused(_("This quote is still valid."))
    _decide(quote, "expired")


def revise(quote: Quote, by: Actor) -> Mapping[str, Any]:
    """Begin a new version as a draft; the one that was sent stays, until the new one is sent.

    What was deleted meanwhile is left out, and a line whose product was keeps its words.
    """
    given, lines = copied(quote, by)
    given |= {key: getattr(quote, key) for key in OF_QUOTES}
    until = (by.today() + timedelta(days=USUAL_DAYS)).isoformat()
    made = cast("Quote", made_again(quote, {**given, "valid_until": until}, lines, by))
    made.replaces_id, made.revision = quote.id, quote.revision + 1
    return {"new_version": [None, str(made.id)]}


def withdraw_older(quote: Quote, by: Actor) -> None:
    """Where a new version was sent, no other of the same quote can be accepted any more.

    Whoever may send a version need not have the right to withdraw those of others.
    """
    if quote.replaces_id is not None:
        for older in _others(quote, ("sent",), by):
            perform("quote", "withdraw", older, by=_withdrawing(by))


def withdraw_overtaken(quote: Quote, by: Actor) -> None:
    """Where one that was sent comes back from the bin, and another version was sent meanwhile."""
    if quote.is_open and _others(quote, ("sent", "accepted"), by):
        perform("quote", "withdraw", quote, by=_withdrawing(by))


def _withdrawing(by: Actor) -> Actor:
    return replace(by, rights=by.rights.widened([("quote", "withdraw")]))


def _others(quote: Quote, states: tuple[str, ...], by: Actor) -> Sequence[Quote]:
    """The other versions of a quote that stand so, held until this is committed."""
    held = (
        select(Quote)
        .where(Quote.id.in_(_versions(quote, by) - {quote.id}))
        .where(Quote.status.in_(states), Quote.deleted_at.is_(None))
        .order_by(Quote.id)
    )
    return by.session.scalars(held.with_for_update()).all()


def _versions(quote: Quote, by: Actor) -> set[UUID]:
    """The ids of all versions: of the first, and of what was begun from any of them."""
    first = quote
    while first.replaces_id is not None:
        first = by.session.get_one(Quote, first.replaces_id)
    found, level = {first.id}, {first.id}
    while level:
        begun = select(Quote.id).where(Quote.replaces_id.in_(level))
        level = set(by.session.scalars(begun)) - found
        found |= level
    return found


def _address(address: object, by: Actor) -> str | None:
    """The customer's own, known where they answered by the link; colleagues have another."""
    if by.user_id is not None:
        return None
    return written_text(address, "address", LONGEST_ADDRESS) or None


def _decide(quote: Quote, status: str) -> None:
    quote.status, quote.is_decided = status, True


def _open(quote: Quote, by: Actor) -> None:
    if quote.valid_until is not None and quote.valid_until < by.today():
        raise Refused(_("This quote is no longer valid. Make a new version of it."))
