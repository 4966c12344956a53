"""The papers of quotes, orders and invoices, in the customer's language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast
from uuid import UUID

from sqlalchemy import select

from app.documents.papers.language import customer_language
from app.documents.papers.layouts import Content, Given, Layout
from app.documents.papers.letterhead import firm_name
from app.documents.papers.make import Wish, make_document
from app.documents.papers.models import Document
from app.documents.texts.variables import person
from app.kernel.actor import Actor
from app.kernel.language import _, gettext, ngettext
from app.records.files.models import File
from app.records.files.tells import Uses
from app.records.model import Record
from app.records.tailored import tailored
from app.records.types import RecordType
from app.sales.addressee import addressee
from app.sales.contract_paper import contract_paper
from app.sales.invoice_paper import invoice_paper
from app.sales.lines.arithmetic import reckon
from app.sales.lines.model import Paper
from app.sales.lines.papers import standing_lines
from app.sales.models import Order, Quote
from app.sales.operations.quote_states import LAYOUT
from app.sales.pages.lines import percent_text, shown_lines, shown_sums
from app.web.formats import formats

FOLDER = Path(__file__).parent / "layouts"
TOLD = ("name", "total", "net", "tax", "payment_days", "deposit")


def quote_paper(record_type: RecordType, record: Record, _given: Given, by: Actor) -> Content:
    """What a customer is offered; never what it costs ourselves."""
    quote = cast("Quote", record)
    heading = gettext("Quote %(number)s", number=quote.number) if quote.number else gettext("Quote")
    facts: list[tuple[str, str]] = []
    if quote.valid_until is not None:
        facts.append((gettext("Valid until"), formats(by).day(quote.valid_until, date.min)))
    found = _paper(record_type, quote, heading, facts, by)
    found.uses.note(record_type.key, "valid_until", "intro", "closing")
    texts = {"intro": quote.intro or "", "closing": quote.closing or ""}
    return replace(found, content={**found.content, **texts})


def order_paper(record_type: RecordType, record: Record, _given: Given, by: Actor) -> Content:
    """What a customer ordered, or gave back; never what it costs ourselves."""
    order = cast("Order", record)
    title = gettext("Credit note") if order.is_return else gettext("Order confirmation")
    heading = f"{title} {order.number}" if order.number else title
    day = order.ordered_at.astimezone(by.zone).date()
    facts = [(gettext("Ordered on"), formats(by).day(day, date.min))]
    if order.deliver_on is not None:
        facts.append((gettext("Delivery expected"), formats(by).day(order.deliver_on, date.min)))
    found = _paper(record_type, order, heading, facts, by)
    found.uses.note(record_type.key, "ordered_at", "deliver_on")
    return found


def _paper(
    record_type: RecordType, paper: Paper, heading: str, facts: list[tuple[str, str]], by: Actor
) -> Content:
    """All that stands on every paper: to whom, its lines, what they come to, who signs."""
    uses = Uses()
    uses.note(record_type.key, *TOLD)
    lines = standing_lines(paper, by)
    totals = reckon([one.figures for one in lines], paper.currency)
    shown = shown_lines(lines, totals, paper.currency, by)
    sums = shown_sums(totals, paper.currency, by, paper.deposit)
    has_discount = any(one.discount for one in shown)
    has_tax = any(one.tax for one in shown)
    columns = [
        {"label": "#", "number": True, "wide": False},
        {"label": gettext("Product or service"), "number": False, "wide": True},
        {"label": gettext("Quantity"), "number": True, "wide": False},
        {"label": gettext("Unit price"), "number": True, "wide": False},
        *([{"label": gettext("Discount"), "number": True, "wide": False}] if has_discount else []),
        *([{"label": gettext("Tax rate"), "number": True, "wide": False}] if has_tax else []),
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
    sender = person(by, paper.owner_id)
    firm = firm_name(by)
    content = {
        "to": addressee(paper, by),
        "heading": gettext("%(title)s (draft)", title=heading) if paper.is_draft else heading,
        "intro": "",
        "facts": _facts(paper, facts, sums.deposit, by),
        "columns": columns,
        "rows": rows,
        "sums": pairs,
        "total": {"label": gettext("Total"), "value": sums.total},
        "closing": "",
        "signed": str(sender or firm),
        "under": firm if sender is not None else "",
    }
    title = " · ".join(part for part in (heading, paper.name) if part)
    return Content(title, content, uses, number=paper.number or "")


def _facts(
    paper: Paper, before: list[tuple[str, str]], deposit: str, by: Actor
) -> list[dict[str, str]]:
    """Its days, and how it is paid."""
    found = list(before)
    if paper.payment_days is not None:
        days = ngettext("%(n)s day", "%(n)s days", paper.payment_days)
        found.append((gettext("Payment term"), days))
    if paper.deposit:
        share = percent_text(paper.deposit or Decimal(0), by)
        found.append((gettext("Deposit"), f"{deposit} ({share})"))
    found.append((gettext("Currency"), paper.currency))
    return [{"label": label, "value": value} for label, value in found]


def paper_kept(quote: Quote, by: Actor) -> Document | None:
    """The newest paper that was made of a quote since it was sent, or None."""
    if quote.sent_at is None:
        return None
    statement = select(Document).where(
        Document.record_type == "quote",
        Document.record_id == quote.id,
        Document.layout == LAYOUT,
        Document.number == quote.number,
        # A workspace without numbers has papers of the draft as well.
        Document.made_at >= quote.sent_at.replace(microsecond=0),
    )
    return by.session.scalars(
        statement.order_by(Document.made_at.desc(), Document.id.desc()).limit(1)
    ).one_or_none()


def paper_to_send(quote: Quote, by: Actor) -> UUID:
    """The file of a quote's paper in the customer's language, made where there is none yet.

    Refused, OverLimit and NoSpace as for any document.
    """
    kind = tailored("quote", by)
    language = customer_language(kind, quote, by)
    kept = paper_kept(quote, by)
    file = by.session.get(File, kept.file_id) if kept is not None and kept.file_id else None
    is_there = file is not None and file.deleted_at is None
    if kept is not None and file is not None and is_there and kept.language == language:
        return file.id
    return cast("UUID", make_document(kind, quote, Wish(LAYOUT, language), by).file_id)


LAYOUTS = (
    Layout(
        LAYOUT,
        2,
        _("Quote"),
        ("quote",),
        quote_paper,
        FOLDER,
        number="Q-{year}-{number:04}",
        plural=_("Quotes"),
        by_record=True,
    ),
    Layout(
        "order",
        2,
        _("Order confirmation"),
        ("order",),
        order_paper,
        FOLDER,
        number="O-{year}-{number:04}",
        plural=_("Orders"),
        by_record=True,
        written_as="quote",
    ),
    Layout(
        "contract",
        2,
        _("Contract"),
        ("contract",),
        contract_paper,
        FOLDER,
        number="CT-{year}-{number:04}",
        plural=_("Contracts"),
        by_record=True,
        written_as="quote",
    ),
    Layout(
        "invoice",
        2,
        _("Invoice"),
        ("invoice",),
        invoice_paper,
        FOLDER,
        number="INV-{year}-{number:04}",
        plural=_("Invoices"),
        by_record=True,
        written_as="quote",
    ),
)
