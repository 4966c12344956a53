"""Bank transfers and tax invoices that wait, and what the operator says of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from flask import Response, request

from app.kernel.errors import Answer
from app.kernel.language import Text, _
from app.operator import here, payments
from app.operator.routes.blueprint import blueprint
from app.operator.sessions import SignedInOperator
from app.operator.words import plan_name
from app.web import current
from app.web.access import Side, Who, access
from app.web.render import page, see_other
from app.web.toasts import toast
from tenants.billing.waiting import waiting_tax_invoices, waiting_transfers
from tenants.database import control_session
from tenants.resolve import forget

PLACE = "/operator/payments"


@blueprint.get(PLACE)
@access(Side.SERVICE, Who.OPERATOR)
def show_payments() -> Response:
    """What waits, the oldest first."""
    return _shown()


@blueprint.post(f"{PLACE}/transfers/<uuid:request_id>/book")
@access(Side.SERVICE, Who.OPERATOR)
def book_arrival(request_id: UUID) -> Response:
    """Book the money that arrived."""

    def work(by: SignedInOperator) -> None:
        now, read = current.moment(), request.form.get
        arrival = payments.read_arrival(
            read("amount", ""), read("day", ""), read("number", ""), now
        )
        payments.book(request_id, arrival, by, now, differs=read("differs", ""))

    return _done(request_id, work, _("The transfer is booked; the workspace has its plan."))


@blueprint.post(f"{PLACE}/transfers/<uuid:request_id>/drop")
@access(Side.SERVICE, Who.OPERATOR)
def drop_transfer(request_id: UUID) -> Response:
    """Wait no longer for a transfer."""
    reason = request.form.get("reason", "")
    return _done(
        request_id,
        lambda by: payments.drop(request_id, reason, by, current.moment()),
        _("The transfer is waited for no longer; the firm is told why."),
    )


@blueprint.post(f"{PLACE}/tax-invoices/<uuid:request_id>/issue")
@access(Side.SERVICE, Who.OPERATOR)
def issue_tax_invoice(request_id: UUID) -> Response:
    """Note the number of the tax invoice."""
    number = request.form.get("tax_number", "")[:60]
    return _done(
        request_id,
        lambda by: payments.issue(request_id, number, by, current.moment()),
        _("The firm sees the number of its tax invoice."),
    )


@blueprint.post(f"{PLACE}/tax-invoices/<uuid:request_id>/refuse")
@access(Side.SERVICE, Who.OPERATOR)
def refuse_tax_invoice(request_id: UUID) -> Response:
    """Say why there is none."""
    reason = request.form.get("reason", "")
    return _done(
        request_id,
        lambda by: payments.refuse(request_id, reason, by, current.moment()),
        _("The firm sees why there is no tax invoice."),
    )


def _done(request_id: UUID, work: Callable[[SignedInOperator], None], said: Text) -> Response:
    try:
        work(cast("SignedInOperator", here.operator()))
    except Answer as answer:
        return _shown(request_id, answer)
    forget()
    toast(said)
    return see_other(PLACE)


def _shown(about: UUID | None = None, answer: Answer | None = None) -> Response:
    search = request.args.get("q", "").strip()[:100]
    place = {"q": search}
    place |= {name: request.args.get(name, "")[:100] for name in ("after", "tax_after")}
    with control_session() as session:
        transfers = waiting_transfers(session, search, place["after"])
        asked = waiting_tax_invoices(session, place["tax_after"])
    errors = {key: [text] for key, text in answer.errors.items()} if answer is not None else {}
    general = [answer.message] if answer is not None and not errors else []
    return page(
        "operator/payments.html",
        status=answer.status if answer is not None else 200,
        operator=here.operator(),
        transfers=transfers,
        search=search,
        place={name: value for name, value in place.items() if value},
        asked=asked,
        plan_name=plan_name,
        about=about,
        typed=request.form,
        differs=isinstance(answer, payments.Differs),
        errors=errors,
        form_errors=general,
        today=current.moment().date().isoformat(),
        has_mail=here.settings().is_demo,
    )
