"""The stand-in's state: objects by their ids, events in their order, keys of calls, and clocks."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from app.demo.stripe.errors import Wrong, missing

Thing = dict[str, Any]
SHAPES: dict[str, Thing] = json.loads(
    (Path(__file__).parent / "shapes.json").read_text(encoding="utf-8")
)
PREFIXES = {
    "customer": "cus",
    "product": "prod",
    "price": "price",
    "subscription": "sub",
    "subscription_item": "si",
    "invoice": "in",
    "line_item": "il",
    "checkout.session": "cs_test",
    "credit_note": "cn",
    "billing_portal.session": "bps",
    "event": "evt",
    "tax_id": "txi",
    "test_helpers.test_clock": "clock",
    "payment_method": "pm",
}
API_VERSION = "2026-10-28.endive"
DAY = 86400


@dataclass
class World:
    """Everything that this Stripe knows; `lock` is held while a call is answered.

    `heard` is called with each event once the call that caused it is answered. `seconds` is how far
    the clock of customers without a test clock is ahead of the machine's; `clock` is a file in
    which that is told to the service, where its time goes along.
    """

    file: Path | None = None
    clock: Path | None = None
    things: dict[str, Thing] = field(default_factory=dict)
    keys: dict[str, list[Any]] = field(default_factory=dict)
    secret: dict[str, Any] = field(default_factory=dict)  # What Stripe never shows, by object.
    seconds: int = 0
    order: int = 0
    heard: Callable[[Thing], None] | None = None
    news: list[Thing] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)

    def now(self, customer: str | None = None) -> int:
        """The moment at a customer's clock, in seconds since 1970."""
        clock = self.things.get(customer or "", {}).get("test_clock")
        if clock:
            return int(self.things[clock]["frozen_time"])
        return int(time.time()) + self.seconds

    def pass_day(self) -> None:
        """Let a day pass for customers without a test clock, and for a service that goes along."""
        self.seconds += DAY
        self.tell_time()

    def tell_time(self) -> None:
        """Write down how far the clock is ahead, where somebody goes by it."""
        if self.clock is None:
            return
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(str(self.seconds), encoding="ascii")
        fresh.replace(self.clock)

    def make(self, kind: str, /, its_id: str | None = None, **fields: Any) -> Thing:
        """A new object of Stripe's kind with every field that it has."""
        made = deepcopy(SHAPES[kind])
        made["id"] = its_id or f"{PREFIXES[kind]}_{secrets.token_hex(12)}"
        made["object"] = kind
        self.order += 1
        if "created" in made:
            made["created"] = self.now(fields.get("customer"))
        for key in fields:
            if key not in made:
                raise KeyError(f"{kind} has no field {key}")
        made.update(fields)
        if "metadata" in made and made["metadata"] is None:
            made["metadata"] = {}
        self.things[made["id"]] = made
        self.secret.setdefault("order", {})[made["id"]] = self.order
        return made

    def get(self, kind: str, its_id: str, param: str = "id") -> Thing:
        """The object of a kind by its id, or Stripe's refusal."""
        found = self.things.get(its_id)
        if found is None or found["object"] != kind:
            raise missing(kind.rpartition(".")[2].replace("_", " "), its_id, param)
        return found

    def all(self, kind: str, **wanted: Any) -> list[Thing]:
        """The objects of a kind whose fields are as wanted, the newest first."""
        order = self.secret.get("order", {})
        found = [
            one
            for one in self.things.values()
            if one["object"] == kind and all(one.get(k) == v for k, v in wanted.items())
        ]
        return sorted(found, key=lambda one: -order[one["id"]])

    def tell(self, kind: str, about: Thing, before: Thing | None = None) -> Thing:
        """Keep an event about an object as it stands now."""
        data: Thing = {"object": deepcopy(about)}
        if before is not None:
            data["previous_attributes"] = {
                key: value for key, value in before.items() if about.get(key) != value
            }
        customer = about["id"] if about["object"] == "customer" else about.get("customer")
        event = self.make("event", type=kind, data=data, api_version=API_VERSION)
        event["created"] = self.now(customer)
        event["request"] = {"id": None, "idempotency_key": None}
        self.news.append(event)
        return event

    def deliver(self) -> None:
        """Let whoever listens hear what happened."""
        news, self.news = self.news, []
        for event in news:
            if self.heard is not None:
                self.heard(event)

    def once(self, key: str, digest: str) -> tuple[int, Thing] | None:
        """The answer that a call with this key was given; refused where it said something else."""
        kept = self.keys.get(key)
        if kept is None:
            return None
        if kept[0] != digest:
            raise Wrong(
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}'.",
                kind="idempotency_error",
            )
        return kept[1], kept[2]

    def save(self) -> None:
        """Write the state into its file, where it has one."""
        if self.file is None:
            return
        state = {
            "things": self.things,
            "keys": self.keys,
            "secret": self.secret,
            "seconds": self.seconds,
            "order": self.order,
        }
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(state), encoding="utf-8")
        fresh.replace(self.file)

    def load(self) -> None:
        """Go on from the file of an earlier run, where there is one."""
        if self.file is None or not self.file.exists():
            return
        state = json.loads(self.file.read_text(encoding="utf-8"))
        for key, value in state.items():
            setattr(self, key, value)


def listing(url: str, found: list[Thing], asked: Thing) -> Thing:
    """A page of objects as Stripe pages them."""
    limit = asked.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Wrong("Invalid integer: must be between 1 and 100", param="limit")
    rest: Iterator[Thing] = iter(found)
    if asked.get("starting_after"):
        for one in rest:
            if one["id"] == asked["starting_after"]:
                break
    page = [one for one, _n in zip(rest, range(limit + 1), strict=False)]
    return {
        "object": "list",
        "url": url,
        "has_more": len(page) > limit,
        "data": page[:limit],
    }
