"""Plan and bill: what is rented, choosing, seeing the price of a change before it is made."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Response, request

from app.billing.asked import (
    Away,
    Unknown,
    read_choice,
    read_shown_at,
    rented,
    told,
    why_anew,
)
from app.billing.doing import doing, holder
from app.billing.losses import losses
from app.billing.notices import MANAGE
from app.billing.routes.blueprint import blueprint
from app.billing.shown import (
    bills,
    currency_of,
    current_subscription,
    is_paid_by_transfer,
    offers,
    open_payment,
    plan_name,
    takes_transfer,
    whole_price,
)
from app.identity import outside
from app.identity.models import User
from app.identity.routes.asking import again, show
from app.identity.usage import seats
from app.kernel import language
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import page, see_other
from app.web.toasts import toast
from tenants.billing import beginning, operations
from tenants.billing.apply import refresh
from tenants.billing.errors import NoSubscription
from tenants.billing.gateway import Gateway
from tenants.billing.operations import Choice, subscription_of
from tenants.billing.transfer_price import transfer_price
from tenants.billing.transfer_requests import ask_transfer, transfer_asked
from tenants.plans import plans_for_sale

PLACE = "/settings/billing"


def gateway() -> Gateway:
    """The way to Stripe with the service's key."""
    return Gateway(outside.settings())


def email_of(by: Actor) -> str:
    """Where Stripe writes to: whoever begins to pay."""
    return by.session.get_one(User, by.user_id).email


@blueprint.get(PLACE)
@access(permission=MANAGE, while_suspended=True)
def show_plan() -> Response:
    """What is rented, until when, what it costs, and the bills."""
    if request.args.get("paid"):
        _read_anew()
    by = current.actor()
    return show("billing/plan.html", _page(by), typed=_first(by))


@blueprint.post(PLACE)
@access(permission=MANAGE, while_suspended=True)
def choose() -> Response:
    """Show what a choice costs and takes away, before anything happens."""
    by = current.actor()
    try:
        choice = read_choice(request.form, by)
        living = current_subscription(by)
        if living is None or living.way == "transfer":
            with told():
                return _confirm(by, choice, _currency(by), None)
        with told():
            shown = operations.preview(gateway(), by.tenant, choice, by.now)
        return _confirm(by, choice, living.currency, shown)
    except Answer as answer:
        return again("billing/plan.html", answer, _page(current.actor()))


@blueprint.post(f"{PLACE}/pay")
@access(permission=MANAGE, while_suspended=True)
def pay() -> Response:
    """Lead to Stripe's page, or have a bill sent, for who pays the first time."""
    by = current.actor()
    choice, currency = read_choice(request.form, by), _currency(by)
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
    back = outside.workspace_url(by.tenant, PLACE)
    urls = (f"{back}?paid=1", back)
    with doing(by):
        if request.form.get("way") == "invoice":
            beginning.prepay(gateway(), by.tenant, choice, currency, **values)
            toast(_("The bill is below. Pay it there by Alipay, WeChat Pay or card."))
            return see_other(PLACE)
        url = beginning.checkout(gateway(), by.tenant, choice, currency, urls=urls, **values)
    return _leave(url, _("Pay at Stripe"))


@blueprint.post(f"{PLACE}/withdraw")
@access(permission=MANAGE, while_suspended=True)
def withdraw() -> Response:
    """Close the payment that was begun and not made, and free the seats that it held."""
    by = current.actor()
    with doing(by):
        beginning.withdraw(gateway(), by.tenant, by.now)
    toast(_("The payment was withdrawn. Nothing was charged."))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/look-again")
@access(permission=MANAGE, while_suspended=True)
def look_again() -> Response:
    """Read anew what the payment service has."""
    by = current.actor()
    with doing(by):
        refresh(gateway(), by.tenant.id, by.now)
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/change")
@access(permission=MANAGE, while_suspended=True)
def change() -> Response:
    """Change the subscription for the price that was shown, or show the price anew."""
    by = current.actor()
    choice = read_choice(request.form, by)
    press = request.form.get("press", "")[:40] or new_id().hex
    living = current_subscription(by)
    at = read_shown_at(request.form, by.now, living.period_start if living else None)
    anew = why_anew(request.form, choice, living, at)
    if living is not None and anew is not None:
        with told():
            shown = operations.preview(gateway(), by.tenant, choice, by.now)
        return _confirm(by, choice, living.currency, shown, anew=anew)
    with doing(by):
        if at is None:
            raise NoSubscription
        asked: dict[str, Any] = {"at": at, "press": press, "now": by.now, "hold": holder(by)}
        operations.change(gateway(), by.tenant, choice, **asked)
    toast(_("Your plan was changed."))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/portal")
@access(permission=MANAGE, while_suspended=True)
def open_portal() -> Response:
    """Lead to Stripe's page of the card and the invoices."""
    by = current.actor()
    back = outside.workspace_url(by.tenant, f"{PLACE}?paid=1")
    with told():
        url = operations.portal(gateway(), by.tenant, back=back, language=by.language)
    return _leave(url, _("Card and invoices"))


@blueprint.post(f"{PLACE}/cancel")
@access(permission=MANAGE, while_suspended=True)
def cancel() -> Response:
    """Let the subscription end with what is paid."""
    by = current.actor()
    with doing(by):
        operations.cancel_at_end(gateway(), by.tenant, by.now)
    toast(_("Your subscription ends with the period that is paid. Until then nothing changes."))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/resume")
@access(permission=MANAGE, while_suspended=True)
def resume() -> Response:
    """Let it go on after all."""
    by = current.actor()
    with doing(by):
        operations.resume(gateway(), by.tenant, by.now)
    toast(_("Your subscription goes on."))
    return see_other(PLACE)


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
    return see_other(f"{PLACE}/transfer")


def _currency(by: Actor) -> str:
    return currency_of(by, subscription_of(by.tenant.id))


def _first(by: Actor) -> dict[str, str]:
    """What stands in the form before anything was typed."""
    living = current_subscription(by)
    offered = [one.key for one in plans_for_sale()]
    rented = living.plan if living else by.tenant.plan
    return {
        "plan": rented if rented in offered else offered[0],
        "interval": living.interval if living else "year",
        "seats": str(living.seats if living else max(seats.taken(by), 1)),
    }


def _page(by: Actor) -> dict[str, object]:
    row = current_subscription(by)
    write = formats(by)
    day = (
        write.day(write.local(row.period_end).date(), by.today()) if row and row.period_end else ""
    )
    trial, pay_by = by.tenant.trial_ends_at, by.tenant.pay_by
    waits, taken = open_payment(by), seats.taken(by)
    return {
        "held": waits[0] if waits else None,
        "held_until": write.moment(waits[1], by.today()) if waits else "",
        "transfer": transfer_asked(by.tenant.id),
        "is_paid": is_paid_by_transfer(by, row),
        "spare": row.seats - taken if row and row.way != "transfer" else 0,
        "row": row,
        "plan": plan_name(row.plan if row else by.tenant.plan),
        "price": write.money(whole_price(row), row.currency) if row else "",
        "until": day,
        "trial_ends": write.day(write.local(trial).date(), by.today()) if trial else "",
        "pay_by": write.day(write.local(pay_by).date(), by.today()) if pay_by else "",
        "offers": offers(by, _currency(by)),
        "taken": taken,
        "bills": bills(by),
    }


def _confirm(
    by: Actor,
    choice: Choice,
    currency: str,
    shown: operations.Preview | None,
    *,
    anew: Text | None = None,
) -> Response:
    write = formats(by)
    price = transfer_price(by.tenant.id, choice, currency, by.now) if shown is None else None
    living = current_subscription(by)
    whole_sum = choice.plan.price(currency, choice.interval) * choice.seats
    return page(
        "billing/confirm.html",
        choice=choice,
        plan=choice.plan.text(choice.plan.name, language.current()),
        currency=currency,
        total=write.money(whole_sum, currency),
        shown=shown,
        was=rented(living) if living else "",
        anew=anew,
        due=write.money(shown.due, currency) if shown else "",
        credit=write.money(shown.credit, currency) if shown and shown.credit else "",
        losses=losses(choice.plan, by),
        takes_transfer=takes_transfer(currency, choice.interval),
        taken_off=write.money(price.credit, currency) if price and price.credit else "",
        to_transfer=write.money(price.due, currency) if price else "",
        only_transfer=is_paid_by_transfer(by, living),
        press=new_id().hex,
    )


def _leave(url: str, label: object) -> Response:
    """The way to another host, which the page's policy lets no form lead to."""
    response = page("billing/leave.html", url=url, label=str(label))
    response.headers["HX-Redirect"] = url
    return response


def _read_anew() -> None:
    """Who comes back from Stripe sees what came of it, before its notice was applied."""
    by = current.actor()
    with suppress(Away, Unknown, Refused, Conflict), doing(by):
        refresh(gateway(), by.tenant.id, by.now)
