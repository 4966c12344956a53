"""What somebody asks of plan and bill, read and checked; Stripe's refusals in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from app.billing.shown import stands_at
from app.identity import outside
from app.identity.usage import seats
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Refused
from app.kernel.language import Text, _
from app.kernel.whole import whole
from tenants.billing.errors import (
    AlreadySubscribed,
    BillDraft,
    BillingError,
    BillOpen,
    ChangedSince,
    ChangingNow,
    Declined,
    NoSubscription,
    NotConfigured,
    PaidFurther,
    PaidMeanwhile,
    TransferAsked,
    Uncertain,
    Unreachable,
    YearOnly,
)
from tenants.billing.models import Subscription
from tenants.billing.operations import Choice, rented
from tenants.plans import INTERVALS, Limit, Plan, plans_for_sale

MOST_SEATS = 10_000
SHOWN_FOR = 900  # Seconds for which a price that was shown can be taken.
LONG_AGO = _(
    "Some time has passed since the price was shown. Nothing was charged: look at it once more."
)
CHANGED_SINCE = _(
    "What you rent was changed since the price was shown. Nothing was charged: look at it once "
    "more."
)


class Away(Answer):
    """The payment service is away, or there is none: 503, and nothing was changed."""

    status = 503


class Unknown(Answer):
    """The payment service was asked for a change and did not answer: 504, and nobody knows yet."""

    status = 504
    way_out = ("/settings/billing/look-again", _("Look now"))


# What is told of each, in words; the first that fits, so narrower ones come first.
TOLD: tuple[tuple[type[BillingError], type[Answer], Text], ...] = (
    (NotConfigured, Away, _("Paying online is not set up. Write to us, and we send a bill.")),
    (
        Uncertain,
        Unknown,
        _(
            "The payment service did not answer in time. Whether the change was made is not known "
            "yet: we ask again by ourselves, and the page “Plan and bill” shows what stands. "
            "Nothing is charged twice."
        ),
    ),
    (
        Unreachable,
        Away,
        _("The payment service does not answer. Nothing was charged; try again in a minute."),
    ),
    (
        Declined,
        Refused,
        _(
            "The card was declined, and nothing was changed. Enter another card under “Card and "
            "invoices”, then try again."
        ),
    ),
    (AlreadySubscribed, Refused, _("You have a subscription already. Change it below.")),
    (
        TransferAsked,
        Refused,
        _("You have asked to pay by bank transfer. Withdraw that first, then pay otherwise."),
    ),
    (
        ChangingNow,
        Conflict,
        _(
            "Somebody changes what you rent at this moment, or it is being read anew. Nothing of "
            "yours was done: wait a few seconds, look at the page again, then try once more."
        ),
    ),
    (
        PaidFurther,
        Refused,
        _(
            "What you have paid by bank transfer is worth more than this costs. Choose it when "
            "less of the paid time is left, or write to us."
        ),
    ),
    (
        BillOpen,
        Refused,
        _("A bill is not paid yet. Pay it first, under “Bills”, then change the plan."),
    ),
    (
        BillDraft,
        Refused,
        _("The bill is being made out. It can be withdrawn within the hour, once it is there."),
    ),
    (ChangedSince, Conflict, CHANGED_SINCE),
    (
        YearOnly,
        Refused,
        _("A bill is sent for a whole year alone. Choose “Yearly”, or pay by card."),
    ),
    (
        PaidMeanwhile,
        Refused,
        _("The bill was paid in the meantime, so that it can't be withdrawn any more."),
    ),
    (NoSubscription, Refused, _("There is no subscription that could be changed.")),
)


@contextmanager
def told() -> Iterator[None]:
    """Turn what stands against a payment into an answer for a person."""
    try:
        yield
    except BillingError as error:
        for kind, answer, text in TOLD:
            if isinstance(error, kind):
                raise answer(_with_address(kind, text)) from error
        raise Refused(
            _("The payment service refused this: %(reason)s", reason=error.reason)
        ) from error


def _with_address(kind: type[BillingError], text: Text) -> Text:
    """The words, and where to write to, where they ask to write and the service has an address."""
    email = outside.settings().provider_email
    if kind is NotConfigured and email:
        return _(
            "Paying online is not set up. Write to %(email)s, and we send a bill.", email=email
        )
    if kind is PaidFurther and email:
        return _(
            "What you have paid by bank transfer is worth more than this costs. Choose it when "
            "less of the paid time is left, or write to %(email)s.",
            email=email,
        )
    return text


def read_choice(typed: Mapping[str, str], by: Actor) -> Choice:
    """The plan, the interval and the seats that a form names; Refused beside their fields."""
    errors: dict[str, Text | str] = {}
    plan = next((one for one in plans_for_sale() if one.key == typed.get("plan")), None)
    if plan is None:
        errors["plan"] = _("Choose the plan to rent.")
    interval = next((one for one in INTERVALS if one == typed.get("interval")), None)
    if interval is None:
        errors["interval"] = _("Choose monthly or yearly.")
    number = whole(typed.get("seats", "")) or 0
    problem = _seats(number, plan, by)
    if problem is not None:
        errors["seats"] = problem
    if errors or plan is None or interval is None:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return Choice(plan, interval, number)


def read_shown_at(typed: Mapping[str, str], now: datetime, since: datetime | None) -> int | None:
    """The second as of which a price was shown; None where the price has to be shown anew.

    That is where it was long ago, or before the period began at `since`: for any other second
    than the one that was shown, another price than the one that was shown would be charged. By
    Stripe's clock, which may be ahead of ours, the period can begin after `now`.
    """
    at, latest = whole(typed.get("at", ""), 10), int(max(now, since or now).timestamp())
    if at is None or not latest - SHOWN_FOR <= at <= latest:
        return None
    return None if since is not None and at < int(since.timestamp()) else at


def why_anew(
    typed: Mapping[str, str], choice: Choice, row: Subscription | None, at: int | None
) -> Text | None:
    """Why the price of a change has to be shown anew; None where that of `at` can be charged.

    It can't where somebody else changed meanwhile from what it was computed. Where what is chosen
    stands already nothing is charged, as the press came twice.
    """
    if at is None:
        return LONG_AGO
    if row is None or typed.get("was") == stands_at(row):
        return None
    is_done = stands_at(row) == rented(choice.plan.key, choice.interval, choice.seats)
    return None if is_done else CHANGED_SINCE


def _seats(number: int, plan: Plan | None, by: Actor) -> Text | None:
    """What stands against so many seats, or None."""
    taken = seats.taken(by)
    if not 1 <= number <= MOST_SEATS:
        return _("Enter how many people work with it, from 1.")
    most = plan.limits.get(Limit.SEATS) if plan is not None else None
    if most is not None and number > most:
        return _("This plan has at most %(n)s seats. Choose a larger one.", n=most)
    if number < taken:
        return _(
            "%(n)s seats are taken, open invitations included. Disable users or withdraw "
            "invitations first.",
            n=taken,
        )
    return None
