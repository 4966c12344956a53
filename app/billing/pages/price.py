"""The page that shows what a choice costs and takes away, before anything happens."""

from __future__ import annotations

from flask import Response

from app.billing.losses import losses
from app.billing.shown import (
    current_subscription,
    is_paid_by_transfer,
    stands_at,
    takes_transfer,
)
from app.kernel import language
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.kernel.language import Text
from app.web.formats import formats
from app.web.render import page
from tenants.billing.operations import Choice, Preview
from tenants.billing.transfer_price import transfer_price
from tenants.facts import State


def confirm(
    by: Actor,
    choice: Choice,
    currency: str,
    shown: Preview | None,
    *,
    anew: Text | None = None,
) -> Response:
    """What `choice` costs: as `shown` for a change, else the ways to pay it; `anew` says why again.

    PaidFurther as `transfer_price`.
    """
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
        was=stands_at(living) if living else "",
        anew=anew,
        due=write.money(shown.due, currency) if shown else "",
        credit=write.money(shown.credit, currency) if shown and shown.credit else "",
        is_billed=bool(shown and shown.due and living and living.way == "invoice"),
        still_ends=bool(shown and living and living.cancels_at_period_end),
        losses=losses(choice.plan, by),
        takes_transfer=takes_transfer(currency, choice.interval),
        taken_off=write.money(price.credit, currency) if price and price.credit else "",
        to_transfer=write.money(price.due, currency) if price else "",
        only_transfer=is_paid_by_transfer(by, living),
        trial_until=_trial_until(by) if living is None else "",
        press=new_id().hex,
    )


def _trial_until(by: Actor) -> str:
    """The day on which a trial that is on would end, which paying ends before; "" for none."""
    ends, write = by.tenant.trial_ends_at, formats(by)
    if by.tenant.state is not State.TRIAL or ends is None or ends <= by.now:
        return ""
    return write.day(write.local(ends).date(), by.today())
