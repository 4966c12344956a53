"""What an invoice is, for list, board, form, page, search, API and roles."""

from __future__ import annotations

from app.crm.pages.composer import jotter
from app.documents.pages.papers import papers_panel
from app.kernel.language import _, plural
from app.records.fields import DAYS, Field, Option
from app.records.types import Action, Ask, Panel, RecordType, View, Words
from app.sales.models import Invoice
from app.sales.operations.invoices import (
    cancel,
    credit,
    gather_invoices,
    invoice_changed,
    issue,
    prepare_invoice,
)
from app.sales.operations.parts import PAID, UNPAID
from app.sales.pages.invoices import invoice_panel

STATUSES = (
    Option("requested", _("Requested"), "amber"),
    Option("issued", _("Issued"), "blue"),
    Option("cancelled", _("Void"), "grey"),
)
SETTLEMENTS = (
    Option("open", _("Unpaid"), "amber"),
    Option("part", _("Partly paid"), "violet"),
    Option("paid", _("Settled"), "green"),
)
KINDS = (
    Option("ordinary", _("Ordinary invoice"), "grey"),
    Option("special", _("Special VAT invoice"), "blue"),
)

ACTIONS = (
    Action(
        "issue",
        _("Issue"),
        event="issued",
        told=_("issued this invoice"),
        run=issue,
        when=lambda invoice: invoice.status == "requested",
        reads=(Invoice.status,),
        optional=("issued_on", "due_on", "tax_number"),
        ask=Ask("issue", _("Issue…"), "rubber-stamp", always=True),
        icon="rubber-stamp",
        in_rows=False,
        result=_("Issued"),
        happened=_("Invoice issued"),
    ),
    Action(
        "credit",
        _("Credit"),
        event="credited",
        told=_("began a credit of this invoice"),
        run=credit,
        when=lambda invoice: invoice.status == "issued" and invoice.credits_id is None,
        reads=(Invoice.status, Invoice.credits_id),
        optional=("amount", "reason"),
        ask=Ask("credit", _("Credit…"), "arrow-back-up", always=True),
        icon="arrow-back-up",
        in_rows=False,
        result=_("A credit was begun"),
        happened=_("Credit of an invoice begun"),
    ),
    Action(
        "cancel",
        _("Void the invoice"),
        event="cancelled",
        told=_("voided this invoice"),
        run=cancel,
        when=lambda invoice: invoice.status in ("requested", "issued"),
        reads=(Invoice.status,),
        inputs=("reason",),
        ask=Ask("cancel", _("Void the invoice…"), "circle-x"),
        icon="circle-x",
        in_rows=False,
        result=_("Voided"),
        happened=_("Invoice voided"),
    ),
)

invoice = RecordType(
    key="invoice",
    collection="invoices",
    module="sales",
    model=Invoice,
    icon="file-invoice",
    words=Words(
        one=_("Invoice"),
        many=_("Invoices"),
        new=_("New invoice"),
        count=plural("%(n)s invoice", "%(n)s invoices"),
        search=_("Number, tax invoice number or account"),
        empty=_("What you ask your customers to pay appears here."),
    ),
    title=Invoice.name,
    subtitle=(Invoice.number, Invoice.account_id, Invoice.amount),
    number_first=Invoice.number,
    highlights=(Invoice.status, Invoice.settlement),
    fields=(
        Field(
            Invoice.name,
            _("Subject"),
            sort=Invoice.name_sort,
            help=_("Empty means the name of the account"),
        ),
        Field(
            Invoice.number,
            _("Invoice number"),
            sort=Invoice.number_sort,
            is_unique=True,
            help=_("Empty means the next one, given when the invoice is issued"),
        ),
        Field(
            Invoice.tax_number,
            _("Number of the tax invoice"),
            help=_("As the tax office gave it"),
        ),
        Field(Invoice.account_id, _("Account"), to="account", required=True),
        Field(Invoice.contact_id, _("Contact"), to="contact"),
        Field(Invoice.status, _("Status"), options=STATUSES, readonly=True),
        Field(Invoice.settlement, _("Settlement"), options=SETTLEMENTS, readonly=True),
        Field(Invoice.amount, _("Amount"), required=True, help=_("What is invoiced, tax included")),
        Field(Invoice.tax, _("Tax in it")),
        Field(Invoice.open, _("Open amount"), readonly=True),
        Field(Invoice.paid, _("Paid so far"), readonly=True),
        Field(Invoice.credited, _("Credited"), readonly=True),
        Field(Invoice.days_overdue, _("Days overdue"), readonly=True, adds_up=False),
        Field(Invoice.kind, _("Kind"), options=KINDS),
        Field(Invoice.order_id, _("Sales order"), to="order", readonly=True),
        Field(Invoice.contract_id, _("Contract"), to="contract", readonly=True),
        Field(Invoice.credits_id, _("Credit of"), to="invoice", readonly=True),
        Field(
            Invoice.issued_on,
            _("Issued on"),
            help=_("Empty means the day on which it is issued"),
            is_past=True,
        ),
        Field(
            Invoice.due_on,
            _("Due on"),
            help=_("Empty means as many days later as the payment term says"),
        ),
        Field(
            Invoice.payment_days,
            _("Payment term"),
            help=_("Days from the invoice to its payment; empty means as agreed with the account"),
            adds_up=False,
            unit=DAYS,
        ),
        Field(Invoice.is_disputed, _("Disputed")),
        Field(Invoice.dispute_reason, _("What is disputed")),
        Field(Invoice.title, _("Invoice title"), help=_("Empty means the name of the account")),
        Field(
            Invoice.tax_id,
            _("Tax number of the customer"),
            help=_("Empty means the business ID of the account"),
        ),
        Field(
            Invoice.bank_details,
            _("Address and bank"),
            help=_("Empty means the invoice details of the account"),
        ),
        Field(Invoice.cancelled_at, _("Voided at"), readonly=True),
        Field(Invoice.cancel_reason, _("Reason for voiding"), readonly=True),
        Field(Invoice.owner_id, _("Owner"), to="user"),
        Field(Invoice.tags, _("Tags")),
        Field(Invoice.created_at, _("Created"), readonly=True),
        Field(Invoice.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Invoice.name,
        Invoice.number,
        Invoice.status,
        Invoice.settlement,
        Invoice.amount,
        Invoice.open,
        Invoice.due_on,
        Invoice.days_overdue,
        Invoice.owner_id,
    ),
    form=(
        Invoice.account_id,
        Invoice.contact_id,
        Invoice.name,
        Invoice.currency,
        Invoice.amount,
        Invoice.tax,
        Invoice.kind,
        Invoice.payment_days,
        Invoice.is_disputed,
        Invoice.dispute_reason,
    ),
    more=(
        Invoice.title,
        Invoice.tax_id,
        Invoice.bank_details,
        Invoice.number,
        Invoice.tax_number,
        Invoice.issued_on,
        Invoice.due_on,
        Invoice.owner_id,
        Invoice.tags,
    ),
    search=(Invoice.name, Invoice.number, Invoice.tax_number),
    default_sort="-created_at",
    account=Invoice.account_id,
    mailed_to=(Invoice.contact_id, Invoice.account_id),
    milestones=("created", "issued", "cancelled", PAID, UNPAID),
    told_on=lambda one: [
        (kind, record_id)
        for kind, record_id in (
            ("order", one.order_id),
            ("contract", one.contract_id),
            ("account", one.account_id),
            ("contact", one.contact_id),
        )
        if record_id is not None
    ],
    views=(
        View(_("Requested"), (("status", "requested"),)),
        View(_("Unpaid"), (("settlement__in", "open,part"), ("sort", "due_on"))),
        View(
            _("Overdue"),
            (("settlement__in", "open,part"), ("due_on__lt", "today"), ("sort", "due_on")),
        ),
        View(_("Settled"), (("settlement", "paid"),)),
    ),
    actions=ACTIONS,
    inputs=("credits",),
    can_merge=False,
    panels=(
        Panel("sales/_invoice_panel.html", invoice_panel, side="middle"),
        Panel("crm/_composer.html", jotter, side="middle"),
        Panel("documents/_papers_panel.html", papers_panel),
    ),
    prepare=prepare_invoice,
    gather=gather_invoices,
    changed=invoice_changed,
)
