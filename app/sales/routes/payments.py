"""Recording a payment and counting it for invoices, taking parts of it back."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from flask import Response, request

from app.crm.models import Account
from app.identity.routes.asking import typed
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Held, Missing, NotPermitted, Refused
from app.kernel.language import Text, _
from app.records.door import perform
from app.records.routes.blueprint import next_or, record_for, record_url
from app.records.tailored import tailored
from app.sales.models import Invoice, Payment
from app.sales.operations.amounts import filled_in
from app.sales.operations.payments import MOST_PARTS, open_invoices, proposed
from app.sales.pages.receive import (
    KEYS,
    account_of,
    parts_form,
    receive_form,
    sent_parts,
)
from app.sales.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import page, see_other
from app.web.toasts import toast

RECEIVE, APPLY = "sales/receive.html", "sales/apply.html"
PLACE = "/payments/receive"
ONE = "/payments/<uuid:record_id>"
FIELDS = 2 * MOST_PARTS + 40
CREATE = ("payment", "create")


@blueprint.get(PLACE)
@access(permission=CREATE)
def show_receive() -> Response:
    """A payment of a customer, with the invoices that it would count for; or whose it is."""
    account, invoice, by = _whose(request.args)
    if account is None:
        return page(RECEIVE, "form", it=None, next=next_or("/payments"), place=PLACE)
    it = receive_form(account, by, invoice=invoice)
    return page(RECEIVE, "form", it=it, next=next_or(""), place=PLACE)


@blueprint.post(f"{PLACE}/propose", defaults={"keeps_parts": False})
@blueprint.post(f"{PLACE}/count", defaults={"keeps_parts": True})
@access(permission=CREATE, form_fields=FIELDS)
def propose_parts(keeps_parts: bool) -> Response:
    """The form again while somebody types: with other proposals, or with what stays over."""
    account, invoice, by = _asked()
    it = receive_form(account, by, request.form, invoice=invoice, keeps_parts=keeps_parts)
    return page(RECEIVE, "form", it=it, next=next_or(""), place=PLACE)


@blueprint.post(PLACE)
@access(permission=CREATE, form_fields=FIELDS)
def receive() -> Response:
    """Record the payment and count it for the invoices beside which something is typed."""
    account, _invoice, by = _asked()
    if typed("propose"):
        return propose_parts(keeps_parts=False)
    try:
        payment = _received(account, by)
    except Held:
        raise  # It is asked for at the edge.
    except Answer as refused:
        by.session.rollback()
        account, invoice, by = _asked()
        it = receive_form(
            account,
            by,
            request.form,
            invoice=invoice,
            keeps_parts=True,
            errors=refused.errors,
            alert="" if refused.errors else refused.message or "",
        )
        return page(RECEIVE, "form", status=refused.status, it=it, next=next_or(""), place=PLACE)
    toast(_told(payment, by))
    return see_other(next_or(f"/payments/{payment.id}"))


def _received(account: Account, by: Actor) -> Payment:
    given: dict[str, Any] = {"account_id": str(account.id)}
    given |= {key: typed(key) for key in ("received_on", "currency", "amount")}
    given |= {key: typed(key) for key in KEYS if key in request.form}
    payment = cast("Payment", perform("payment", "create", by=by, **given))
    parts = sent_parts(request.form)
    if any(one["amount"].strip() for one in parts):
        perform("payment", "apply", payment, by=by, parts=parts)
    return payment


def _told(payment: Payment, by: Actor) -> Text:
    amount = formats(by).money(payment.amount, payment.currency)
    if payment.credit:
        rest = formats(by).money(payment.credit, payment.currency)
        return _("Recorded: %(amount)s, of which %(rest)s stay credit", amount=amount, rest=rest)
    return _("Recorded: %(amount)s", amount=amount)


def _whose(sent: Any) -> tuple[Account | None, Invoice | None, Actor]:
    by = current.actor()
    if not by.may("payment", "apply"):
        raise NotPermitted(_("Your role does not allow this."))
    account, invoice = account_of(sent, by)
    return account, invoice, by


def _asked() -> tuple[Account, Invoice | None, Actor]:
    account, invoice, by = _whose(request.form)
    if account is None:
        raise Missing(_("There is no such record."))
    return account, invoice, by


@blueprint.get(f"{ONE}/apply")
@access(record_verb="act")
def show_apply(record_id: UUID) -> Response:
    """The invoices for which what is left of a payment would count."""
    payment, url, by = _payment(record_id, "apply")
    values = {
        str(one.invoice_id): filled_in(one.amount, one.currency) for one in proposed(payment, by)
    }
    return _apply_page(payment, url, values, by)


@blueprint.post(f"{ONE}/apply")
@access(record_verb="act", form_fields=FIELDS)
def do_apply(record_id: UUID) -> Response:
    """Count what is left of a payment for invoices: for those named, or the oldest."""
    payment, url, by = _payment(record_id, "apply")
    try:
        sent: dict[str, Any] = {"parts": sent_parts(request.form)} if "part" in request.form else {}
        if sent and not any(one["amount"].strip() for one in sent["parts"]):
            raise Refused(_("Type an amount beside an invoice."))
        perform("payment", "apply", payment, by=by, **sent)
    except Held:
        raise  # It is asked for at the edge.
    except Answer as refused:
        by.session.rollback()
        payment, url, by = _payment(record_id, "apply")
        form = request.form
        values = dict(zip(form.getlist("invoice"), form.getlist("part"), strict=False))
        return _apply_page(payment, url, values, by, refused)
    toast(_("Counted for invoices"))
    return see_other(next_or(url))


def _apply_page(
    payment: Payment, url: str, values: dict[str, str], by: Actor, refused: Answer | None = None
) -> Response:
    parts = parts_form(payment, open_invoices(payment.account_id, by, payment.currency), values, by)
    errors = {key: [text] for key, text in refused.errors.items()} if refused is not None else {}
    return page(
        APPLY,
        "form",
        status=refused.status if refused is not None else 200,
        title=payment.name,
        url=f"{url}/apply",
        parts=parts,
        left=formats(by).money(payment.credit, payment.currency),
        errors=errors,
        alert=refused.message if refused is not None and not refused.errors else "",
        next=next_or(url),
    )


@blueprint.post(f"{ONE}/take_back")
@access(record_verb="act")
def do_take_back(record_id: UUID) -> Response:
    """Let one part of a payment count no more, or all of it."""
    payment, url, by = _payment(record_id, "take_back")
    perform("payment", "take_back", payment, by=by, part=typed("part") or None)
    toast(_("Taken back from invoices"))
    return see_other(next_or(url))


def _payment(record_id: UUID, verb: str) -> tuple[Payment, str, Actor]:
    record_type, record, by = record_for("payments", record_id, verb)
    action = tailored(record_type, by).action(verb)
    if action is not None and not action.when(record):
        raise Refused(_("This can't be done with this record as it stands."))
    return cast("Payment", record), record_url(record_type, record_id), by
