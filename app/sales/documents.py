"""The paper of a quote, in the customer's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from app.crm.models import Account, Contact
from app.documents.papers.layouts import Content, Given, Layout
from app.documents.texts.variables import firm, person
from app.kernel.actor import Actor
from app.kernel.language import _, gettext, ngettext
from app.records.files.tells import Uses
from app.records.model import Record
from app.records.types import RecordType
from app.sales.lines.arithmetic import reckon
from app.sales.models import Quote
from app.sales.operations.quotes import standing_lines
from app.sales.pages.quotes import percent_text, shown_lines, shown_sums
from app.web.formats import formats

FOLDER = Path(__file__).parent / "layouts"
TOLD = ("name", "total", "net", "tax", "valid_until", "payment_days", "deposit", "intro", "closing")


def quote_paper(record_type: RecordType, record: Record, _given: Given, by: Actor) -> Content:
    """What a customer is offered; never what it costs ourselves."""
    quote = cast("Quote", record)
    uses = Uses()
    uses.note(record_type.key, *TOLD)
    lines = standing_lines(quote, by)
    totals = reckon([one.figures for one in lines], quote.currency)
    shown = shown_lines(lines, totals, quote.currency, by)
    sums = shown_sums(totals, quote.currency, by, quote.deposit)
    has_discount = any(one.discount for one in shown)
    has_tax = any(one.tax for one in shown)
    columns = [
        {"label": "#", "number": True, "wide": False},
        {"label": gettext("Product or service"), "number": False, "wide": True},
        {"label": gettext("Quantity"), "number": True, "wide": False},
        {"label": gettext("Unit price"), "number": True, "wide": False},
        *([{"label": gettext("Discount"), "number": True, "wide": False}] if has_discount else []),
        *([{"label": gettext("Tax"), "number": True, "wide": False}] if has_tax else []),
        {"label": gettext("Amount"), "number": True, "wide": False},
    ]
    rows = [
        [
            str(place),
            one.name,
            one.quantity,
            one.unit_price,
            *([one.discount] if has_discount else []),
            *([one.tax] if has_tax else []),
            one.net,
        ]
        for place, one in enumerate(shown, start=1)
    ]
    pairs = [{"label": gettext("Net"), "value": sums.net}]
    if sums.discount:
        pairs = [
            {"label": gettext("Before discounts"), "value": sums.gross},
            {"label": gettext("Discounts"), "value": sums.discount},
            *pairs,
        ]
    pairs += [{"label": label, "value": amount} for label, amount in sums.taxes]
    heading = gettext("Quote %(number)s", number=quote.number) if quote.number else gettext("Quote")
    sender = person(by, quote.owner_id)
    firm_name = str(firm(by))
    content = {
        "to": _addressee(quote, by),
        "heading": heading if quote.number else gettext("%(title)s (draft)", title=heading),
        "intro": quote.intro or "",
        "facts": _facts(quote, sums.deposit, by),
        "columns": columns,
        "rows": rows,
        "sums": pairs,
        "total": {"label": gettext("Total"), "value": sums.total},
        "closing": quote.closing or "",
        "signed": str(sender or firm_name),
        "under": firm_name if sender is not None else "",
    }
    title = " · ".join(part for part in (heading, quote.name) if part)
    return Content(title, content, uses, number=quote.number or "")


def _addressee(quote: Quote, by: Actor) -> list[str]:
    """Whom it goes to: the firm, the person, where they are."""
    account = by.session.get(Account, quote.account_id) if quote.account_id else None
    contact = by.session.get(Contact, quote.contact_id) if quote.contact_id else None
    found = [account.name] if account is not None else []
    if contact is not None:
        found.append(contact.name)
    if account is not None:
        place = (account.address, account.city, account.province)
        found += [part for part in place if part]
    return found


def _facts(quote: Quote, deposit: str, by: Actor) -> list[dict[str, str]]:
    """Until when it holds, and how it is paid."""
    found: list[tuple[str, str]] = []
    if quote.valid_until is not None:
        day = formats(by).day(quote.valid_until, date.min)
        found.append((gettext("Valid until"), day))
    if quote.payment_days is not None:
        days = ngettext("%(n)s day", "%(n)s days", quote.payment_days)
        found.append((gettext("Payment term"), days))
    if quote.deposit:
        share = percent_text(quote.deposit or Decimal(0), by)
        found.append((gettext("Deposit"), f"{deposit} ({share})"))
    found.append((gettext("Currency"), quote.currency))
    return [{"label": label, "value": value} for label, value in found]


LAYOUTS = (
    Layout(
        "quote",
        1,
        _("Quote"),
        ("quote",),
        quote_paper,
        FOLDER,
        number="Q-{year}-{number:04}",
        plural=_("Quotes"),
        by_record=True,
    ),
)
