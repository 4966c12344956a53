"""The form by which a payment is counted for invoices: the oldest are proposed first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from app.crm.models import Account
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, gettext, ngettext
from app.records.access import fetch, sees, writable_keys
from app.records.money.rates import currencies_in_use
from app.records.pages.choices import choices_of
from app.records.tailored import tailored
from app.sales.models import Invoice, Payment
from app.sales.operations.amounts import filled_in, read_amount
from app.sales.operations.balance import NOTHING, firms_day
from app.sales.operations.payments import MOST_PARTS, open_invoices, proposed, read_parts
from app.sales.pages.paper_lead import paper_lead
from app.web.formats import formats

KEYS = ("method", "reference", "payer", "note")


@dataclass(frozen=True, slots=True)
class Row:
    """An open invoice, and how much of the payment counts for it as typed."""

    invoice_id: str
    name: str
    note: str
    open: str
    value: str
    is_late: bool


@dataclass(slots=True)
class PartsForm:
    """The invoices that a payment may count for, and in words what stays over."""

    rows: list[Row]
    rest: str
    is_over: bool = False


@dataclass(slots=True)
class ReceiveForm:
    """All that `sales/receive.html` shows; `typed` are its fields as they stand."""

    title: str
    account_id: str
    invoice_id: str
    typed: dict[str, str]
    currencies: Sequence[str]
    methods: Sequence[tuple[str, str]]
    writable: frozenset[str]
    parts: PartsForm
    errors: Mapping[str, list[Any]] = field(default_factory=dict)
    alert: Text | str = ""


def receive_form(
    account: Account,
    by: Actor,
    sent: MultiDict[str, str] | None = None,
    *,
    invoice: Invoice | None = None,
    keeps_parts: bool = False,
    errors: Mapping[str, Any] | None = None,
    alert: Text | str = "",
) -> ReceiveForm:
    """The form as it begins, or as it was sent: parts are proposed anew unless it `keeps_parts`."""
    kind = tailored("payment", by)
    typed = _typed(account, invoice, sent, by)
    payment = unsaved(account, typed, by)
    its = open_invoices(account.id, by, payment.currency, invoice.id if invoice else None)
    if keeps_parts and sent is not None:
        values = dict(zip(sent.getlist("invoice"), sent.getlist("part"), strict=False))
    else:
        found = proposed(payment, by, invoice.id if invoice is not None else None)
        values = {str(one.invoice_id): filled_in(one.amount, one.currency) for one in found}
    options = choices_of(kind, by).get("method") or kind.field("method").options
    return ReceiveForm(
        title=account.name,
        account_id=str(account.id),
        invoice_id=str(invoice.id) if invoice is not None else "",
        typed=typed,
        currencies=_currencies(typed["currency"], its, by),
        methods=[(one.value, one.shown()) for one in options if one.is_offered],
        writable=writable_keys(kind, by),
        parts=parts_form(payment, its, values, by),
        errors={key: [text] for key, text in (errors or {}).items()},
        alert=alert,
    )


def parts_form(
    payment: Payment, its: Sequence[Invoice], values: Mapping[str, str], by: Actor
) -> PartsForm:
    """The open invoices with what is typed beside each, and what stays over of the payment."""
    kind, write, today = tailored("invoice", by), formats(by), firms_day(by)
    rows = []
    sees_due = sees(kind, "due_on", by)
    for one in its[:MOST_PARTS]:
        lead, told = paper_lead(one, "invoice", payment.name, by)
        due_on = one.due_on if sees_due else None
        late = (today - due_on).days if due_on is not None else 0
        if late > 0:
            told.append(ngettext("%(n)s day overdue", "%(n)s days overdue", late))
        elif due_on is not None:
            told.append(gettext("due %(day)s", day=write.day(due_on, today)))
        rows.append(
            Row(
                str(one.id),
                lead,
                " · ".join(told),
                write.money(one.open, one.currency),
                values.get(str(one.id), ""),
                late > 0,
            )
        )
    return _with_rest(PartsForm(rows, ""), payment, by)


def sent_parts(sent: MultiDict[str, str]) -> list[dict[str, str]]:
    """The parts as the form sends them, in the order in which it shows the invoices."""
    pairs = zip(sent.getlist("invoice"), sent.getlist("part"), strict=False)
    return [{"invoice_id": one, "amount": amount} for one, amount in pairs]


def unsaved(account: Account, typed: Mapping[str, str], by: Actor) -> Payment:
    """A payment as it would be, by which parts are proposed; what can't be read counts as none."""
    currency = typed.get("currency") or by.tenant.currency
    try:
        amount = max(read_amount(typed.get("amount") or "0", currency), NOTHING)
    except Refused:
        amount = NOTHING
    try:
        day = date.fromisoformat(typed.get("received_on") or "")
    except ValueError:
        day = firms_day(by)
    return Payment(
        account_id=account.id,
        name=account.name,
        currency=currency,
        received_on=min(day, firms_day(by)),
        amount=amount,
        applied=NOTHING,
        refunded=NOTHING,
        credit=amount,
    )


def account_of(sent: Mapping[str, str], by: Actor) -> tuple[Account | None, Invoice | None]:
    """For whom the form is, by `invoice_id` or `account_id`; Missing where that may not be read."""
    invoice = None
    account_id = parse_id(sent.get("account_id") or "")
    invoice_id = parse_id(sent.get("invoice_id") or "")
    if invoice_id is not None:
        found = fetch(tailored("invoice", by), invoice_id, by)
        invoice = found if isinstance(found, Invoice) else None
        account_id = invoice.account_id if invoice is not None else None
    if account_id is None:
        return None, None
    account = fetch(tailored("account", by), account_id, by)
    return (account if isinstance(account, Account) else None), invoice


def _typed(
    account: Account, invoice: Invoice | None, sent: MultiDict[str, str] | None, by: Actor
) -> dict[str, str]:
    if sent is not None:
        return {key: sent.get(key, "") for key in (*KEYS, "received_on", "currency", "amount")}
    its = open_invoices(account.id, by, "", invoice.id if invoice is not None else None)[:1]
    first = its[0] if its else None
    return {
        "received_on": firms_day(by).isoformat(),
        "currency": first.currency if first is not None else by.tenant.currency,
        "amount": filled_in(first.open, first.currency)
        if first is not None and first.open > 0
        else "",
        **dict.fromkeys(KEYS, ""),
    }


def _currencies(chosen: str, its: Sequence[Invoice], by: Actor) -> list[str]:
    return list(dict.fromkeys([*currencies_in_use(by), *(one.currency for one in its), chosen]))


def _with_rest(found: PartsForm, payment: Payment, by: Actor) -> PartsForm:
    """Say what stays over of a payment, or that more is typed than there is."""
    write = formats(by)
    parts = [{"invoice_id": row.invoice_id, "amount": row.value} for row in found.rows]
    try:
        used = sum((one.taken for one in read_parts(payment, parts, by)), Decimal(0))
    except Refused:
        found.rest, found.is_over = gettext("Please look at the amounts beside the invoices."), True
        return found
    left = payment.credit - used
    told = write.money(left, payment.currency)
    if left > 0 and used:
        found.rest = gettext("%(rest)s stay the customer’s credit.", rest=told)
    elif left > 0:
        found.rest = gettext("All of it stays the customer’s credit: %(rest)s.", rest=told)
    elif used:
        found.rest = gettext("All of it counts for these invoices.")
    return found
