"""What a quote is, for list, board, form, page, search, API and roles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from app.crm.operations.named_after import refresh_one
from app.crm.pages.composer import jotter
from app.documents.pages.papers import papers_panel
from app.kernel.actor import Actor
from app.kernel.language import _, plural
from app.records.fields import DAYS, Field, Option
from app.records.imports.facts import Lined
from app.records.types import Panel, RecordType, View, Words
from app.sales.lines.brought import differing_lines, line_fields
from app.sales.lines.origin import filled_of_sale
from app.sales.lines.papers import (
    gather_papers,
    paper_changed,
    papers_changed,
    prepare_paper,
)
from app.sales.lines.written import MOST
from app.sales.models import Quote, QuoteLine
from app.sales.operations.quote_states import (
    USUAL_DAYS,
    withdraw_older,
    withdraw_overtaken,
)
from app.sales.pages.lines import terms_panel
from app.sales.pages.quotes import quote_panel
from app.sales.records.of_papers import told_on_sale
from app.sales.records.quote_actions import ACTIONS

STATUSES = (
    Option("draft", _("Draft"), "grey"),
    Option("sent", _("Sent"), "blue"),
    Option("accepted", _("Accepted"), "green"),
    Option("declined", _("Declined"), "red"),
    Option("expired", _("Expired"), "amber"),
    Option("withdrawn", _("Withdrawn"), "grey"),
)


def _until(by: Actor) -> date:
    return by.today() + timedelta(days=USUAL_DAYS)


def _changed(quote: Quote, verb: str, by: Actor) -> None:
    """Keep what belongs to a quote in step."""
    paper_changed(quote, verb, by)
    quote.is_decided = False  # What comes after the action changes nothing of it.
    if verb == "send":
        withdraw_older(quote, by)
    elif verb == "restore":
        refresh_one(quote, by)
        withdraw_overtaken(quote, by)


def _changed_many(quotes: Sequence[Quote], verb: str, by: Actor) -> None:
    """The same of many at once."""
    if verb == "create":
        papers_changed(quotes, by)
        return
    for one in quotes:
        _changed(one, verb, by)


LINES = Lined(
    "lines",
    "name",
    line_fields(QuoteLine),
    MOST,
    verb="set_lines",
    called={"product_id": "name"},
    differs=differing_lines,
    priced=("unit_price", "discount", "discount_amount"),
    shared=("account_id", "currency", "valid_until"),
)
quote = RecordType(
    key="quote",
    collection="quotes",
    module="sales",
    model=Quote,
    icon="file-text",
    words=Words(
        one=_("Quote"),
        many=_("Quotes"),
        new=_("New quote"),
        count=plural("%(n)s quote", "%(n)s quotes"),
        search=_("Name, number or account"),
        empty=_("What you offer your customers appears here."),
    ),
    title=Quote.name,
    subtitle=(Quote.number, Quote.account_id, Quote.total),
    number_first=Quote.number,
    highlights=(Quote.status,),
    fields=(
        Field(
            Quote.name,
            _("Subject"),
            sort=Quote.name_sort,
            help=_("Empty means the name of the account"),
        ),
        Field(Quote.number, _("Quote number"), readonly=True, sort=Quote.number_sort),
        Field(Quote.account_id, _("Account"), to="account"),
        Field(Quote.contact_id, _("Contact"), to="contact"),
        Field(Quote.opportunity_id, _("Opportunity"), to="opportunity"),
        Field(Quote.status, _("Status"), options=STATUSES, readonly=True),
        Field(Quote.total, _("Total"), readonly=True),
        Field(Quote.net, _("Net"), readonly=True),
        Field(Quote.tax, _("Tax"), readonly=True),
        Field(Quote.discount, _("Discount"), readonly=True),
        Field(Quote.cost, _("Cost"), readonly=True),
        Field(Quote.margin, _("Margin"), readonly=True),
        Field(Quote.valid_until, _("Valid until"), initial=_until),
        Field(
            Quote.payment_days,
            _("Payment term"),
            help=_("Days from the invoice to its payment; empty means as agreed with the account"),
            adds_up=False,
            unit=DAYS,
        ),
        Field(Quote.deposit, _("Deposit"), help=_("What is paid ahead, of the total")),
        Field(
            Quote.price_book_id,
            _("Price book"),
            to="price_book",
            help=_("Empty means the one that fits the customer"),
        ),
        Field(Quote.exceptions, _("Points beyond the terms"), readonly=True, adds_up=False),
        Field(Quote.intro, _("Text before the lines")),
        Field(Quote.closing, _("Text after the lines")),
        Field(Quote.revision, _("Version"), readonly=True, adds_up=False),
        Field(Quote.replaces_id, _("New version of"), to="quote", readonly=True),
        Field(Quote.order_id, _("Sales order"), to="order", readonly=True),
        Field(Quote.sent_at, _("Sent at"), readonly=True),
        Field(Quote.decided_at, _("Decided at"), readonly=True),
        Field(Quote.decided_by, _("Decided by"), readonly=True, personal=True),
        Field(Quote.decided_from, _("Decided from the address"), readonly=True, personal=True),
        Field(Quote.decline_reason, _("Reason for declining"), readonly=True),
        Field(Quote.owner_id, _("Owner"), to="user"),
        Field(Quote.tags, _("Tags")),
        Field(Quote.created_at, _("Created"), readonly=True),
        Field(Quote.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Quote.name,
        Quote.number,
        Quote.account_id,
        Quote.status,
        Quote.total,
        Quote.valid_until,
        Quote.owner_id,
        Quote.updated_at,
    ),
    form=(
        Quote.account_id,
        Quote.contact_id,
        Quote.opportunity_id,
        Quote.name,
        Quote.currency,
        Quote.valid_until,
        Quote.payment_days,
        Quote.deposit,
    ),
    more=(
        Quote.price_book_id,
        Quote.intro,
        Quote.closing,
        Quote.owner_id,
        Quote.tags,
    ),
    search=(Quote.name, Quote.number),
    search_other=Quote.account_id,
    default_sort="-created_at",
    account=Quote.account_id,
    mailed_to=(Quote.contact_id, Quote.account_id),
    milestones=("created", "sent", "accepted", "declined", "withdrawn", "expired"),
    told_on=told_on_sale,
    views=(
        View(_("Drafts"), (("status", "draft"),)),
        View(_("Waiting for an answer"), (("status", "sent"), ("sort", "valid_until"))),
    ),
    actions=ACTIONS,
    inputs=("lines",),
    can_merge=False,
    panels=(
        Panel("sales/_lines_panel.html", quote_panel, side="middle"),
        Panel("crm/_composer.html", jotter, side="middle"),
        Panel("sales/_terms_panel.html", terms_panel),
        Panel("documents/_papers_panel.html", papers_panel),
    ),
    filled=filled_of_sale,
    prepare=prepare_paper,
    gather=gather_papers,
    changed=_changed,
    changed_many=_changed_many,
    lined=LINES,
)
