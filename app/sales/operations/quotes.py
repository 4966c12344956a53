"""Quotes: what is derived of them, what stays fixed once they were sent, and their lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, inspect, select

from app.crm.models import Account
from app.documents.papers.language import customer_language
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _, gettext, using
from app.kernel.rows import put_derived
from app.kernel.searchkeys import grams, number_key, search_text, sort_key
from app.records.registry import registry
from app.sales.lines.arithmetic import Totals, percent_off, reckon, to_cents
from app.sales.lines.fill import Against, Buyer, fill
from app.sales.lines.keep import lines_of, put_lines
from app.sales.lines.written import Line, Read, read_lines
from app.sales.models import Quote, QuoteLine
from app.sales.operations.quote_origin import take_from_opportunities
from app.sales.terms.kept import judge
from app.sales.terms.rules import Ruled

LARGEST = Decimal(10) ** 13
MOST_DAYS = 730
# What a customer was told: none of it changes once a quote was sent.
FIXED = (
    "name",
    "number",
    "status",
    "account_id",
    "contact_id",
    "price_book_id",
    "currency",
    "rate",
    "rate_on",
    "valid_until",
    "payment_days",
    "deposit",
    "intro",
    "closing",
    "net",
    "total",
)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The lines of a quote, all found out, with what they come to and what stands against them."""

    lines: list[Line]
    totals: Totals
    off: Decimal
    errors: Mapping[str, Text | str]


def prepare_quote(quote: Quote, by: Actor) -> None:
    """Name a quote, fill its keys and sums; Refused for a change of what was sent already."""
    is_new = inspect(quote).transient
    if not is_new and not quote.is_decided:
        _refuse_fixed(quote)
    _check(quote)
    if is_new:
        take_from_opportunities([quote], by)
    account = _account(quote, by)
    if is_new:
        _begin(quote, account, by)
    elif quote.is_draft and inspect(quote).attrs.currency.history.has_changes():
        _refuse_other_currency(quote, by)
    if not quote.name:
        with using(by.tenant.language):
            quote.name = account.name if account is not None else gettext("Quote")
    known = (quote.name, quote.number, account.name if account is not None else None)
    derived = {
        "name_sort": sort_key(quote.name),
        "number_sort": number_key(quote.number),
        "search_text": search_text(known),
        "search_grams": grams(known),
    }
    put_derived(quote, derived)


def quote_changed(quote: Quote, verb: str, by: Actor) -> None:
    """Write the lines that a new quote was handed, once it stands."""
    if verb == "create" and isinstance(quote.lines, Reckoned):
        found = quote.lines
        put_lines(QuoteLine, QuoteLine.quote_id, quote.id, found.lines, found.totals, by)


def set_lines(quote: Quote, by: Actor, lines: Any) -> None:
    """Give a draft these lines and no others; Refused with a message for each field of each."""
    found = reckoned(quote, read_lines(lines, quote.currency, by.tenant.currency), by)
    if found.errors:
        raise Refused(_("Please check the marked fields."), errors=dict(found.errors))
    put_lines(QuoteLine, QuoteLine.quote_id, quote.id, found.lines, found.totals, by)
    _put_sums(quote, found, by)


def reckoned(quote: Quote, read: Read, by: Actor) -> Reckoned:
    """What lines come to on this quote, with prices and taxes found where none was said."""
    lines, against = fill(read.lines, buyer_of(quote, by), by)
    totals = reckon([one.figures for one in lines], quote.currency)
    errors = {**read.errors, **_placed(read, against)}
    sums = (totals.gross, totals.net, totals.tax, totals.total, totals.cost or Decimal(0))
    if max(map(abs, sums)) * max(quote.rate or Decimal(1), Decimal(1)) >= LARGEST:
        errors["lines"] = _("This comes to more than a quote can hold.")
    return Reckoned(lines, totals, _off(lines, totals, quote.currency), errors)


def standing_lines(quote: Quote, by: Actor) -> list[Line]:
    """The lines of a quote as they stand."""
    return lines_of(QuoteLine, QuoteLine.quote_id, quote.id, by)


def buyer_of(quote: Quote, by: Actor) -> Buyer:
    """For whom a quote is: what decides its prices and the words of its lines."""
    account = _account(quote, by)
    return Buyer(
        quote.currency,
        by.today(),
        customer_language(registry().type("quote"), quote, by),
        quote.rate,
        account.customer_kind if account is not None else None,
        quote.price_book_id,
        (account.discount if account is not None else None) or Decimal(0),
    )


def ruled(quote: Quote, off: Decimal, by: Actor) -> Ruled | None:
    """What the customer's terms say of a quote with so much off; None where they are off."""
    days, deposit = quote.payment_days or 0, quote.deposit or Decimal(0)
    return judge(_account(quote, by), off, days, deposit, by)


def has_lines(quote: Quote, by: Actor) -> bool:
    """True where anything stands on it."""
    counted = select(func.count()).where(QuoteLine.quote_id == quote.id)
    return bool(by.session.scalar(counted))


def _begin(quote: Quote, account: Account | None, by: Actor) -> None:
    """What a new quote takes from its customer, and the sums of the lines it was handed."""
    if quote.payment_days is None and account is not None:
        quote.payment_days = account.payment_days
    if isinstance(quote.lines, Reckoned):
        return
    if not quote.lines:
        quote.net = quote.tax = quote.total = quote.discount = Decimal(0)
        return
    read = read_lines(quote.lines, quote.currency, by.tenant.currency)
    found = reckoned(quote, read, by)
    if found.errors:
        raise Refused(_("Please check the marked fields."), errors=dict(found.errors))
    quote.lines = found
    _put_sums(quote, found, by)


def _put_sums(quote: Quote, found: Reckoned, _by: Actor) -> None:
    totals = found.totals
    quote.net, quote.tax, quote.total = totals.net, totals.tax, totals.total
    quote.cost, quote.margin = totals.cost, totals.margin
    quote.discount = found.off


def _off(lines: list[Line], totals: Totals, currency: str) -> Decimal:
    """How much less than their prices the lines come to in all, in percent.

    The price of a line is the one that was found for it; where somebody typed another, that is part
    of the discount. Text has no other price than what was typed.
    """
    before = sum(
        (
            to_cents(
                one.quantity * max(one.list_price or Decimal(0), one.figures.unit_price), currency
            )
            for one in lines
        ),
        Decimal(0),
    )
    return percent_off(before, totals.net)


def _placed(read: Read, against: Against) -> dict[str, Text | str]:
    return {f"lines.{read.places[place]}.{key}": text for (place, key), text in against.items()}


def gather_accounts(quotes: Sequence[Quote], by: Actor) -> None:
    """Find for whom many quotes are in few statements, before they are named after them."""
    take_from_opportunities([one for one in quotes if inspect(one).transient], by)
    ids = {one.account_id for one in quotes if one.account_id is not None}
    with by.session.no_autoflush:
        rows = by.session.scalars(select(Account).where(Account.id.in_(ids))) if ids else ()
        found = {one.id: one for one in rows}
    for one in quotes:
        one.of_account = found.get(one.account_id) if one.account_id else None


def _account(quote: Quote, by: Actor) -> Account | None:
    known: Account | None = quote.of_account
    if known is not None and known.id == quote.account_id:
        return known
    with by.session.no_autoflush:
        return by.session.get(Account, quote.account_id) if quote.account_id else None


def _check(quote: Quote) -> None:
    errors: dict[str, Text | str] = {}
    if not 0 <= (quote.payment_days or 0) <= MOST_DAYS:
        told = _("This must be a number from 0 to %(most)s.", most=MOST_DAYS)
        errors["payment_days"] = told
    if not 0 <= (quote.deposit or 0) <= 100:
        errors["deposit"] = _("Enter a rate from 0 to 100 percent.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def _refuse_fixed(quote: Quote) -> None:
    """Refused where a field changes that the customer was told."""
    state = inspect(quote).attrs
    status = state.status.history
    was = (status.deleted or [quote.status])[0]
    if was == "draft" and not status.has_changes():
        return
    changed = [key for key in FIXED if getattr(state, key).history.has_changes()]
    if changed:
        told = _("This quote was sent and stays as it is. Make a new version of it.")
        raise Refused(told, errors=dict.fromkeys(changed, told))


def _refuse_other_currency(quote: Quote, by: Actor) -> None:
    with by.session.no_autoflush:
        if has_lines(quote, by):
            told = _("The prices of its lines are in another currency. Remove the lines first.")
            raise Refused(told, field="currency")
