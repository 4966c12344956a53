"""What a contract is, for list, board, form, page, search, API and roles."""

from __future__ import annotations

from app.crm.pages.composer import jotter
from app.documents.pages.papers import papers_panel
from app.kernel.language import _, plural
from app.records.fields import DAYS, Field, Option
from app.records.lenses.facts import Calendar
from app.records.types import Panel, RecordType, View, Words
from app.sales.lines.origin import filled_with_amount
from app.sales.models import Contract
from app.sales.models.contract import (
    ACTIVE,
    AGREED,
    AUTOMATIC,
    DRAFT,
    ENDED,
    NEVER,
    SIGNED,
    TERMINATED,
)
from app.sales.operations.contracts import contract_changed, gather_contracts, prepare_contract
from app.sales.pages.contracts import contract_panel
from app.sales.records.contract_actions import ACTIONS
from app.sales.records.of_papers import told_on_sale

STATUSES = (
    Option(DRAFT, _("Draft"), "grey"),
    Option(SIGNED, _("Signed"), "blue"),
    Option(ACTIVE, _("In force"), "green"),
    Option(ENDED, _("Ended"), "grey"),
    Option(TERMINATED, _("Terminated"), "red"),
)
KINDS = (
    Option("sales", _("Sales contract"), "blue"),
    Option("framework", _("Framework agreement"), "violet"),
    Option("service", _("Service contract"), "teal"),
    Option("lease", _("Lease contract"), "amber"),
)
RENEWS = (
    Option(AUTOMATIC, _("By itself")),
    Option(AGREED, _("By agreement")),
    Option(NEVER, _("Not")),
)
RUNS = ("status__in", f"{SIGNED},{ACTIVE}")
OWED = ("status__in", f"{SIGNED},{ACTIVE},{ENDED},{TERMINATED}")

contract = RecordType(
    key="contract",
    collection="contracts",
    module="sales",
    model=Contract,
    icon="file-certificate",
    words=Words(
        one=_("Contract"),
        many=_("Contracts"),
        new=_("New contract"),
        count=plural("%(n)s contract", "%(n)s contracts"),
        search=_("Name, number or account"),
        empty=_("What you agreed with your customers, and how it is paid, appears here."),
    ),
    title=Contract.name,
    subtitle=(Contract.number, Contract.account_id, Contract.amount),
    number_first=Contract.number,
    highlights=(Contract.status, Contract.kind),
    fields=(
        Field(
            Contract.name,
            _("Subject"),
            sort=Contract.name_sort,
            help=_("Empty means the name of the account"),
        ),
        Field(
            Contract.number,
            _("Contract number"),
            sort=Contract.number_sort,
            is_unique=True,
            help=_("Empty means the next one, given when the contract is signed"),
        ),
        Field(Contract.account_id, _("Account"), to="account"),
        Field(Contract.contact_id, _("Contact"), to="contact"),
        Field(Contract.opportunity_id, _("Opportunity"), to="opportunity"),
        Field(Contract.status, _("Status"), options=STATUSES, readonly=True),
        Field(Contract.kind, _("Kind of contract"), options=KINDS, picklist=True),
        Field(Contract.amount, _("Contract amount")),
        Field(Contract.progress, _("Instalments paid"), readonly=True, told_by="invoice"),
        Field(Contract.collected_share, _("Share collected"), readonly=True, told_by="invoice"),
        Field(Contract.collected, _("Collected"), readonly=True, told_by="invoice"),
        Field(Contract.next_due_on, _("Next instalment due"), readonly=True),
        Field(
            Contract.payment_days,
            _("Payment term"),
            help=_("Days from the invoice to its payment; empty means as agreed with the account"),
            adds_up=False,
            unit=DAYS,
        ),
        Field(Contract.signed_on, _("Signed on"), help=_("Empty means the day on which you sign")),
        Field(Contract.starts_on, _("Begins on")),
        Field(Contract.ends_on, _("Ends on"), help=_("Empty means that it has no end")),
        Field(Contract.renews, _("Renewal"), options=RENEWS),
        Field(
            Contract.notice_days,
            _("Renewal notice"),
            help=_("So many days before its end, the owner is told to talk about the renewal"),
            adds_up=False,
            unit=DAYS,
        ),
        Field(Contract.notice_on, _("To be renewed from"), readonly=True),
        Field(Contract.our_signatory, _("Signed for us by")),
        Field(Contract.their_signatory, _("Signed for them by"), personal=True),
        Field(Contract.quote_id, _("Quote"), to="quote"),
        Field(Contract.order_id, _("Sales order"), to="order"),
        Field(Contract.previous_id, _("Renews"), to="contract", readonly=True),
        Field(Contract.next_id, _("Renewed by"), to="contract", readonly=True),
        Field(Contract.note, _("What else was agreed")),
        Field(Contract.terminated_on, _("Terminated on"), readonly=True),
        Field(Contract.terminate_reason, _("Reason for terminating"), readonly=True),
        Field(Contract.exceptions, _("Points beyond the terms"), readonly=True, adds_up=False),
        Field(Contract.instalment_count, _("Number of instalments"), readonly=True),
        Field(
            Contract.collected_count,
            _("Number of paid instalments"),
            readonly=True,
            told_by="invoice",
        ),
        Field(Contract.owner_id, _("Owner"), to="user"),
        Field(Contract.tags, _("Tags")),
        Field(Contract.created_at, _("Created"), readonly=True),
        Field(Contract.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Contract.name,
        Contract.account_id,
        Contract.status,
        Contract.amount,
        Contract.collected_share,
        Contract.progress,
        Contract.next_due_on,
        Contract.ends_on,
        Contract.owner_id,
        Contract.number,
    ),
    form=(
        Contract.account_id,
        Contract.contact_id,
        Contract.opportunity_id,
        Contract.name,
        Contract.kind,
        Contract.amount,
        Contract.starts_on,
        Contract.ends_on,
        Contract.renews,
        Contract.notice_days,
    ),
    more=(
        Contract.number,
        Contract.signed_on,
        Contract.our_signatory,
        Contract.their_signatory,
        Contract.payment_days,
        Contract.quote_id,
        Contract.order_id,
        Contract.note,
        Contract.owner_id,
        Contract.tags,
    ),
    search=(Contract.name, Contract.number),
    search_other=Contract.account_id,
    default_sort="-created_at",
    account=Contract.account_id,
    mailed_to=(Contract.contact_id, Contract.account_id),
    calendar=Calendar(
        dates=(Contract.ends_on, Contract.next_due_on, Contract.notice_on), colour=Contract.status
    ),
    milestones=("created", "signed", "begun", "ended", "terminated", "reopened"),
    told_on=told_on_sale,
    views=(
        View(_("Running contracts"), (RUNS, ("sort", "ends_on"))),
        View(_("Ends soon"), (RUNS, ("ends_on", "next_90_days"), ("sort", "ends_on"))),
        View(
            _("To be renewed"),
            (RUNS, ("notice_on__lte", "today"), ("next_id__isnull", "true"), ("sort", "ends_on")),
        ),
        View(
            _("Instalments overdue"),
            (OWED, ("next_due_on__lt", "today"), ("sort", "next_due_on")),
        ),
        View(_("Drafts"), (("status", "draft"),)),
    ),
    actions=ACTIONS,
    inputs=("instalments",),
    can_merge=False,
    panels=(
        Panel("sales/_instalments_panel.html", contract_panel, side="middle"),
        Panel("crm/_composer.html", jotter, side="middle"),
        Panel("documents/_papers_panel.html", papers_panel),
    ),
    filled=filled_with_amount,
    prepare=prepare_contract,
    gather=gather_contracts,
    changed=contract_changed,
)
