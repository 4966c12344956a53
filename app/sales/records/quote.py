"""What a quote is, for list, board, form, page, search, API and roles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from app.crm.operations.named_after import refresh_one
from app.crm.pages.composer import jotter
from app.documents.pages.papers import papers_panel
from app.kernel.actor import Actor
from app.kernel.language import _, plural
from app.records.fields import Field, Option
from app.records.types import Action, Ask, Panel, RecordType, View, Words
from app.sales.lines.origin import filled_of_sale
from app.sales.lines.papers import (
    gather_papers,
    paper_changed,
    papers_changed,
    prepare_paper,
    set_lines,
)
from app.sales.models import Quote
from app.sales.operations.contract_origin import contract_quote
from app.sales.operations.quote_orders import order_quote
from app.sales.operations.quote_states import (
    USUAL_DAYS,
    accept_and_order,
    decline,
    expire,
    revise,
    send,
    withdraw,
    withdraw_older,
    withdraw_overtaken,
)
from app.sales.pages.lines import terms_panel
from app.sales.pages.made import made_of
from app.sales.pages.quotes import quote_panel

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


ACTIONS = (
    Action(
        "set_lines",
        _("Change the lines"),
        event="lines_changed",
        told=_("changed the lines"),
        run=set_lines,
        when=lambda quote: quote.status == "draft",
        reads=(Quote.status,),
        inputs=("lines",),
        optional=("valid_until", "payment_days", "deposit"),
        is_offered=lambda _by: False,
        in_rows=False,
        icon="list",
        result=_("Lines changed"),
    ),
    Action(
        "send",
        _("Send"),
        event="sent",
        told=_("sent this quote"),
        run=send,
        when=lambda quote: quote.status == "draft",
        reads=(Quote.status,),
        icon="send",
        in_rows=False,
        result=_("Sent"),
    ),
    Action(
        "accept",
        _("Accept"),
        event="accepted",
        told=_("noted that this quote was accepted"),
        run=accept_and_order,
        when=lambda quote: quote.status == "sent",
        reads=(Quote.status,),
        optional=("name", "address"),
        ask=Ask("accept", _("Accepted…"), "check", always=True),
        icon="check",
        in_rows=False,
        result=_("Accepted"),
    ),
    Action(
        "order",
        _("Make the order"),
        event="ordered",
        told=_("made the order of this quote"),
        run=order_quote,
        when=lambda quote: quote.status == "accepted" and quote.order_id is None,
        reads=(Quote.status, Quote.order_id),
        icon="shopping-cart",
        in_rows=False,
        result=_("The order was made"),
        happened=_("Order made"),
        leads_to=made_of("order", "quote_id"),
    ),
    Action(
        "contract",
        _("Make the contract"),
        event="contracted",
        told=_("made the contract of this quote"),
        run=contract_quote,
        when=lambda quote: quote.status == "accepted",
        reads=(Quote.status,),
        icon="file-certificate",
        in_rows=False,
        result=_("The contract was made"),
        happened=_("Contract made"),
        leads_to=made_of("contract", "quote_id"),
    ),
    Action(
        "decline",
        _("Decline"),
        event="declined",
        told=_("noted that this quote was declined"),
        run=decline,
        when=lambda quote: quote.status == "sent",
        reads=(Quote.status,),
        inputs=("reason",),
        optional=("name", "address"),
        ask=Ask("decline", _("Declined…"), "circle-x"),
        icon="circle-x",
        in_rows=False,
        result=_("Declined"),
    ),
    Action(
        "withdraw",
        _("Withdraw"),
        event="withdrawn",
        told=_("withdrew this quote"),
        run=withdraw,
        when=lambda quote: quote.status in ("sent", "expired"),
        reads=(Quote.status,),
        icon="arrow-back-up",
        in_rows=False,
        result=_("Withdrawn"),
    ),
    Action(
        "revise",
        _("New version"),
        event="revised",
        told=_("began a new version of this quote"),
        run=revise,
        when=lambda quote: quote.status != "draft",
        reads=(Quote.status,),
        icon="copy",
        in_rows=False,
        result=_("A new version was begun"),
        happened=_("New version begun"),
        leads_to=made_of("quote", "replaces_id"),
    ),
    Action(
        "expire",
        _("Mark as expired"),
        event="expired",
        told=_("marked this quote as expired"),
        run=expire,
        when=lambda quote: quote.status == "sent",
        reads=(Quote.status,),
        is_offered=lambda _by: False,
        in_rows=False,
        icon="clock",
        result=_("Expired"),
    ),
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
    told_on=lambda one: [
        (kind, record_id)
        for kind, record_id in (
            ("opportunity", one.opportunity_id),
            ("account", one.account_id),
            ("contact", one.contact_id),
        )
        if record_id is not None
    ],
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
)
