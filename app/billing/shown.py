"""The plan and the bills of a workspace as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from app.identity import outside
from app.kernel import language
from app.kernel.actor import Actor
from app.kernel.language import Text, _, labelled
from app.web.formats import formats
from tenants.billing.checkouts import OVER
from tenants.billing.models import Subscription, SubscriptionInvoice, TaxInvoiceRequest
from tenants.billing.operations import rented, subscription_of
from tenants.billing.tax_invoices import bill_of, bills_of, requests_of
from tenants.plans import CURRENCIES, INTERVALS, Plan, PlanError, plan_of, plans_for_sale

BILL_STATES = {
    "open": (_("To pay"), "warn"),
    "paid": (_("Paid"), "good"),
    "void": (_("Void"), ""),
    "uncollectible": (_("Not collected"), "bad"),
}
ASKED = {
    "asked": _("Tax invoice asked for"),
    "issued": _("Tax invoice %(number)s"),
    "refused": _("Tax invoice refused"),
}


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill in the list."""

    row: SubscriptionInvoice
    plan: str
    amount: str
    day: str
    state: Text
    tone: str
    asked: str
    can_ask: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan to choose, with what a seat costs in words."""

    key: str
    name: str
    summary: str
    month: str
    year: str


def plan_name(key: str) -> str:
    """A plan's name for this reader; its key where it is offered no longer."""
    try:
        found = plan_of(key)
    except PlanError:
        return key
    return found.text(found.name, language.current())


def offers(by: Actor, currency: str) -> list[Offer]:
    """The plans for sale in a currency."""
    write, spoken = formats(by), language.current()

    def price(plan: Plan, interval: str) -> str:
        wanted = next(one for one in INTERVALS if one == interval)
        return write.money(plan.price(currency, wanted), currency)

    return [
        Offer(
            one.key,
            one.text(one.name, spoken),
            one.text(one.summary, spoken),
            price(one, "month"),
            price(one, "year"),
        )
        for one in plans_for_sale()
    ]


def bills(by: Actor) -> list[Bill]:
    """The newest bills, the newest first, with what was asked about them."""
    asked = requests_of(by.tenant.id)
    return [_bill(by, row, asked.get(row.id)) for row in bills_of(by.tenant.id)]


def bill(by: Actor, bill_id: UUID) -> Bill | None:
    """One bill as it stands in the list; None where this firm has no such bill."""
    row = bill_of(by.tenant.id, bill_id)
    return _bill(by, row, requests_of(by.tenant.id).get(row.id)) if row is not None else None


def _bill(by: Actor, row: SubscriptionInvoice, request: TaxInvoiceRequest | None) -> Bill:
    write = formats(by)
    state, tone = BILL_STATES.get(row.status, (_("Unpaid"), ""))
    if row.returned and row.returned >= row.paid:
        state, tone = _("Paid back"), ""
    text = str(ASKED[request.status]) % {"number": request.number} if request else ""
    if request is not None and request.answer:
        text = labelled(text, request.answer)
    can_ask = row.status == "paid" and row.paid > row.returned and row.currency == "CNY"
    is_free = request is None or request.status == "refused"
    amount = write.money(max(row.due, row.paid), row.currency)
    plan = plan_name(row.plan) if row.plan else ""
    day = write.day(write.local(row.issued_at).date(), by.today())
    return Bill(row, plan, amount, day, state, tone, text, can_ask and is_free)


def current_subscription(by: Actor) -> Subscription | None:
    """The subscription that lives, or None."""
    row = subscription_of(by.tenant.id)
    if row is None or row.status == "none" or row.status in OVER:
        return None
    return row


def open_payment(by: Actor) -> tuple[int, datetime] | None:
    """How many seats somebody is about to pay for at Stripe, and until when; None for nobody."""
    row = subscription_of(by.tenant.id)
    if row is None or row.held_seats is None or row.held_until is None or row.held_until <= by.now:
        return None
    return row.held_seats, row.held_until


def is_paid_by_transfer(by: Actor, row: Subscription | None) -> bool:
    """True while a bank transfer pays for the plan: until its end nothing else does."""
    runs = row is not None and row.way == "transfer" and row.status == "active"
    return bool(runs and row and row.period_end and row.period_end > by.now)


def takes_transfer(currency: str, interval: str) -> bool:
    """True where a year in this currency can be paid on our bank account."""
    account = outside.settings()
    return (
        bool(account.transfer_account)
        and account.transfer_currency == currency
        and interval == "year"
    )


def stands_at(row: Subscription) -> str:
    """What a subscription stands at, as a form tells from what a price was computed."""
    return rented(row.plan, row.interval, row.seats)


def whole_price(row: Subscription) -> Decimal:
    """What all seats of a subscription cost in its interval."""
    return row.price * row.seats


def currency_of(by: Actor, row: Subscription | None) -> str:
    """The currency in which this firm pays: that of its subscription, else the nearest to its own.

    Stripe lets no customer pay in two, but who never subscribed there is bound to none yet.
    """
    if row is not None and row.stripe_id is not None and row.currency in CURRENCIES:
        return row.currency
    return "CNY" if by.tenant.currency == "CNY" or by.tenant.country == "CN" else CURRENCIES[-1]
