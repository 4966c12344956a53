"""The page of plan and bill: what is rented, what waits to be paid, the form, the bills."""

from __future__ import annotations

from dataclasses import dataclass

from app.billing.modules import modules_off
from app.billing.shown import (
    Bill,
    bills,
    currency_of,
    current_subscription,
    is_paid_by_transfer,
    offers,
    open_payment,
    plan_name,
    whole_price,
)
from app.identity import outside
from app.identity.usage import seats
from app.kernel.actor import Actor
from app.web.formats import formats
from tenants.billing.models import Subscription
from tenants.billing.operations import subscription_of
from tenants.billing.transfer_requests import transfer_asked
from tenants.billing.unpaid import START, UNPAID, is_waiting
from tenants.plans import Limit, plans_for_sale


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the firm gets once its bill is paid; `bill` is None until Stripe has made it out."""

    plan: str
    seats: int
    begins: bool  # Nothing of the subscription was paid yet.
    bill: Bill | None
    due: str


def plan_page(by: Actor) -> dict[str, object]:
    """Everything that the page shows but what was typed."""
    row, write = current_subscription(by), formats(by)
    trial, waits = by.tenant.trial_ends_at, open_payment(by)
    taken, listed = seats.taken(by), bills(by)
    pay_by = by.tenant.pay_by if _owes(by, row, listed) else None
    waiting = _waiting(by, row, listed)
    given = None if waiting and waiting.begins else row
    return {
        "held": waits[0] if waits else None,
        "held_until": write.moment(waits[1], by.today()) if waits else "",
        "transfer": transfer_asked(by.tenant.id),
        "waiting": waiting,
        "is_paid": is_paid_by_transfer(by, row),
        "spare": row.seats - taken if row and row.way != "transfer" and not waiting else 0,
        "row": given,
        "plan": plan_name(row.plan if row and not waiting else by.tenant.plan),
        "seats": _seats(by, row),
        "price": write.money(whole_price(row), row.currency) if row and not waiting else "",
        "until": write.day(write.local(row.period_end).date(), by.today())
        if row and row.period_end
        else "",
        "trial_ends": write.day(write.local(trial).date(), by.today()) if trial else "",
        "pay_by": write.day(write.local(pay_by).date(), by.today()) if pay_by else "",
        "offers": offers(by, currency_of(by, subscription_of(by.tenant.id))),
        "taken": taken,
        "bills": listed,
        "modules_off": modules_off(by),
        "write_to": outside.settings().provider_email,
    }


def first_typed(by: Actor) -> dict[str, str]:
    """What stands in the form before anything was typed."""
    living = current_subscription(by)
    offered = [one.key for one in plans_for_sale()]
    plan = living.plan if living else by.tenant.plan
    return {
        "plan": plan if plan in offered else offered[0],
        "interval": living.interval if living else "year",
        "seats": str(living.seats if living else max(seats.taken(by), 1)),
    }


def _owes(by: Actor, row: Subscription | None, listed: list[Bill]) -> bool:
    """False where every bill is paid by now, though the request's facts are some seconds old."""
    if by.tenant.is_read_only or by.tenant.is_suspended or row is None or row.way == "transfer":
        return True
    return any(one.row.status in UNPAID for one in listed)


def _waiting(by: Actor, row: Subscription | None, listed: list[Bill]) -> Waiting | None:
    if row is None or not is_waiting(row):
        return None
    open_ones = (one for one in listed if one.row.status in UNPAID and one.row.stripe_id)
    bill, write = next(open_ones, None), formats(by)
    due_at = bill.row.due_at if bill is not None else None
    due = write.day(write.local(due_at).date(), by.today()) if due_at else ""
    return Waiting(plan_name(row.plan), row.seats, row.waits == START, bill, due)


def _seats(by: Actor, row: Subscription | None) -> int:
    """How many the firm has: while a change is not paid, those that it had before."""
    if row is not None and not is_waiting(row):
        return row.seats
    return by.tenant.limits.get(Limit.SEATS, 0)
