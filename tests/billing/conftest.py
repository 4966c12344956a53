"""A stand-in for Stripe, our plans in it, and a service that knows its keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from flask import Flask
from sqlalchemy import update

from app.billing.jobs import apply_stripe_event
from app.demo.stripe import subscriptions
from app.demo.stripe.hooks import body_of, signature
from app.demo.stripe.server import Standin, serve_aside
from app.demo.stripe.world import DAY, World
from app.jobs.kinds import Service
from app.kernel import clock
from app.kernel.ids import new_id
from config.settings import Settings
from tenants.billing import beginning
from tenants.billing.catalogue import sync_plans
from tenants.billing.gateway import Gateway
from tenants.billing.operations import Choice
from tenants.control import Tenant
from tenants.database import control_session
from tenants.facts import TenantFacts
from tenants.plans import plan_of
from tests.cast import HostClient, Workspace, visitor

KEY, SECRET = "sk_test_ours", "whsec_ours"
GOOD, LATER = "4242424242424242", "4000000000000341"


def nobody(_seats: int) -> None:
    """Holds no seats: nobody takes one in tests that are about something else."""


@dataclass
class Till:
    """Stripe as a test meets it, with the service that it tells."""

    app: Flask
    settings: Settings
    standin: Standin
    guest: HostClient
    told: int = 0
    ahead: timedelta = field(default_factory=timedelta)

    @property
    def world(self) -> World:
        return self.standin.world

    @property
    def gateway(self) -> Gateway:
        return Gateway(self.settings)

    @property
    def now(self) -> datetime:
        return clock.now() + self.ahead

    def let_trial_end(self, house: Workspace, ends: datetime) -> None:
        """Give the firm a trial that ends at `ends`."""
        mine = Tenant.id == house.facts.id
        with self.app.app_context(), control_session() as session:
            session.execute(update(Tenant).where(mine).values(trial_ends_at=ends))

    def checkout(self, house: Workspace, *, plan: str = "starter", seats: int = 3) -> str:
        """Begin to pay; answers with the address of the checkout."""
        choice = Choice(plan_of(plan), "month", seats)
        with self.app.app_context():
            return beginning.checkout(
                self.gateway,
                house.facts,
                choice,
                "USD",
                email="owner@acme.example",
                language="en",
                urls=(f"{self.world.secret['base_url']}/style.css", "http://localhost/"),
                press=new_id().hex,
                now=self.now,
                hold=nobody,
            )

    def subscribe(
        self, house: Workspace, *, plan: str = "starter", seats: int = 3, card: str = GOOD
    ) -> str:
        """Pay at the checkout; answers with the customer's id."""
        url = self.checkout(house, plan=plan, seats=seats)
        assert self.press(url, number=card)[0] == 200
        return str(self.world.all("customer")[0]["id"])

    def press(self, url: str, **typed: str) -> tuple[int, str]:
        """Send a form of one of Stripe's pages."""
        try:
            with urlopen(url, urlencode(typed).encode()) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def events(self) -> list[dict[str, Any]]:
        """Everything that happened at Stripe, in its order."""
        return list(reversed(self.world.all("event")))

    def post(self, event: dict[str, Any]) -> int:
        """Let Stripe tell the service of an event."""
        body = body_of(event)
        headers = {"Stripe-Signature": signature(body, SECRET), "Content-Type": "application/json"}
        return self.guest.post("/webhooks/stripe", data=body, headers=headers).status_code

    def apply(self, event: dict[str, Any]) -> None:
        """Let the worker apply an event that was told."""
        with self.app.app_context():
            service = Service(self.settings, self.now, new_id())
            apply_stripe_event.run(service, {"event_id": event["id"]})

    def tell_all(self) -> None:
        """Tell and apply everything that was not told yet."""
        news, self.told = self.events()[self.told :], len(self.events())
        for event in news:
            assert self.post(event) == 200
            self.apply(event)

    def pass_days(self, days: int) -> None:
        """Move Stripe's clock and ours."""
        for _day in range(days):
            self.world.seconds += DAY
            self.ahead += timedelta(days=1)
            with self.world.lock:
                for customer in self.world.all("customer"):
                    subscriptions.tick(self.world, customer)

    def facts(self, house: Workspace) -> TenantFacts:
        """The workspace's facts as they stand now."""
        with self.app.app_context(), control_session() as session:
            return session.get_one(Tenant, house.facts.id).facts()


@pytest.fixture
def till(app: Flask, clean: None) -> Iterator[Till]:
    """Stripe with our plans, and a service that knows its keys."""
    server, standin = serve_aside(World(), KEY)
    before: Settings = app.extensions["settings"]
    keys = {
        "stripe_secret_key": KEY,
        "stripe_webhook_secret": SECRET,
        "stripe_api_base": standin.world.secret["base_url"],
    }
    app.extensions["settings"] = settings = before.model_copy(update=keys)
    with app.app_context():
        sync_plans(Gateway(settings))
    made = Till(app, settings, standin, visitor(app))
    made.told = len(made.events())
    yield made
    app.extensions["settings"] = before
    server.shutdown()
    server.server_close()
