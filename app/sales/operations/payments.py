"""Payments: recorded, counted for invoices, taken back, refunded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import inspect, select

from app.crm.models import Account
from app.kernel.actor import Actor
from app.kernel.currencies import digits_of, rounded
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.kernel.rows import put_derived
from app.kernel.searchkeys import grams, search_text, sort_key
from app.records.access import permitted, sees
from app.records.door import perform
from app.records.money.rates import MissingRate, rate_then, turned
from app.records.tailored import tailored
from app.sales.models import Invoice, Payment
from app.sales.models.invoice import ISSUED
from app.sales.models.payment import RECEIPT, REFUND
from app.sales.operations.amounts import SAID_NOTHING, named, plain, read_amount
from app.sales.operations.balance import NOTHING, firms_day, hold_account
from app.sales.operations.parts import (
    REFUNDED,
    add_part,
    change_beside,
    drop_part,
    free_all,
    held_invoice,
    held_payment,
    parts_of,
    put_credit,
    refunded_of,
)

MOST_PARTS = 200
IN_USE = _("This payment counts for invoices, or part of it went back. Take that back first.")
KEPT = ("account_id", "currency", "rate", "rate_on", "received_on", "refunds_id")


@dataclass(frozen=True, slots=True)
class Wish:
    """So much of an invoice that a payment is to count for, in the currency of the invoice."""

    invoice_id: UUID
    currency: str
    amount: Decimal
    taken: Decimal


def prepare_payment(payment: Payment, by: Actor) -> None:
    """Name a payment and fill its keys; Refused for what none can be."""
    is_new = inspect(payment).transient
    if is_new:
        payment.applied = payment.refunded = NOTHING
        if payment.refunds is not None:
            payment.refunds_id = named("payment", payment.refunds, "refunds", by)
        payment.kind = REFUND if payment.is_refund else RECEIPT
    account = payment.of_account
    if account is None or account.id != payment.account_id:
        with by.session.no_autoflush:
            account = by.session.get(Account, payment.account_id)
    if account is not None:
        payment.name = account.name
    if is_new or _is_changed(payment, ("amount", *KEPT)):
        _take_rate(payment, by)
        _check(payment, by, is_new=is_new)
    put_credit(payment)
    known = (payment.name, payment.payer, payment.reference)
    derived = {
        "name_sort": sort_key(payment.name),
        "search_text": search_text(known),
        "search_grams": grams(known),
    }
    put_derived(payment, derived)


def gather_payments(payments: Sequence[Payment], by: Actor) -> None:
    """Find the customers of many payments in one statement, before they are named after them."""
    ids = {one.account_id for one in payments}
    with by.session.no_autoflush:
        rows = by.session.scalars(select(Account).where(Account.id.in_(ids))) if ids else ()
        found = {one.id: one for one in rows}
    for one in payments:
        one.of_account = found.get(one.account_id)


def payment_changed(payment: Payment, verb: str, by: Actor) -> None:
    """Keep both ends whole: what counts for invoices is not deleted; refunds are counted."""
    if verb == "delete" and (payment.applied or payment.refunded):
        if not by.restores:
            raise Refused(IN_USE)
        free_all(payment, by)
    if payment.is_refund and verb in ("create", "update", "delete", "restore"):
        _recount(payment, by)


def apply(payment: Payment, by: Actor, parts: object = None) -> Mapping[str, Any]:
    """Let a payment count for invoices of its customer: for these `parts`, or the oldest open ones.

    A part is `{"invoice_id": ..., "amount": ...}`, the amount in the currency of the invoice; what
    is left stays the customer's credit. Refused with a message for each part that can't be: more
    than is open of the invoice or left of the payment, another customer, no rate.
    """
    hold_account(payment.account_id, by)
    by.session.refresh(payment, ["amount", "applied", "refunded", "credit"])
    wishes = proposed(payment, by) if parts is None else read_parts(payment, parts, by)
    if not wishes:
        raise Refused(_("There is no open invoice of this customer that it could count for."))
    for one in wishes:
        invoice = held_invoice(one.invoice_id, by)
        add_part(payment, invoice, one.amount, one.taken, by)
    return {"invoices": [None, [str(one.invoice_id) for one in wishes]]}


def take_back(payment: Payment, by: Actor, part: object = None) -> Mapping[str, Any]:
    """Let one part of a payment count no more, or all of them; it is the customer's credit again.

    Refused for a part that is none of this payment: somebody took it back already.
    """
    hold_account(payment.account_id, by)
    by.session.refresh(payment, ["amount", "applied", "refunded", "credit"])
    standing = parts_of(payment, by)
    part_id = parse_id(str(part)) if part else None
    gone = [one for one in standing if part_id is None or one.id == part_id]
    if not gone or (part and part_id is None):
        raise Refused(_("This was taken back already."), field="part")
    told = [str(one.invoice_id) for one in gone if one.invoice_id is not None]
    for one in gone:
        drop_part(one, payment, by)
    return {"invoices": [told, None]}


def refund(
    payment: Payment,
    by: Actor,
    amount: object = "",
    received_on: object = "",
    method: object = "",
    reference: object = "",
    note: object = "",
) -> Mapping[str, Any]:
    """Note that the customer's credit of a payment went back to them, or `amount` of it.

    It is a payment of its own, of the kind refund. Refused for more than the credit.
    """
    wanted = payment.credit if amount in SAID_NOTHING else read_amount(amount, payment.currency)
    if not 0 < wanted <= payment.credit:
        raise Refused(_over(payment.credit), field="amount")
    given: dict[str, Any] = {
        "account_id": str(payment.account_id),
        "contact_id": str(payment.contact_id) if payment.contact_id else None,
        "refunds": str(payment.id),
        "currency": payment.currency,
        "amount": str(-wanted),
        "received_on": str(received_on or "") or firms_day(by).isoformat(),
        "method": method or payment.method,
        "reference": reference,
        "note": note,
    }
    kind = tailored("payment", by)
    writes = [("payment", one.key) for one in kind.fields]
    rights = by.rights.widened([("payment", "create")], writes)
    free = replace(by, rights=rights, takes_over=True)
    made = perform(kind, "create", by=free, **{k: v for k, v in given.items() if v})
    return {"refund": [None, str(made.id)]}


def proposed(payment: Payment, by: Actor, first: UUID | None = None) -> list[Wish]:
    """What a payment would count for: the invoice `first`, then those that are due the longest.

    Invoices in another currency are proposed where there is a rate for the day of the payment.
    """
    left = payment.credit
    found: list[Wish] = []
    for invoice in open_invoices(payment.account_id, by, payment.currency, first):
        if left <= 0 or len(found) == MOST_PARTS:
            break
        wish = _most(invoice, left, payment, by)
        if wish is not None:
            found.append(wish)
            left -= wish.taken
    return found


def open_invoices(
    account_id: UUID, by: Actor, currency: str = "", first: UUID | None = None
) -> list[Invoice]:
    """The invoices of a customer of which something is open and that `by` may read.

    Those in `currency` go before others, `first` before all; else what is due first. None for
    whoever may not see what invoices come to and what is open of them: what fits would tell it.
    """
    kind = tailored("invoice", by)
    if not all(sees(kind, key, by) for key in ("amount", "open")):
        return []
    its = (
        select(Invoice)
        .where(
            Invoice.account_id == account_id,
            Invoice.status == ISSUED,
            Invoice.open > 0,
            permitted(kind, by),
        )
        .order_by(
            (Invoice.id == first).desc() if first is not None else Invoice.due_on,
            (Invoice.currency == currency).desc(),
            Invoice.due_on,
            Invoice.issued_on,
            Invoice.id,
        )
    )
    with by.session.no_autoflush:
        return list(by.session.scalars(its))


def read_parts(payment: Payment, raw: object, by: Actor) -> list[Wish]:
    """The parts as somebody sent them; Refused with a message under `parts.<place>.<field>`."""
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) > MOST_PARTS:
        raise Refused(_("Give a list of parts."), field="parts")
    open_ones = {one.id: one for one in open_invoices(payment.account_id, by, payment.currency)}
    found: list[Wish] = []
    errors: dict[str, Text | str] = {}
    left = payment.credit
    for place, one in enumerate(raw):
        at = f"parts.{place}"
        if not isinstance(one, Mapping) or set(one) - {"invoice_id", "amount"}:
            errors[at] = _("Give a list of parts.")
        elif _says_amount(one):
            wish = _read(one, at, payment, open_ones, left, errors, by)
            if wish is not None:
                del open_ones[wish.invoice_id]  # None is named twice.
                left -= wish.taken
                found.append(wish)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return found


def _says_amount(one: Mapping[str, Any]) -> bool:
    sent = one.get("amount")
    return sent is not None and not (isinstance(sent, str) and not sent.strip())


def _read(
    one: Mapping[str, Any],
    at: str,
    payment: Payment,
    open_ones: Mapping[UUID, Invoice],
    left: Decimal,
    errors: dict[str, Text | str],
    by: Actor,
) -> Wish | None:
    invoice_id = parse_id(str(one.get("invoice_id") or ""))
    invoice = open_ones.get(invoice_id) if invoice_id is not None else None
    if invoice is None:
        errors[f"{at}.invoice_id"] = _("Nothing is open of such an invoice of this customer.")
        return None
    try:
        wish = _wish(invoice, read_amount(one["amount"], invoice.currency), payment, by)
    except Refused as refused:
        errors[f"{at}.amount"] = refused.message or ""
        return None
    if wish.taken > left:
        errors[f"{at}.amount"] = _(
            "Of this payment only %(most)s %(currency)s are left.",
            most=plain(max(left, NOTHING)),
            currency=payment.currency,
        )
        return None
    return wish


def _wish(invoice: Invoice, amount: Decimal, payment: Payment, by: Actor) -> Wish:
    """So much of an invoice, with what it takes of the payment; Refused beside its amount."""
    if amount <= 0:
        raise Refused(_("Enter an amount above zero."))
    if amount > invoice.open:
        most = plain(invoice.open)
        raise Refused(_("Of this invoice only %(most)s are open.", most=most))
    taken = _turned(amount, invoice.currency, payment.currency, payment, by)
    if taken <= 0:
        raise Refused(_("This is too little to be counted in the currency of the payment."))
    return Wish(invoice.id, invoice.currency, amount, taken)


def _most(invoice: Invoice, left: Decimal, payment: Payment, by: Actor) -> Wish | None:
    """As much of an invoice as is open and as the rest of a payment pays; None where nothing is."""
    try:
        could = _turned(left, payment.currency, invoice.currency, payment, by)
        amount = min(could, invoice.open)
        wish = _wish(invoice, amount, payment, by)
        if wish.taken > left:  # Rounded twice: a cent less of the invoice.
            amount -= Decimal(1).scaleb(-digits_of(invoice.currency))
            wish = _wish(invoice, amount, payment, by)
    except (MissingRate, Refused):
        return None
    return wish if wish.taken <= left else None


def _turned(amount: Decimal, source: str, target: str, payment: Payment, by: Actor) -> Decimal:
    """An amount turned by the rates of the day of a payment, each asked once; or MissingRate."""
    if source == target:
        return rounded(amount, target)
    found: dict[str, Decimal] = {}
    for one in (source, target):
        rate = rate_then(by, one, payment.received_on)
        if rate is None:
            raise MissingRate(one, payment.received_on)
        found[one] = rate
    return turned(amount, found[source], found[target], target)


def _take_rate(payment: Payment, by: Actor) -> None:
    """A payment is worth what it was on the day on which it came, unless another day was named."""
    if payment.currency == by.tenant.currency or payment.rate_on == payment.received_on:
        return
    before = inspect(payment).attrs.received_on.history.deleted or ()
    if payment.rate_on not in (firms_day(by), *before):
        return
    rate = rate_then(by, payment.currency, payment.received_on)
    if rate is not None:
        payment.rate, payment.rate_on = rate, payment.received_on


def _check(payment: Payment, by: Actor, *, is_new: bool) -> None:
    errors: dict[str, Text | str] = {}
    if payment.amount != round(payment.amount, digits_of(payment.currency)):
        told = _("This has more digits than %(currency)s.", currency=payment.currency)
        errors["amount"] = told
    if payment.received_on > firms_day(by):
        errors["received_on"] = _("This day lies ahead.")
    if not payment.is_refund and payment.amount <= 0:
        errors["amount"] = _("Enter an amount above zero. What goes back is a refund.")
    if not is_new:
        errors |= _against_use(payment)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    if payment.is_refund:
        _check_refund(payment, by)


def _against_use(payment: Payment) -> dict[str, Text | str]:
    """What stands against a change of a payment that counts for invoices, or went back."""
    used = payment.applied + payment.refunded
    if not used:
        return {}
    errors = {key: IN_USE for key in KEPT if _is_changed(payment, (key,))}
    if payment.amount < used:
        errors["amount"] = _("At least %(least)s of it are used already.", least=plain(used))
    return dict(errors)


def _check_refund(payment: Payment, by: Actor) -> None:
    with by.session.no_autoflush:
        receipt = by.session.get_one(Payment, payment.refunds_id)
        if receipt.is_refund or (receipt.account_id, receipt.currency) != (
            payment.account_id,
            payment.currency,
        ):
            told = _("A refund has customer and currency of the payment that goes back.")
            raise Refused(told, field="refunds")
        hold_account(receipt.account_id, by)
        by.session.refresh(receipt, ["amount", "applied"])
        others = select(Payment.amount).where(
            Payment.refunds_id == receipt.id,
            Payment.deleted_at.is_(None),
            Payment.id != payment.id,
        )
        left = receipt.amount - receipt.applied + sum(by.session.scalars(others), NOTHING)
    if payment.amount >= 0:
        raise Refused(_("This goes back: enter less than zero."), field="amount")
    if -payment.amount > left:
        raise Refused(_over(left), field="amount")


def _recount(payment: Payment, by: Actor) -> None:
    """Let the receipt of a refund know what went back; Refused where that is more than there is.

    The customer's row is held before the receipt's, as everywhere: nobody waits in a circle.
    """
    hold_account(payment.account_id, by)
    receipt = held_payment(cast("UUID", payment.refunds_id), by)
    found = refunded_of(receipt.id, by)
    if receipt.applied + found > receipt.amount:
        raise Refused(_over(receipt.amount - receipt.applied), field="amount")
    if found != receipt.refunded:
        change_beside(receipt, REFUNDED, by, partial(setattr, receipt, "refunded", found))


def _over(left: Decimal) -> Text:
    if left <= 0:
        return _("Nothing of this payment is left.")
    return _("Of this payment at most %(most)s can go back.", most=plain(left))


def _is_changed(payment: Payment, keys: Sequence[str]) -> bool:
    state = inspect(payment).attrs
    return any(getattr(state, key).history.has_changes() for key in keys)
