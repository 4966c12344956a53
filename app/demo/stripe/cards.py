"""Stripe's test cards: which are charged, and how the others are declined."""

from __future__ import annotations

from app.demo.stripe.errors import Wrong, declined
from app.demo.stripe.world import Thing, World

GOOD = "4242424242424242"
ATTACHES_THEN_FAILS = "4000000000000341"
DECLINES = {
    "4000000000000002": ("generic_decline", "Your card was declined."),
    "4000000000009995": ("insufficient_funds", "Your card has insufficient funds."),
    "4000000000000069": ("expired_card", "Your card has expired."),
    "4000000000000127": ("incorrect_cvc", "Your card's security code is incorrect."),
}
LATER = {ATTACHES_THEN_FAILS: ("generic_decline", "Your card was declined.")}


def digits_of(number: str) -> str:
    """A card's number without the gaps that people type; refused where it is none."""
    plain = "".join(number.split())
    if not plain.isdigit() or not 13 <= len(plain) <= 19 or not _luhn(plain):
        raise Wrong(
            "Your card number is incorrect.",
            status=402,
            kind="card_error",
            code="incorrect_number",
            param="number",
        )
    return plain


def attach(world: World, customer: Thing, number: str) -> Thing:
    """Keep a card with a customer and charge it from now on; a declined one is not kept."""
    plain = digits_of(number)
    if plain in DECLINES:
        raise declined(*DECLINES[plain])
    card = {"brand": "visa", "last4": plain[-4:], "exp_month": 12, "exp_year": 2034}
    made = world.make("payment_method", customer=customer["id"], type="card")
    made["card"] = card
    world.secret.setdefault("cards", {})[made["id"]] = plain
    before = {"invoice_settings": dict(customer["invoice_settings"])}
    customer["invoice_settings"] = {
        **customer["invoice_settings"],
        "default_payment_method": made["id"],
    }
    world.tell("payment_method.attached", made)
    world.tell("customer.updated", customer, before)
    return made


def charge(world: World, customer: Thing) -> None:
    """Charge a customer's card; a Wrong tells why it was not."""
    kept = customer["invoice_settings"].get("default_payment_method")
    if kept is None:
        raise Wrong(
            "This customer has no attached payment source or default payment method.",
            code="resource_missing",
        )
    number = world.secret["cards"][kept]
    if number in LATER:
        raise declined(*LATER[number])


def _luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
