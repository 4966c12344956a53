"""Checkouts: opened, paid, expired by a call or by the clock."""

from __future__ import annotations

from copy import deepcopy

from app.demo.stripe import subscriptions
from app.demo.stripe.errors import Wrong
from app.demo.stripe.world import DAY, Thing, World

SHORTEST = 30 * 60 - 60  # Seconds; a minute for what lies between two clocks.


def open_checkout(world: World, asked: Thing) -> Thing:
    """A checkout that a customer can pay until it expires."""
    if asked.get("mode") != "subscription":
        raise Wrong("This stand-in takes subscriptions only.", param="mode")
    items = asked.get("line_items") or []
    if len(items) != 1:
        raise Wrong("This stand-in takes one line item.", param="line_items")
    for key in ("customer", "success_url"):
        if key not in asked:
            raise Wrong(f"Missing required param: {key}.", code="parameter_missing", param=key)
    customer = world.get("customer", asked["customer"], "customer")
    price = world.get("price", items[0]["price"], "line_items[0][price]")
    quantity = items[0].get("quantity", 1)
    made = world.make("checkout.session", customer=customer["id"])
    until = asked.get("expires_at", made["created"] + DAY)
    if not made["created"] + SHORTEST <= until <= made["created"] + DAY:
        raise Wrong(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
            param="expires_at",
        )
    made.update(
        mode="subscription",
        status="open",
        payment_status="unpaid",
        currency=price["currency"],
        success_url=asked["success_url"],
        cancel_url=asked.get("cancel_url"),
        client_reference_id=asked.get("client_reference_id"),
        locale=asked.get("locale"),
        metadata=dict(asked.get("metadata") or {}),
        amount_total=price["unit_amount"] * quantity,
        amount_subtotal=price["unit_amount"] * quantity,
        expires_at=until,
        payment_method_types=["card"],
    )
    made["url"] = f"{world.secret.get('base_url', '')}/checkout/{made['id']}"
    world.secret.setdefault("checkouts", {})[made["id"]] = {
        "items": [{"price": price["id"], "quantity": quantity}],
        **(asked.get("subscription_data") or {}),
    }
    return made


def expire(world: World, found: Thing) -> Thing:
    """Let nobody pay an open checkout any more."""
    if found["status"] != "open":
        raise Wrong(f"Only open sessions can be expired; this one is {found['status']}.")
    found["status"], found["url"] = "expired", None
    world.tell("checkout.session.expired", found)
    return found


def expire_late(world: World) -> None:
    """Expire what was open too long."""
    for one in world.all("checkout.session", status="open"):
        if one["expires_at"] <= world.now(one["customer"]):
            expire(world, one)


def complete(world: World, session: Thing) -> None:
    """End a checkout with a subscription, whose first bill the customer's card paid."""
    if session["status"] != "open":
        raise Wrong(f"This session is {session['status']}.")
    customer = world.get("customer", session["customer"])
    asked = world.secret["checkouts"][session["id"]]
    made = subscriptions.begin(world, customer, deepcopy(asked))
    session.update(
        status="complete",
        payment_status="paid",
        subscription=made["id"],
        invoice=made["latest_invoice"],
        url=None,
    )
    world.tell("checkout.session.completed", session)
