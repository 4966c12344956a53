"""What issuing, crediting and cancelling an invoice asks, and refunding a payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

from flask import Response

from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.access import sees, writable_keys
from app.records.door import perform
from app.records.pages.choices import choices_of
from app.records.routes.blueprint import next_or, record_for, record_url
from app.records.tailored import tailored
from app.records.types import Action, RecordType
from app.sales.models import Invoice, Payment
from app.sales.operations.amounts import filled_in
from app.sales.operations.balance import firms_day
from app.sales.routes.blueprint import blueprint
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast

ASK = "sales/money_ask.html"
INVOICE, PAYMENT = "/invoices/<uuid:record_id>", "/payments/<uuid:record_id>"


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of the form: its kind is day, amount, text, words or choice."""

    key: str
    label: Text
    kind: str
    help: Text | str = ""
    options: tuple[tuple[str, str], ...] = ()


@blueprint.get(f"{INVOICE}/issue", defaults={"collection": "invoices", "verb": "issue"})
@blueprint.get(f"{INVOICE}/credit", defaults={"collection": "invoices", "verb": "credit"})
@blueprint.get(f"{INVOICE}/cancel", defaults={"collection": "invoices", "verb": "cancel"})
@blueprint.get(f"{PAYMENT}/refund", defaults={"collection": "payments", "verb": "refund"})
@access(record_verb="act")
def show_money(collection: str, record_id: UUID, verb: str) -> Response:
    """What the action asks, with what it would be filled."""
    record_type, record, by = _found(collection, record_id, verb)
    values = _begun(record, verb, by)
    return show(ASK, _shown(record_type, record, verb, by), block="form", typed=values)


@blueprint.post(f"{INVOICE}/issue", defaults={"collection": "invoices", "verb": "issue"})
@blueprint.post(f"{INVOICE}/credit", defaults={"collection": "invoices", "verb": "credit"})
@blueprint.post(f"{INVOICE}/cancel", defaults={"collection": "invoices", "verb": "cancel"})
@blueprint.post(f"{PAYMENT}/refund", defaults={"collection": "payments", "verb": "refund"})
@access(record_verb="act")
def do_money(collection: str, record_id: UUID, verb: str) -> Response:
    """Do it, or show beside the fields what stands against it."""
    record_type, record, by = _found(collection, record_id, verb)

    def work() -> None:
        given: dict[str, Any] = {one.key: typed(one.key) for one in _fields(record, verb, by)}
        perform(record_type, verb, record, by=by, **given)

    refused = submit(work, ASK, partial(_shown, record_type, record, verb, by))
    if refused is not None:
        return refused
    toast(_action(record_type, verb).done)
    return see_other(next_or(record_url(record_type, record_id)))


def _fields(record: Invoice | Payment, verb: str, by: Actor) -> tuple[Asked, ...]:
    if verb == "issue":
        tax = Asked("tax_number", _("Number of the tax invoice"), "text")
        may_write = "tax_number" in writable_keys(tailored("invoice", by), by)
        days = (Asked("issued_on", _("Issued on"), "day"), Asked("due_on", _("Due on"), "day"))
        return (*days, *((tax,) if may_write else ()))
    reason = Asked("reason", _("Reason"), "words")
    if verb == "cancel":
        return (reason,)
    amount = Asked("amount", _("Amount (%(currency)s)", currency=record.currency), "amount")
    if verb == "credit":
        return (amount, reason)
    kind = tailored("payment", by)
    found = choices_of(kind, by).get("method") or kind.field("method").options
    offered = tuple((one.value, one.shown()) for one in found if one.is_offered)
    return (
        amount,
        Asked("received_on", _("Went back on"), "day"),
        Asked("method", _("Way of payment"), "choice", options=offered),
        Asked("reference", _("Bank’s reference"), "text"),
        Asked("note", _("Note"), "words"),
    )


def _begun(record: Invoice | Payment, verb: str, by: Actor) -> Mapping[str, str]:
    """What stands in the form at first, as far as `by` may see it; what is empty is as usual."""
    kind = tailored("payment" if isinstance(record, Payment) else "invoice", by)
    keys = {"refund": ("amount", "credit"), "credit": ("amount", "credited")}.get(verb, ())
    hides = not all(sees(kind, key, by) for key in keys)
    usual = _usual(record, verb, by)
    return {
        key: value
        for key, value in usual.items()
        if sees(kind, key, by) and not (key == "amount" and hides)
    }


def _usual(record: Invoice | Payment, verb: str, by: Actor) -> Mapping[str, str]:
    today = firms_day(by)
    if isinstance(record, Payment):
        begun = {
            "amount": filled_in(record.credit, record.currency),
            "received_on": today.isoformat(),
        }
        return {**begun, "method": record.method or ""}
    if verb == "issue":
        day = min(record.issued_on or today, today)
        due = record.due_on
        if due is None or due < day:
            due = day + timedelta(days=record.payment_days or 0)
        return {
            "issued_on": day.isoformat(),
            "due_on": due.isoformat(),
            "tax_number": record.tax_number or "",
        }
    return (
        {"amount": filled_in(record.amount + record.credited, record.currency)}
        if verb == "credit"
        else {}
    )


def _shown(
    record_type: RecordType, record: Invoice | Payment, verb: str, by: Actor
) -> dict[str, object]:
    url = record_url(record_type, record.id)
    return {
        "url": f"{url}/{verb}",
        "title": record_type.title_of(record),
        "action": _action(record_type, verb),
        "fields": _fields(record, verb, by),
        "hint": HINTS.get(verb, ""),
        "is_danger": verb == "cancel",
        "next": next_or(url),
    }


HINTS: Mapping[str, Text] = {
    "issue": _("From then on it stays as it is: what the customer was told is in the books."),
    "credit": _(
        "A credit is asked for like an invoice and takes effect once it is issued. What was paid"
        " beyond what is left is the customer’s credit then."
    ),
}


def _action(record_type: RecordType, verb: str) -> Action:
    found = record_type.action(verb)
    if found is None:
        raise LookupError(verb)
    return found


def _found(
    collection: str, record_id: UUID, verb: str
) -> tuple[RecordType, Invoice | Payment, Actor]:
    record_type, record, by = record_for(collection, record_id, verb)
    if not _action(record_type, verb).when(record):
        raise Refused(_("This can't be done with this record as it stands."))
    return record_type, cast("Invoice | Payment", record), by
