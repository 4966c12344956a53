"""Our plans at Stripe: one product for each, one price for each currency and interval.

A price's amount can't be changed at Stripe, so a new amount is a new price that takes the lookup
key over; who rents already keeps what they pay until they change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from tenants.billing.errors import Unwilling
from tenants.billing.gateway import Gateway, Plain
from tenants.plans import CURRENCIES, INTERVALS, Interval, Plan, plans_for_sale

CENTS = 100  # Of both currencies.


@dataclass(frozen=True, slots=True)
class Wanted:
    """One price as plans.toml has it."""

    plan: Plan
    currency: str
    interval: Interval

    @property
    def key(self) -> str:
        """Its lookup key at Stripe."""
        return f"zuke_{self.plan.key}_{self.currency.lower()}_{self.interval}"

    @property
    def amount(self) -> int:
        """What a seat costs, in cents."""
        return to_cents(self.plan.price(self.currency, self.interval))


def wanted_prices() -> Iterator[Wanted]:
    """Every price that somebody may pay."""
    for plan in plans_for_sale():
        for currency in CURRENCIES:
            for interval in INTERVALS:
                yield Wanted(plan, currency, interval)


def product_id(plan: Plan) -> str:
    """The id of a plan's product, which we choose, so that it is made once."""
    return f"zuke_{plan.key}"


def sync_plans(gateway: Gateway) -> list[str]:
    """Make the products and prices that are missing or differ; answers with what was done."""
    done = [line for plan in plans_for_sale() if (line := _sync_product(gateway, plan))]
    standing = prices_by_key(gateway)
    for wanted in wanted_prices():
        found = standing.get(wanted.key)
        if found is not None and found["unit_amount"] == wanted.amount and found["active"]:
            continue
        _make_price(gateway, wanted)
        done.append(f"price {wanted.key}: {wanted.amount / CENTS:.2f} {wanted.currency}")
        if found is not None and found["active"]:
            _switch_off(gateway, str(found["id"]))
    return done


def differing_prices(gateway: Gateway) -> list[str]:
    """The prices at Stripe that are not as plans.toml has them, such as those changed by hand."""
    standing = prices_by_key(gateway)
    found = []
    for wanted in wanted_prices():
        price = standing.get(wanted.key)
        if price is None:
            found.append(f"{wanted.key}: missing at Stripe")
        elif not price["active"]:
            found.append(f"{wanted.key}: switched off at Stripe")
        elif price["unit_amount"] != wanted.amount:
            there, ours = price["unit_amount"] / CENTS, wanted.amount / CENTS
            found.append(f"{wanted.key}: {there:.2f} at Stripe, {ours:.2f} in plans.toml")
    return found


def prices_by_key(gateway: Gateway) -> dict[str, Plain]:
    """The prices at Stripe by their lookup keys."""
    keys = [one.key for one in wanted_prices()]
    found: dict[str, Plain] = {}
    for start in range(0, len(keys), 10):  # As many as Stripe takes at once.
        for price in _prices(gateway, keys[start : start + 10]):
            found[price["lookup_key"]] = price
    return found


def _prices(gateway: Gateway, keys: list[str]) -> Iterator[Plain]:
    params: Any = {"lookup_keys": keys, "limit": 100}
    return gateway.pages(lambda v1: v1.prices.list(params=params))


def _switch_off(gateway: Gateway, price: str) -> None:
    gateway.ask(lambda v1: v1.prices.update(price, params={"active": False}))


def price_id(gateway: Gateway, plan: Plan, currency: str, interval: Interval) -> str:
    """The id of the price that somebody chose; Unwilling where plans were never synchronised."""
    wanted = Wanted(plan, currency, interval)
    params: Any = {"lookup_keys": [wanted.key], "active": True}
    for price in gateway.pages(lambda v1: v1.prices.list(params=params)):
        return str(price["id"])
    raise Unwilling(f"There is no price {wanted.key} at Stripe: run zuke billing sync-plans.")


def plan_of_price(price: Plain) -> str:
    """The key of the plan that a price at Stripe is for."""
    told = (price.get("metadata") or {}).get("plan")
    return str(told or str(price.get("product", "")).removeprefix("zuke_"))


def plan_of_line(line: Plain) -> str:
    """The key of the plan that a line of a bill is for; empty where the line names no product."""
    details = (line.get("pricing") or {}).get("price_details") or {}
    product = str(details.get("product") or "")
    return product.removeprefix("zuke_") if product.startswith("zuke_") else ""


def to_cents(amount: Decimal) -> int:
    """An amount as Stripe counts it."""
    return int(amount * CENTS)


def from_cents(amount: int) -> Decimal:
    """An amount as we count it."""
    return Decimal(amount) / CENTS


def _sync_product(gateway: Gateway, plan: Plan) -> str | None:
    texts: dict[str, Any] = {
        "name": f"Zuke {plan.name['en']} {plan.name['zh-CN']}",
        "description": plan.summary["en"],
    }
    its_id = product_id(plan)
    try:
        found = gateway.ask(lambda v1: v1.products.retrieve(its_id))
    except Unwilling:
        params = {"id": its_id, **texts, "metadata": {"plan": plan.key}}
        gateway.ask(lambda v1: v1.products.create(params=params))
        return f"product {its_id}"
    if all(found[key] == text for key, text in texts.items()) and found["active"]:
        return None
    gateway.ask(lambda v1: v1.products.update(its_id, params={**texts, "active": True}))
    return f"product {its_id}: its texts"


def _make_price(gateway: Gateway, wanted: Wanted) -> None:
    params = cast(
        "Any",
        {
            "product": product_id(wanted.plan),
            "currency": wanted.currency.lower(),
            "unit_amount": wanted.amount,
            "recurring": {"interval": wanted.interval},
            "lookup_key": wanted.key,
            "transfer_lookup_key": True,
            "nickname": f"{wanted.plan.name['en']}, one {wanted.interval}",
            "metadata": {"plan": wanted.plan.key},
        },
    )
    gateway.ask(lambda v1: v1.prices.create(params=params))
