"""Invoices: asked for, issued with their number, cancelled, credited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import InstrumentedAttribute

from app.crm.models import Account
from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import Text, _
from app.kernel.rows import put_derived
from app.kernel.searchkeys import grams, number_key, search_text, sort_key
from app.records.access import sees, writable_keys
from app.records.door import perform
from app.records.money.rates import rate_then
from app.records.tailored import tailored
from app.sales.lines.conditions import MOST_DAYS
from app.sales.lines.numbers import free_number
from app.sales.lines.written import written_text
from app.sales.models import Contract, Invoice, Order
from app.sales.models.invoice import CANCELLED, ISSUED, REQUESTED
from app.sales.operations.amounts import SAID_NOTHING, named, plain, read_amount, share_of
from app.sales.operations.balance import NOTHING, firms_day, hold_account, put_balance
from app.sales.operations.instalment_room import check_asked_again, check_instalment
from app.sales.operations.invoiced import check_order, check_owed_again
from app.sales.operations.parts import CREDITED, change_beside, free_all, held_invoice, take_off
from app.sales.plan.written import day_of

LAYOUT = "invoice"
LONGEST_REASON, LONGEST_NUMBER = 2_000, 80
IMPORT = "import"
# What an invoice says as long as nobody says otherwise, and of which field of the customer it is.
OF_ACCOUNT = {
    "title": "name",
    "tax_id": "business_id",
    "bank_details": "tax_profile",
    "payment_days": "payment_days",
}
# What a credit has of the invoice that it credits, whoever begins it.
OF_CREDITED = ("order_id", "contract_id", "instalment_id", "rate", "rate_on")
FIXED = (
    "number",
    "kind",
    "account_id",
    "order_id",
    "credits_id",
    "currency",
    "rate",
    "rate_on",
    "amount",
    "tax",
    "title",
    "tax_id",
    "payment_days",
    "issued_on",
    "due_on",
)


def prepare_invoice(invoice: Invoice, by: Actor) -> None:
    """Fill what is derived of an invoice; Refused for a change of what was issued already."""
    is_new = inspect(invoice).transient
    if not is_new and not invoice.is_decided:
        _refuse_fixed(invoice)
    account = _account(invoice, by) if is_new or invoice.is_requested else None
    if is_new:
        _begin(invoice, account, by)
    if not invoice.name and account is not None:
        invoice.name = account.name
    if invoice.is_credit and invoice.is_requested:
        _as_credited(invoice, by)
    if is_new or invoice.is_requested:
        _check(invoice, by)
        check_order(invoice, by)
        check_instalment(invoice, by)
    put_balance(invoice, firms_day(by))
    known = (invoice.name, invoice.number, invoice.tax_number)
    derived = {
        "name_sort": sort_key(invoice.name),
        "number_sort": number_key(invoice.number),
        "search_text": search_text(known),
        "search_grams": grams(known),
    }
    put_derived(invoice, derived)


def gather_invoices(invoices: Sequence[Invoice], by: Actor) -> None:
    """Find the customers of many invoices in one statement, before they are named after them."""
    ids = {one.account_id for one in invoices}
    with by.session.no_autoflush:
        rows = by.session.scalars(select(Account).where(Account.id.in_(ids))) if ids else ()
        found = {one.id: one for one in rows}
    for one in invoices:
        one.of_account = found.get(one.account_id)


def invoice_changed(invoice: Invoice, verb: str, by: Actor) -> None:
    """Keep the books whole: what was issued is not deleted, what comes back has room."""
    if verb == "delete" and not invoice.is_requested:
        if not by.restores:
            told = _("An invoice that was issued stays in the books. Cancel it, or credit it.")
            raise Refused(told)
        free_all(invoice, by)
    if verb == "restore":
        check_order(invoice, by)
        check_instalment(invoice, by)
    invoice.is_decided = False  # What comes after the action changes nothing of it.


def issue(
    invoice: Invoice,
    by: Actor,
    issued_on: object = "",
    due_on: object = "",
    tax_number: object = "",
) -> Mapping[str, Any]:
    """Fix an invoice as it stands and give it its number, unless it brought one.

    It is of today, or of an earlier day that is named, and due as many days later as were agreed,
    or on `due_on`. Refused for days that can't be; NotPermitted for a number of the tax invoice
    where the role may not write that. An issued credit takes off what is open of the invoice that
    it credits; what was paid beyond that is the customer's credit from then on, and is told.
    """
    today = firms_day(by)
    usual = min(invoice.issued_on or today, today)
    day = _day(issued_on, "issued_on") or usual
    if day > today:
        raise Refused(_("This day lies ahead."), field="issued_on")
    due = _day(due_on, "due_on") or invoice.due_on
    if due is None or (due < day and not due_on):
        due = day + timedelta(days=invoice.payment_days or 0)
    if due < day:
        raise Refused(_("It can't be due before it is issued."), field="due_on")
    number = written_text(tax_number, "tax_number", LONGEST_NUMBER)
    if number:
        if "tax_number" not in writable_keys(tailored("invoice", by), by):
            raise NotPermitted(_("Your role may not change this field."), field="tax_number")
        invoice.tax_number = number
    invoice.issued_on, invoice.due_on = day, due
    check_order(invoice, by)
    check_instalment(invoice, by)
    _keep_rate(invoice, day, by)
    freed = _take_effect(invoice, by) if invoice.is_credit else None
    invoice.status, invoice.is_decided = ISSUED, True
    invoice.number = invoice.number or free_number(LAYOUT, Invoice, by)
    return freed or {}


def cancel(invoice: Invoice, by: Actor, reason: object) -> None:
    """Note that it asks for nothing any more, and why; Refused while payments count for it."""
    words = written_text(reason, "reason", LONGEST_REASON)
    if not words:
        raise Refused(_("Say why."), field="reason")
    if invoice.status == ISSUED:
        hold_account(invoice.account_id, by)
        by.session.refresh(invoice, ["paid", "credited"])
        if invoice.paid:
            raise Refused(
                _("Payments count for this invoice. Take them back first, or make a credit.")
            )
        if invoice.is_credit:
            check_owed_again(invoice, by)
            check_asked_again(invoice, by)
            _put_back(invoice, by)
        elif invoice.credited:
            raise Refused(_("A credit stands against this invoice. Cancel that first."))
    else:
        invoice.issued_on = None  # It was meant for a day, and never was issued.
    invoice.status, invoice.is_decided = CANCELLED, True
    invoice.cancelled_at, invoice.cancel_reason = by.now, words


def credit(
    invoice: Invoice, by: Actor, amount: object = "", reason: object = ""
) -> Mapping[str, Any]:
    """Begin a credit of an invoice: of all that was not credited yet, or of `amount` of it.

    It is asked for like any invoice and takes effect once it is issued. Credits that are only asked
    for count too, so that two of them don't begin with the same.
    """
    left = left_to_credit(invoice, by)
    wanted = left if amount in SAID_NOTHING else read_amount(amount, invoice.currency)
    if not 0 < wanted <= left:
        raise Refused(_over_credit(left), field="amount")
    words = written_text(reason, "reason", LONGEST_REASON)
    tax = None
    if invoice.tax is not None:
        rest = max(invoice.tax + (_begun(Invoice.tax, invoice, by) or NOTHING), NOTHING)
        share = share_of(invoice.tax, wanted, invoice.amount, invoice.currency)
        tax = str(-min(rest if wanted == left else min(share, rest), wanted))
    made = made_invoice(
        by,
        account_id=str(invoice.account_id),
        contact_id=str(invoice.contact_id) if invoice.contact_id else None,
        credits=str(invoice.id),
        name=invoice.name,
        kind=invoice.kind,
        currency=invoice.currency,
        amount=str(-wanted),
        tax=tax,
        title=invoice.title,
        tax_id=invoice.tax_id,
        bank_details=invoice.bank_details,
    )
    return {"credit": [None, str(made.id)]} | ({"reason": [None, words]} if words else {})


def left_to_credit(invoice: Invoice, by: Actor, but: Invoice | None = None) -> Decimal:
    """How much of an invoice no credit takes back yet, `but` left out; counted while it is held."""
    hold_account(invoice.account_id, by)
    return invoice.amount + (_begun(Invoice.amount, invoice, by, but) or NOTHING)


def _begun(
    what: InstrumentedAttribute[Any], invoice: Invoice, by: Actor, but: Invoice | None = None
) -> Decimal | None:
    """The sum of something over the credits of an invoice, `but` left out; asked for or issued."""
    its = select(func.sum(what)).where(
        Invoice.credits_id == invoice.id,
        Invoice.status != CANCELLED,
        Invoice.deleted_at.is_(None),
        *((Invoice.id != but.id,) if but is not None else ()),
    )
    with by.session.no_autoflush:
        return cast("Decimal | None", by.session.scalar(its))


def made_invoice(by: Actor, **given: Any) -> Invoice:
    """A new invoice that follows from another record, which is not typed by `by`.

    So no field rule of their role stands against it.
    """
    kind = tailored("invoice", by)
    writes = [("invoice", one.key) for one in kind.fields]
    rights = by.rights.widened([("invoice", "create")], writes)
    free = replace(by, rights=rights, takes_over=True)
    sent = {key: value for key, value in given.items() if value is not None}
    return cast("Invoice", perform(kind, "create", by=free, **sent))


def _begin(invoice: Invoice, account: Account | None, by: Actor) -> None:
    """What nobody said of a new invoice is its customer's, as far as `by` may see that."""
    if invoice.status != ISSUED:
        invoice.status = REQUESTED
    invoice.credited = invoice.paid = invoice.open = NOTHING
    if invoice.credits is not None:
        invoice.credits_id = named("invoice", invoice.credits, "credits", by)
    if account is None:
        return
    known = tailored("account", by)
    for key, its in OF_ACCOUNT.items():
        value = getattr(account, its)
        if getattr(invoice, key) in (None, "") and value is not None and sees(known, its, by):
            setattr(invoice, key, value)
    brought = by.via == IMPORT and invoice.number and invoice.issued_on and not invoice.is_credit
    if brought and by.may("invoice", "issue"):
        _take_as_issued(invoice, by)


def _as_credited(invoice: Invoice, by: Actor) -> None:
    """A credit takes back what was asked for: of the same order, at what that was worth."""
    with by.session.no_autoflush:
        credited = by.session.get_one(Invoice, invoice.credits_id)
    for key in OF_CREDITED:
        if getattr(invoice, key) != getattr(credited, key):
            setattr(invoice, key, getattr(credited, key))


def _take_as_issued(invoice: Invoice, by: Actor) -> None:
    """A file may bring invoices that were issued elsewhere: with their number and their day."""
    day = cast("date", invoice.issued_on)
    if day > firms_day(by):
        return  # It is asked for, and is to be issued then.
    invoice.status = ISSUED
    _keep_rate(invoice, day, by)
    if invoice.due_on is None or invoice.due_on < day:
        invoice.due_on = day + timedelta(days=invoice.payment_days or 0)


def _check(invoice: Invoice, by: Actor) -> None:
    """What no invoice can be, whoever writes it."""
    errors: dict[str, Text | str] = {}
    for key in ("amount", "tax"):
        value = getattr(invoice, key)
        if value is not None and value != round(value, digits_of(invoice.currency)):
            errors[key] = _("This has more digits than %(currency)s.", currency=invoice.currency)
    if invoice.payment_days is not None and not 0 <= invoice.payment_days <= MOST_DAYS:
        most = MOST_DAYS
        errors["payment_days"] = _("This must be a number from 0 to %(most)s.", most=most)
    if not invoice.is_credit and invoice.amount <= 0:
        errors["amount"] = _("Enter an amount above zero. What takes back an invoice is a credit.")
    if invoice.tax is not None and not errors and not _is_part(invoice.tax, invoice.amount):
        errors["tax"] = _("This is more than the invoice comes to.")
    errors |= _of_another(invoice, by)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    if invoice.is_credit:
        _check_credit(invoice, by)


def _of_another(invoice: Invoice, by: Actor) -> dict[str, Text | str]:
    """What is not as on the order or contract that an invoice is of: it would count there."""
    state = inspect(invoice).attrs
    keys = [key for key in ("account_id", "currency") if getattr(state, key).history.deleted]
    beside = (Order, invoice.order_id), (Contract, invoice.contract_id)
    errors: dict[str, Text | str] = {}
    for model, its in beside if keys else ():
        with by.session.no_autoflush:
            one = by.session.get(model, its) if its is not None else None
        for key in keys if one is not None else ():
            if getattr(one, key) != getattr(invoice, key):
                errors[key] = _("This is as on the order or contract that the invoice is of.")
    return errors


def _is_part(part: Decimal, of: Decimal) -> bool:
    return abs(part) <= abs(of) and (part >= 0) == (of >= 0 or not part)


def _check_credit(invoice: Invoice, by: Actor) -> None:
    """Refused where a credit takes back more than there is, or something of another customer."""
    with by.session.no_autoflush:
        credited = by.session.get_one(Invoice, invoice.credits_id)
        if credited.is_credit or credited.status != ISSUED:
            raise Refused(_("Only an invoice that was issued can be credited."), field="credits")
        if (credited.account_id, credited.currency) != (invoice.account_id, invoice.currency):
            told = _("A credit has customer and currency of the invoice that it credits.")
            raise Refused(told, field="credits")
        if invoice.amount >= 0:
            raise Refused(_("This goes back: enter less than zero."), field="amount")
        left = left_to_credit(credited, by, invoice)
    if -invoice.amount > left:
        raise Refused(_over_credit(left), field="amount")


def _over_credit(left: Decimal) -> Text:
    if left <= 0:
        return _("All of this invoice was credited already.")
    return _("Of this invoice at most %(most)s can still be credited.", most=plain(left))


def _take_effect(invoice: Invoice, by: Actor) -> Mapping[str, Any]:
    """Let a credit take off what is open of its invoice; what was paid beyond that is freed."""
    hold_account(invoice.account_id, by)
    credited = held_invoice(cast("UUID", invoice.credits_id), by)
    if credited.status != ISSUED:
        raise Refused(_("Only an invoice that was issued can be credited."), field="credits")
    off = _credited(credited, by, invoice) + invoice.amount
    if credited.amount + off < 0:
        raise Refused(_over_credit(credited.amount + off - invoice.amount), field="amount")
    freed = take_off(credited, credited.paid - credited.amount - off, by, invoice.issued_on)
    _credit_now(credited, off, by)
    return {"freed": [None, str(freed)]} if freed else {}


def _put_back(invoice: Invoice, by: Actor) -> None:
    """Let what a credit took off its invoice be owed again."""
    credited = held_invoice(cast("UUID", invoice.credits_id), by)
    _credit_now(credited, _credited(credited, by, invoice), by)


def _credit_now(credited: Invoice, off: Decimal, by: Actor) -> None:
    def change() -> None:
        credited.credited = off

    change_beside(credited, CREDITED, by, change)


def _credited(credited: Invoice, by: Actor, but: Invoice) -> Decimal:
    """What issued credits take off an invoice, `but` left out: never more than 0."""
    its = select(func.sum(Invoice.amount)).where(
        Invoice.credits_id == credited.id, Invoice.status == ISSUED, Invoice.id != but.id
    )
    with by.session.no_autoflush:
        return by.session.scalar(its) or NOTHING


def _refuse_fixed(invoice: Invoice) -> None:
    """Refused where a field changes that the customer was told."""
    state = inspect(invoice).attrs
    was = (state.status.history.deleted or [invoice.status])[0]
    if was == REQUESTED and not state.status.history.has_changes():
        return
    changed = [key for key in FIXED if getattr(state, key).history.has_changes()]
    if changed:
        told = _("This invoice was issued and stays as it is. Cancel it, or credit it.")
        raise Refused(told, errors=dict.fromkeys(changed, told))


def _keep_rate(invoice: Invoice, day: date, by: Actor) -> None:
    """Let an invoice be worth what its amount is on the day on which it is issued."""
    rate = rate_then(by, invoice.currency, day)
    if rate is not None and not invoice.is_credit:
        invoice.rate, invoice.rate_on = rate, day


def _account(invoice: Invoice, by: Actor) -> Account | None:
    known: Account | None = invoice.of_account
    if known is not None and known.id == invoice.account_id:
        return known
    with by.session.no_autoflush:
        return by.session.get(Account, invoice.account_id)


def _day(raw: object, field: str) -> date | None:
    if raw is None or not str(raw).strip():
        return None
    day = day_of(raw)
    if isinstance(day, Text):
        raise Refused(day, field=field)
    return day
