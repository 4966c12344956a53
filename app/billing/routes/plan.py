"""Plan and bill: what is rented, choosing, seeing the price of a change before it is made."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Response, request

from app.billing.asked import (
    CHANGED_SINCE,
    Away,
    Unknown,
    read_choice,
    read_shown_at,
    told,
    why_anew,
)
from app.billing.doing import doing, gateway, holder
from app.billing.modules import names_of
from app.billing.notices import MANAGE, PLAN
from app.billing.pages.plan import first_typed, plan_page
from app.billing.pages.price import confirm
from app.billing.routes.blueprint import blueprint
from app.billing.shown import currency_of, current_subscription
from app.identity.routes.asking import again, show
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast
from tenants.billing import operations
from tenants.billing.apply import refresh
from tenants.billing.errors import ChangedSince, NoSubscription
from tenants.billing.operations import Choice, subscription_of


@blueprint.get(PLAN)
@access(permission=MANAGE, while_suspended=True)
def show_plan() -> Response:
    """What is rented, until when, what it costs, and the bills."""
    if request.args.get("paid"):
        _read_anew()
    by = current.actor()
    return show("billing/plan.html", plan_page(by), typed=first_typed(by))


@blueprint.post(PLAN)
@access(permission=MANAGE, while_suspended=True)
def choose() -> Response:
    """Show what a choice costs and takes away, before anything happens."""
    by = current.actor()
    try:
        choice = read_choice(request.form, by)
        living = current_subscription(by)
        with told():
            if living is None or living.way == "transfer":
                return confirm(by, choice, currency_of(by, subscription_of(by.tenant.id)), None)
            shown = operations.preview(gateway(), by.tenant, choice, by.now)
        return confirm(by, choice, living.currency, shown)
    except Answer as answer:
        return again("billing/plan.html", answer, plan_page(current.actor()))


@blueprint.post(f"{PLAN}/change")
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
        return _shown_anew(by, choice, living.currency, anew)
    with doing(by):
        if living is None or at is None:
            raise NoSubscription
        asked: dict[str, Any] = {"at": at, "press": press, "now": by.now, "hold": holder(by)}
        try:
            was = request.form.get("was", "")
            applied = operations.change(gateway(), by.tenant, choice, was=was, **asked)
        except ChangedSince:
            return _shown_anew(by, choice, living.currency, CHANGED_SINCE)
    if applied is not None and applied.waits:
        toast(_("The bill is below. Plan and seats change once it is paid."))
    else:
        toast(_("Your plan was changed."))
    back = set(applied.facts.modules if applied else ()) - set(by.tenant.modules)
    if names_of(back):
        toast(_("Switched on again with your plan: %(modules)s.", modules=names_of(back)))
    return see_other(PLAN)


@blueprint.post(f"{PLAN}/cancel")
@access(permission=MANAGE, while_suspended=True)
def cancel() -> Response:
    """Let the subscription end with what is paid."""
    by = current.actor()
    with doing(by):
        operations.cancel_at_end(gateway(), by.tenant, by.now)
    toast(_("Your subscription ends with the period that is paid. Until then nothing changes."))
    return see_other(PLAN)


@blueprint.post(f"{PLAN}/resume")
@access(permission=MANAGE, while_suspended=True)
def resume() -> Response:
    """Let it go on after all."""
    by = current.actor()
    with doing(by):
        operations.resume(gateway(), by.tenant, by.now)
    toast(_("Your subscription goes on."))
    return see_other(PLAN)


@blueprint.post(f"{PLAN}/look-again")
@access(permission=MANAGE, while_suspended=True)
def look_again() -> Response:
    """Read anew what the payment service has."""
    by = current.actor()
    with doing(by):
        refresh(gateway(), by.tenant.id, by.now)
    return see_other(PLAN)


def _shown_anew(by: Actor, choice: Choice, currency: str, why: Text) -> Response:
    with told():
        shown = operations.preview(gateway(), by.tenant, choice, by.now)
    return confirm(by, choice, currency, shown, anew=why)


def _read_anew() -> None:
    """Who comes back from Stripe sees what came of it, before its notice was applied."""
    by = current.actor()
    with suppress(Away, Unknown, Refused, Conflict), doing(by):
        refresh(gateway(), by.tenant.id, by.now)
