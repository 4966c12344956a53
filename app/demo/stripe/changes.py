"""Changing a subscription: what it costs now, previewed and then billed the same."""

from __future__ import annotations

from copy import deepcopy

from app.demo.stripe.cards import charge
from app.demo.stripe.errors import Wrong
from app.demo.stripe.invoices import Line, fill
from app.demo.stripe.periods import Part, after
from app.demo.stripe.subscriptions import (
    OVER,
    bill,
    demand_usable,
    item_of,
    period_line,
    quantity_of,
)
from app.demo.stripe.world import SHAPES, Thing, World


def change(world: World, subscription: Thing, asked: Thing) -> Thing:
    """Change items, collection, metadata or the end; what it costs is prorated as asked."""
    if subscription["status"] in OVER:
        raise Wrong(
            "A canceled subscription can only update its cancellation_details and metadata.",
            param="id",
        )
    customer = world.get("customer", subscription["customer"])
    before = deepcopy(subscription)
    lines, fresh = planned(world, subscription, asked)
    behaviour = asked.get("proration_behavior", "create_prorations")
    item = item_of(subscription)
    restarts = fresh["current_period_start"] != item["current_period_start"]
    bills = bool(lines) and (behaviour == "always_invoice" or restarts)
    if bills and asked.get("payment_behavior") == "error_if_incomplete":
        _demand_paid(world, subscription, customer, lines)
    item.update(fresh)
    if restarts:
        subscription["billing_cycle_anchor"] = fresh["current_period_start"]
    _put(world, subscription, asked, fresh)
    world.tell("customer.subscription.updated", subscription, before)
    if bills:
        bill(world, customer, subscription, lines, "subscription_update")
    elif lines and behaviour == "create_prorations":
        pending = world.secret.setdefault("pending", {}).setdefault(subscription["id"], [])
        pending += [[getattr(one, key) for key in Line.__slots__] for one in lines]
    return subscription


def _demand_paid(world: World, subscription: Thing, customer: Thing, lines: list[Line]) -> None:
    """Try the card before anything is changed, where the change is to fail with it."""
    total = sum(one.amount for one in lines) + customer["balance"]
    if total > 0 and subscription["collection_method"] == "charge_automatically":
        charge(world, customer)


def _put(world: World, subscription: Thing, asked: Thing, fresh: Thing) -> None:
    for key in ("cancel_at_period_end", "collection_method", "days_until_due", "description"):
        if key in asked:
            subscription[key] = asked[key]
    if "cancel_at_period_end" in asked:
        ends = asked["cancel_at_period_end"]
        subscription["cancel_at"] = fresh["current_period_end"] if ends else None
        subscription["canceled_at"] = world.now(subscription["customer"]) if ends else None
    if "metadata" in asked:
        given = asked["metadata"]
        merged = {**subscription["metadata"], **given} if given else {}
        subscription["metadata"] = {key: value for key, value in merged.items() if value != ""}


def planned(world: World, subscription: Thing, asked: Thing) -> tuple[list[Line], Thing]:
    """The lines that a change would bill, and the item as it would stand."""
    item = item_of(subscription)
    fresh = _as_asked(world, subscription, asked)
    same = (fresh["price"]["id"], fresh["quantity"]) == (item["price"]["id"], item["quantity"])
    if same or subscription["status"] == "trialing":
        return [], fresh
    now = asked.get("proration_date") or world.now(subscription["customer"])
    start, end = item["current_period_start"], item["current_period_end"]
    if not start <= now <= end:
        text = "The proration date must be within the current period."
        raise Wrong(text, param="proration_date")
    old, new = item["price"], fresh["price"]
    restarts = old["recurring"]["interval"] != new["recurring"]["interval"]
    if restarts:
        fresh["current_period_start"] = now
        fresh["current_period_end"] = after(now, new["recurring"]["interval"])
    credits_too = asked.get("proration_behavior") != "none"
    if not credits_too and not restarts:
        return [], fresh
    part = Part(start, end, now)
    count, quantity = item["quantity"], fresh["quantity"]
    whole = new["unit_amount"] * quantity
    charged = Line(
        whole if restarts else part.of(whole),
        f"{quantity} x {new['nickname'] or new['id']}" + ("" if restarts else ", remaining time"),
        now,
        fresh["current_period_end"],
        quantity,
        new["id"],
        new["product"],
        is_proration=not restarts,
    )
    unused = -part.of(old["unit_amount"] * count)
    text = f"{count} x {old['nickname'] or old['id']}, unused time"
    credit = Line(unused, text, now, end, count, old["id"], old["product"], True)
    return [credit, charged] if credits_too else [charged], fresh


def _as_asked(world: World, subscription: Thing, asked: Thing) -> Thing:
    """The item with the price and the quantity that a change asks for."""
    item = item_of(subscription)
    keys = ("price", "quantity", "current_period_start", "current_period_end")
    fresh = {key: deepcopy(item[key]) for key in keys}
    for wanted in asked.get("items") or []:
        if wanted.get("id") != item["id"]:
            text = f"No such subscription_item: '{wanted.get('id')}'"
            raise Wrong(text, param="items[0][id]", code="resource_missing")
        if "price" in wanted:
            price = world.get("price", wanted["price"], "items[0][price]")
            demand_usable(price, world.get("customer", subscription["customer"]))
            fresh["price"] = deepcopy(price)
        if "quantity" in wanted:
            fresh["quantity"] = quantity_of(wanted)
    return fresh


def preview(world: World, asked: Thing) -> Thing:
    """The invoice that a change would make now, or else the next one; nothing is kept."""
    subscription = world.get("subscription", asked.get("subscription", ""), "subscription")
    customer = world.get("customer", subscription["customer"])
    details = asked.get("subscription_details") or {}
    lines, fresh = planned(world, subscription, details)
    if details.get("proration_behavior") != "always_invoice" and lines:
        lines = [*lines, period_line({**subscription, "items": {"data": [{**fresh}]}}, later=True)]
    if not lines:
        lines = [period_line({**subscription, "items": {"data": [{**fresh}]}}, later=True)]
    made = deepcopy(SHAPES["invoice"])
    made["id"], made["object"] = f"upcoming_{subscription['id']}", "invoice"
    fill(made, customer, subscription, lines, "upcoming")
    made["status"], made["created"] = "draft", world.now(customer["id"])
    return made
