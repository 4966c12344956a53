"""Subscriptions: begun, changed with proration, renewed, fallen due, ended."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from app.demo.stripe.cards import charge
from app.demo.stripe.errors import Wrong
from app.demo.stripe.invoices import Line, collect, draft, finalize, settle, subscription_of
from app.demo.stripe.periods import after
from app.demo.stripe.world import Thing, World

OVER = ("canceled", "incomplete_expired")


def begin(world: World, customer: Thing, asked: Thing) -> Thing:
    """A subscription to one price; its first invoice is paid at once, or sent."""
    wanted = asked["items"]
    if len(wanted) != 1 or "price" not in wanted[0]:
        raise Wrong("This stand-in takes one item with a price.", param="items")
    price = world.get("price", wanted[0]["price"], "items[0][price]")
    demand_usable(price, customer)
    method = asked.get("collection_method", "charge_automatically")
    if method == "send_invoice" and "days_until_due" not in asked:
        raise Wrong(
            "Must provide `days_until_due` when `collection_method` is `send_invoice`.",
            param="days_until_due",
        )
    if method != "send_invoice" and "days_until_due" in asked:
        raise Wrong(
            "You can only set `days_until_due` when `collection_method` is `send_invoice`.",
            param="days_until_due",
        )
    if method == "charge_automatically" and not asked.get("trial_end"):
        charge(world, customer)  # A card that is declined begins nothing.
    now = world.now(customer["id"])
    trial_end = asked.get("trial_end")
    interval = price["recurring"]["interval"]
    end = trial_end or after(now, interval)
    made = world.make(
        "subscription",
        customer=customer["id"],
        collection_method=method,
        days_until_due=asked.get("days_until_due"),
        currency=price["currency"],
        metadata=dict(asked.get("metadata") or {}),
        status="trialing" if trial_end else "active",
        start_date=now,
        billing_cycle_anchor=end if trial_end else now,
        trial_start=now if trial_end else None,
        trial_end=trial_end,
        cancel_at_period_end=bool(asked.get("cancel_at_period_end")),
        test_clock=customer["test_clock"],
    )
    item = world.make("subscription_item", subscription=made["id"])
    item.update(
        price=deepcopy(price),
        quantity=quantity_of(wanted[0]),
        current_period_start=now,
        current_period_end=end,
        metadata={},
        created=now,
    )
    made["items"] = {
        "object": "list",
        "has_more": False,
        "data": [item],
        "url": f"/v1/subscription_items?subscription={made['id']}",
    }
    customer["currency"] = price["currency"]
    world.tell("customer.subscription.created", made)
    if not trial_end:
        bill(world, customer, made, [period_line(made)], "subscription_create")
    return made


def cancel(world: World, subscription: Thing) -> Thing:
    """End a subscription now."""
    if subscription["status"] in OVER:
        raise Wrong(
            f"No such subscription: '{subscription['id']}'",
            status=404,
            code="resource_missing",
            param="id",
        )
    now = world.now(subscription["customer"])
    subscription.update(status="canceled", ended_at=now, canceled_at=now)
    world.tell("customer.subscription.deleted", subscription)
    return subscription


def renew(world: World, subscription: Thing) -> None:
    """Begin the next period, with its invoice; or end, where that was asked."""
    if subscription["cancel_at_period_end"]:
        cancel(world, subscription)
        return
    customer = world.get("customer", subscription["customer"])
    before = deepcopy(subscription)
    item = item_of(subscription)
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
        item["current_period_end"] = min(item["current_period_end"], world.now(customer["id"]))
    price = world.get("price", item["price"]["id"])
    start = item["current_period_end"]
    item["current_period_start"] = start
    item["current_period_end"] = after(start, price["recurring"]["interval"])
    world.tell("customer.subscription.updated", subscription, before)
    rows = world.secret.get("pending", {}).pop(subscription["id"], [])
    lines = [Line(*row) for row in rows]
    bill(world, customer, subscription, [*lines, period_line(subscription)], "subscription_cycle")


def paid(world: World, invoice: Thing) -> None:
    """Let the subscription of an invoice that was just paid be active again."""
    its_id = subscription_of(invoice)
    if its_id is None:
        return
    subscription = world.get("subscription", its_id)
    open_ones = [
        one
        for one in world.all("invoice", customer=invoice["customer"], status="open")
        if subscription_of(one) == its_id and (one["attempt_count"] or _is_late(world, one))
    ]
    if subscription["status"] in ("past_due", "unpaid") and not open_ones:
        _become(world, subscription, "active")


def tick(world: World, customer: Thing) -> None:
    """Do what fell due by a customer's clock: renewals, tries, bills that nobody paid."""
    now = world.now(customer["id"])
    for _round in range(60):
        due = [
            one
            for one in world.all("subscription", customer=customer["id"])
            if one["status"] not in OVER and item_of(one)["current_period_end"] <= now
        ]
        for one in due:
            renew(world, one)
        if not due:
            break
    for invoice in reversed(world.all("invoice", customer=customer["id"], status="open")):
        its_id = subscription_of(invoice)
        subscription = world.things.get(its_id or "")
        if subscription is None or subscription["status"] in OVER:
            continue
        planned_at = invoice["next_payment_attempt"]
        if planned_at is not None and planned_at <= now:
            _try_again(world, subscription, invoice)
        elif _is_late(world, invoice) and subscription["status"] == "active":
            world.tell("invoice.overdue", invoice)
            _become(world, subscription, "past_due")


def _try_again(world: World, subscription: Thing, invoice: Thing) -> None:
    if collect(world, invoice):
        paid(world, invoice)
    elif invoice["next_payment_attempt"] is None:
        _become(world, subscription, "unpaid")


def bill(
    world: World, customer: Thing, subscription: Thing, lines: list[Line], reason: str
) -> None:
    """Make an invoice of these lines and collect it as the subscription says."""
    invoice = draft(world, customer, subscription, lines, reason)
    finalize(world, invoice, subscription["days_until_due"])
    subscription["latest_invoice"] = invoice["id"]
    if invoice["amount_due"] == 0:
        settle(world, invoice)
    elif subscription["collection_method"] == "charge_automatically":
        if not collect(world, invoice):
            _become(world, subscription, "past_due")
    else:
        world.tell("invoice.sent", invoice)


def _become(world: World, subscription: Thing, status: str) -> None:
    before = {"status": subscription["status"]}
    if before["status"] == status:
        return
    subscription["status"] = status
    world.tell("customer.subscription.updated", subscription, before)


def _is_late(world: World, invoice: Thing) -> bool:
    due = invoice["due_date"]
    return due is not None and due <= world.now(invoice["customer"])


def period_line(subscription: Thing, *, later: bool = False) -> Line:
    """The line of a whole period: the running one, or the next."""
    item = subscription["items"]["data"][0]
    price, quantity = item["price"], item["quantity"]
    start, end = item["current_period_start"], item["current_period_end"]
    if later:
        start, end = end, after(end, price["recurring"]["interval"])
    amount = price["unit_amount"] * quantity
    return Line(
        amount,
        f"{quantity} x {price['nickname'] or price['id']}",
        start,
        end,
        quantity,
        price["id"],
        price["product"],
    )


def item_of(subscription: Thing) -> Any:
    """The one item of a subscription."""
    return subscription["items"]["data"][0]


def quantity_of(wanted: Thing) -> int:
    """How many seats a call asks for."""
    quantity = wanted.get("quantity", 1)
    if quantity < 0:
        raise Wrong("Invalid non-negative integer", param="items[0][quantity]")
    return int(quantity)


def demand_usable(price: Thing, customer: Thing) -> None:
    """Refuse a price that nobody may take, or of another currency."""
    if not price["active"]:
        raise Wrong(
            "The price specified is inactive. This field only accepts active prices.",
            param="items[0][price]",
        )
    if customer["currency"] not in (None, price["currency"]):
        raise Wrong(
            "You cannot combine currencies on a single customer. This customer has an active "
            f"subscription or invoice with currency {customer['currency']}.",
            param="items[0][price]",
        )


def _merge_metadata(thing: Thing, given: Any) -> None:
    merged = {**thing["metadata"], **given} if given else {}
    thing["metadata"] = {key: value for key, value in merged.items() if value != ""}
