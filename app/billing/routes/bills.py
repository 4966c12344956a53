"""Asking for the tax invoice (开票申请) of a bill that was paid."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.billing.doing import email_of
from app.billing.notices import MANAGE, PLAN
from app.billing.routes.blueprint import blueprint
from app.billing.shown import Bill, bill
from app.identity.routes.asking import again, show
from app.identity.texts import clean_email, clean_name
from app.kernel.errors import Answer, Missing, Refused
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast
from tenants.billing.errors import BillingError
from tenants.billing.tax_invoices import ask_tax_invoice

SHORTEST, LONGEST = 15, 20  # Of a 纳税人识别号 and a 统一社会信用代码.


@blueprint.get(f"{PLAN}/bills/<uuid:bill_id>/tax-invoice")
@access(permission=MANAGE, while_suspended=True)
def show_tax_form(bill_id: UUID) -> Response:
    """The form: title, tax number, where to send it."""
    by = current.actor()
    first = {"title": by.tenant.name, "email": email_of(by)}
    return show("billing/tax_invoice.html", {"bill": _bill(bill_id)}, typed=first)


@blueprint.post(f"{PLAN}/bills/<uuid:bill_id>/tax-invoice")
@access(permission=MANAGE, while_suspended=True)
def ask(bill_id: UUID) -> Response:
    """Ask for it once."""
    by, asked = current.actor(), _bill(bill_id)
    try:
        number = _tax_number(request.form.get("tax_number", ""))
        ask_tax_invoice(
            by.tenant.id,
            bill_id,
            title=clean_name(request.form.get("title", "")),
            tax_number=number,
            email=clean_email(request.form.get("email", "")),
            note_text=request.form.get("note", "").strip()[:500],
            asked_by=by.name,
            now=by.now,
        )
    except BillingError as error:
        raise Refused(_("A tax invoice was asked for already.")) from error
    except Answer as answer:
        return again("billing/tax_invoice.html", answer, {"bill": asked})
    toast(_("We issue the tax invoice and send it to you."))
    return see_other(PLAN)


def _bill(bill_id: UUID) -> Bill:
    """A paid bill of this firm for which none was asked yet, or Missing."""
    found = bill(current.actor(), bill_id)
    if found is None or not found.can_ask:
        raise Missing(_("There is nothing at this address."))
    return found


def _tax_number(typed: str) -> str:
    number = "".join(typed.split()).upper()
    if not number.isalnum() or not number.isascii() or not SHORTEST <= len(number) <= LONGEST:
        raise Refused(_("Enter the tax number: 15 to 20 letters and digits."), field="tax_number")
    return number
