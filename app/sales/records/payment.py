"""What a payment is, for list, form, page, search, API and roles."""

from __future__ import annotations

from app.crm.pages.composer import jotter
from app.kernel.language import _, plural
from app.records.fields import Field, Option
from app.records.types import Action, Ask, Panel, RecordType, View, Words
from app.sales.models import Payment
from app.sales.operations.balance import firms_day
from app.sales.operations.payments import (
    apply,
    gather_payments,
    payment_changed,
    prepare_payment,
    refund,
    take_back,
)
from app.sales.pages.payments import payment_panel

KINDS = (Option("receipt", _("Receipt"), "green"), Option("refund", _("Refund"), "amber"))
METHODS = (
    Option("bank_transfer", _("Bank transfer"), "blue"),
    Option("wechat_pay", _("WeChat Pay"), "green"),
    Option("alipay", _("Alipay"), "blue"),
    Option("card", _("Card"), "violet"),
    Option("cash", _("Cash"), "grey"),
    Option("cheque", _("Cheque"), "grey"),
)

ACTIONS = (
    Action(
        "apply",
        _("Count for invoices"),
        event="applied",
        told=_("counted this payment for invoices"),
        run=apply,
        when=lambda payment: payment.kind == "receipt" and payment.credit > 0,
        reads=(Payment.kind, Payment.credit),
        optional=("parts",),
        ask=Ask("apply", _("Count for invoices…"), "receipt", always=True),
        icon="receipt",
        in_rows=False,
        result=_("Counted for invoices"),
        happened=_("Payment counted for invoices"),
    ),
    Action(
        "take_back",
        _("Take back from invoices"),
        event="taken_back",
        told=_("took this payment back from invoices"),
        run=take_back,
        when=lambda payment: payment.kind == "receipt" and payment.applied > 0,
        reads=(Payment.kind, Payment.applied),
        optional=("part",),
        is_offered=lambda _by: False,
        in_rows=False,
        icon="arrow-back-up",
        result=_("Taken back from invoices"),
        happened=_("Payment taken back from invoices"),
    ),
    Action(
        "refund",
        _("Refund"),
        event="refunded",
        told=_("noted that part of this payment went back"),
        run=refund,
        when=lambda payment: payment.kind == "receipt" and payment.credit > 0,
        reads=(Payment.kind, Payment.credit),
        optional=("amount", "received_on", "method", "reference", "note"),
        ask=Ask("refund", _("Refund…"), "arrow-back-up", always=True),
        icon="arrow-back-up",
        in_rows=False,
        result=_("Refund noted"),
        happened=_("Payment refunded"),
    ),
)

payment = RecordType(
    key="payment",
    collection="payments",
    module="sales",
    model=Payment,
    icon="coin",
    words=Words(
        one=_("Payment"),
        many=_("Payments received"),
        new=_("New payment"),
        count=plural("%(n)s payment", "%(n)s payments"),
        search=_("Account, payer or reference"),
        empty=_("What your customers paid appears here."),
    ),
    title=Payment.name,
    subtitle=(Payment.received_on, Payment.amount, Payment.reference),
    highlights=(Payment.kind,),
    fields=(
        Field(Payment.name, _("Paid by"), sort=Payment.name_sort, readonly=True),
        Field(Payment.account_id, _("Account"), to="account", required=True),
        Field(Payment.contact_id, _("Contact"), to="contact"),
        Field(
            Payment.received_on,
            _("Received on"),
            required=True,
            initial=firms_day,
            is_past=True,
        ),
        Field(Payment.kind, _("Kind"), options=KINDS, readonly=True),
        Field(Payment.amount, _("Amount"), required=True),
        Field(Payment.applied, _("Counted for invoices"), readonly=True),
        Field(Payment.credit, _("Customer’s credit"), readonly=True),
        Field(Payment.refunded, _("Refunded"), readonly=True),
        Field(Payment.method, _("Way of payment"), options=METHODS, picklist=True),
        Field(Payment.reference, _("Bank’s reference")),
        Field(Payment.payer, _("Payer"), help=_("Where somebody else paid than the account")),
        Field(Payment.note, _("Note")),
        Field(Payment.refunds_id, _("Refund of"), to="payment", readonly=True),
        Field(Payment.owner_id, _("Owner"), to="user"),
        Field(Payment.tags, _("Tags")),
        Field(Payment.created_at, _("Created"), readonly=True),
        Field(Payment.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Payment.name,
        Payment.received_on,
        Payment.amount,
        Payment.credit,
        Payment.method,
        Payment.reference,
        Payment.kind,
        Payment.owner_id,
    ),
    form=(
        Payment.account_id,
        Payment.received_on,
        Payment.currency,
        Payment.amount,
        Payment.method,
        Payment.reference,
        Payment.payer,
        Payment.note,
    ),
    more=(Payment.contact_id, Payment.owner_id, Payment.tags),
    search=(Payment.name, Payment.payer, Payment.reference),
    default_sort="-received_on",
    account=Payment.account_id,
    milestones=("created",),
    told_on=lambda one: [
        (kind, record_id)
        for kind, record_id in (("account", one.account_id), ("contact", one.contact_id))
        if record_id is not None
    ],
    views=(
        View(_("This month"), (("received_on__period", "this_month"),)),
        View(_("Credit of customers"), (("credit__gt", "0"),)),
        View(_("Refunds"), (("kind", "refund"),)),
    ),
    actions=ACTIONS,
    inputs=("refunds",),
    can_merge=False,
    panels=(
        Panel("sales/_payment_panel.html", payment_panel, side="middle"),
        Panel("crm/_composer.html", jotter, side="middle"),
    ),
    prepare=prepare_payment,
    gather=gather_payments,
    changed=payment_changed,
)
