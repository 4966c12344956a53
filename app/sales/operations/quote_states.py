"""What becomes of a quote: sent, answered, withdrawn, expired, followed by a new version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.documents.papers.layouts import layout_called
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.door import perform
from app.records.numbers.give import chosen, take_numbers
from app.records.references import existing
from app.records.values.texts import clean_text
from app.records.values.unfit import Unfit
from app.sales.lines.fill import products_of
from app.sales.lines.written import Line, with_facts
from app.sales.models import Quote
from app.sales.operations.quotes import has_lines, ruled, standing_lines
from app.sales.terms.rules import STOP

LAYOUT = "quote"
USUAL_DAYS = 30
LONGEST_NAME, LONGEST_REASON, LONGEST_ADDRESS = 200, 2_000, 80
COPIED = (
    "name",
    "account_id",
    "contact_id",
    "opportunity_id",
    "price_book_id",
    "currency",
    "payment_days",
    "deposit",
    "intro",
    "closing",
)
REFERRED = {
    "account_id": "account",
    "contact_id": "contact",
    "opportunity_id": "opportunity",
    "price_book_id": "price_book",
}


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
    if not has_lines(quote, by):
        errors["lines"] = _("There is nothing on this quote yet.")
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    found = ruled(quote, quote.discount or Decimal(0), by)
    if found is not None:
        if STOP in found.beyond:
            raise Refused(
                _(
                    "The terms for this customer say that nothing is contracted. Whoever manages"
                    " the terms can change that, or the customer's payment record."
                )
            )
        quote.exceptions, quote.terms = len(found.beyond), found.kept()
    _decide(quote, "sent")
    quote.number = _number(by)
    quote.sent_at = by.now


def accept(quote: Quote, by: Actor, name: object = "", address: object = "") -> None:
    """Note that the customer said yes, who it was, and from where where that is known."""
    _open(quote, by)
    _decide(quote, "accepted")
    quote.decided_at = by.now
    quote.decided_by = _text(name, "name", LONGEST_NAME) or by.name or None
    quote.decided_from = _text(address, "address", LONGEST_ADDRESS) or None


def decline(
    quote: Quote, by: Actor, reason: object, name: object = "", address: object = ""
) -> None:
    """Note that the customer said no, and why."""
    words = _text(reason, "reason", LONGEST_REASON)
    if not words:
        raise Refused(_("Say why."), field="reason")
    _decide(quote, "declined")
    quote.decided_at, quote.decline_reason = by.now, words
    quote.decided_by = _text(name, "name", LONGEST_NAME) or by.name or None
    quote.decided_from = _text(address, "address", LONGEST_ADDRESS) or None


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
    given: dict[str, Any] = {key: getattr(quote, key) for key in COPIED}
    for key, to in REFERRED.items():
        there = given[key] is not None and existing(to, [given[key]], by)
        given[key] = str(given[key]) if there else None
    given["deposit"] = str(quote.deposit) if quote.deposit is not None else None
    standing = standing_lines(quote, by)
    products = products_of(standing, by)
    lines = [
        as_sent(one if one.product_id in products else with_facts(one, product_id=None))
        for one in standing
    ]
    until = (by.today() + timedelta(days=USUAL_DAYS)).isoformat()
    made = perform("quote", "create", by=by, **given, valid_until=until, lines=lines)
    made.replaces_id, made.revision = quote.id, quote.revision + 1  # type: ignore[attr-defined]
    return {"new_version": [None, str(made.id)]}


def as_sent(line: Line) -> dict[str, Any]:
    """A line as a program sends it."""
    return {
        "product_id": str(line.product_id) if line.product_id else None,
        "name": line.name,
        "quantity": format(line.quantity, "f"),
        "unit": line.unit,
        "unit_price": format(line.figures.unit_price, "f"),
        "discount": None if line.discount_amount else format(line.figures.discount, "f"),
        "discount_amount": format(line.discount_amount.normalize(), "f"),
        "tax_rate": format(line.figures.tax_rate, "f"),
    }


def withdraw_older(quote: Quote, by: Actor) -> None:
    """Where a new version was sent, the one that it replaces can't be accepted any more."""
    if quote.replaces_id is None:
        return
    held = select(Quote).where(Quote.id == quote.replaces_id, Quote.status == "sent")
    older = by.session.scalars(held.with_for_update()).one_or_none()
    if older is not None:
        perform("quote", "withdraw", older, by=by)


def _decide(quote: Quote, status: str) -> None:
    quote.status, quote.is_decided = status, True


def _open(quote: Quote, by: Actor) -> None:
    if quote.valid_until is not None and quote.valid_until < by.today():
        raise Refused(_("This quote is no longer valid. Make a new version of it."))


def _number(by: Actor) -> str | None:
    series = layout_called(LAYOUT).series
    how = chosen(series, by) if series is not None else None
    if series is None or how is None or not how.is_on:
        return None
    return take_numbers(series, 1, by)[0]


def _text(raw: object, key: str, most: int) -> str:
    try:
        words = clean_text(raw or "").strip()
    except Unfit as unfit:
        raise Refused(unfit.message, field=key) from None
    if len(words) > most:
        raise Refused(_("At most %(most)s characters.", most=most), field=key)
    return words
