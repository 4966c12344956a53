"""Paying: the ways to Stripe and to our bank account, and taking back what was begun."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.billing.asked import read_choice, told
from app.billing.doing import doing, email_of, gateway, holder
from app.billing.notices import MANAGE, PLAN
from app.billing.routes.blueprint import blueprint
from app.billing.shown import currency_of, takes_transfer
from app.identity import outside
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast
from tenants.billing import beginning, operations
from tenants.billing.operations import Choice, subscription_of
from tenants.billing.taking_back import take_back
from tenants.billing.transfer_requests import ask_transfer


@blueprint.post(f"{PLAN}/pay")
@access(permission=MANAGE, while_suspended=True)
def pay() -> Response:
    """Lead to Stripe's page, or have a bill sent, for who pays the first time."""
    by = current.actor()
    choice = read_choice(request.form, by)
    currency = currency_of(by, subscription_of(by.tenant.id))
    press = request.form.get("press", "")[:40] or new_id().hex
    values: dict[str, Any] = {
        "email": email_of(by),
        "language": by.language,
        "press": press,
        "now": by.now,
        "hold": holder(by),
    }
    if request.form.get("way") == "transfer":
        return _ask_transfer(by, choice, currency)
    back = outside.workspace_url(by.tenant, PLAN)
    urls = (f"{back}?paid=1", back)
    with doing(by):
        if request.form.get("way") == "invoice":
            beginning.prepay(gateway(), by.tenant, choice, currency, **values)
            toast(_("The bill is below. Pay it there by Alipay, WeChat Pay or card."))
            return see_other(PLAN)
        url = beginning.checkout(gateway(), by.tenant, choice, currency, urls=urls, **values)
    return _leave(url, _("Pay at Stripe"))


@blueprint.post(f"{PLAN}/withdraw")
@access(permission=MANAGE, while_suspended=True)
def withdraw() -> Response:
    """Close the payment that was begun and not made, and free the seats that it held."""
    by = current.actor()
    with doing(by):
        beginning.withdraw(gateway(), by.tenant, by.now)
    toast(_("The payment was withdrawn. Nothing was charged."))
    return see_other(PLAN)


@blueprint.post(f"{PLAN}/withdraw-bill")
@access(permission=MANAGE, while_suspended=True)
def withdraw_bill() -> Response:
    """Take back the bill that is not paid, with what it was for."""
    by = current.actor()
    with doing(by):
        take_back(gateway(), by.tenant, by.now)
    toast(_("The bill was withdrawn. Nothing was charged."))
    return see_other(PLAN)


@blueprint.post(f"{PLAN}/portal")
@access(permission=MANAGE, while_suspended=True)
def open_portal() -> Response:
    """Lead to Stripe's page of the card and the invoices."""
    by = current.actor()
    back = outside.workspace_url(by.tenant, f"{PLAN}?paid=1")
    with told():
        url = operations.portal(gateway(), by.tenant, back=back, language=by.language)
    return _leave(url, _("Card and invoices"))


def _ask_transfer(by: Actor, choice: Choice, currency: str) -> Response:
    """Have a bank transfer waited for, and show where it goes."""
    if not takes_transfer(currency, choice.interval):
        raise Refused(_("A year in this currency can't be paid by bank transfer here."))
    with doing(by):
        stripe = gateway() if outside.settings().stripe_secret_key else None
        ask_transfer(
            stripe, by.tenant, choice, currency, asked_by=by.name, now=by.now, hold=holder(by)
        )
    toast(_("We wait for your transfer. Its amount and reference are below."))
    return see_other(f"{PLAN}/transfer")


def _leave(url: str, label: object) -> Response:
    """The way to another host, which the page's policy lets no form lead to."""
    response = page("billing/leave.html", url=url, label=str(label))
    response.headers["HX-Redirect"] = url
    return response
