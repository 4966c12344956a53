"""The demo's time: who moves the stand-in's clock sees the service remind, close and open again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pyotp
import pytest
from flask import Flask

from app import create_app
from app.billing.jobs import JOBS
from app.demo.stripe.hooks import body_of, signature
from app.identity.totp import step_of_code
from app.jobs.registry import EXTENSION, Registry, connect
from app.jobs.worker import Worker
from app.kernel import clock
from config.settings import Settings
from tenants.billing import operations
from tenants.facts import State
from tenants.resolve import forget
from tests import cast
from tests.billing.conftest import GOOD, LATER, SECRET, Till
from tests.cast import Workspace

CLOSE = timedelta(minutes=1)
MORE = {"plan": "business", "interval": "month", "seats": "4"}


@pytest.fixture
def demo(till: Till, tmp_path: Path) -> Iterator[Till]:
    """A till whose service goes by the stand-in's clock, as the demo's does."""
    till.world.clock = tmp_path / "clock"
    clock.follow(till.world.clock)
    yield till
    clock.follow(None)


@pytest.fixture
def at_work(demo: Till, engine_app: Flask) -> Iterator[Worker]:
    """The worker as it is beside the demo, with the work around plan and bill."""
    connect(engine_app, Registry(JOBS))
    yield Worker(engine_app, demo.settings, None, threads=1, grace=5)
    engine_app.extensions.pop(EXTENSION, None)


def let_pass(demo: Till, at_work: Worker, days: int) -> None:
    """Move the clock by its page, and let the worker do what is due by then."""
    status, _page = demo.press(f"{demo.world.secret['base_url']}/clock", days=str(days))
    assert status == 200
    hear(demo)
    with at_work.app.app_context():
        at_work.upkeep()
    at_work.drain()


def hear(demo: Till) -> None:
    """Let the stand-in tell what happened, signed by its own clock."""
    news, demo.told = demo.events()[demo.told :], len(demo.events())
    for event in news:
        body = body_of(event)
        headers = {"Stripe-Signature": signature(body, SECRET, demo.world.now())}
        assert demo.guest.post("/webhooks/stripe", data=body, headers=headers).status_code == 200


def bill_page(acme: Workspace, app: Flask) -> str:
    """What the owner, who signs in anew, reads of plan and bill."""
    forget()
    return str(cast.find_person(cast.ALICE, acme, app).client.get("/settings/billing").text)


def test_who_moves_the_clock_sees_grace_read_only_suspended_and_the_way_back(
    demo: Till, at_work: Worker, acme: Workspace, app: Flask
) -> None:
    demo.subscribe(acme)
    hear(demo)
    at_work.drain()
    with app.app_context():
        portal = operations.portal(
            demo.gateway, demo.facts(acme), back="http://localhost/", language="en"
        )
    demo.press(portal, number=LATER)

    let_pass(demo, at_work, 32)
    assert demo.facts(acme).state is State.ACTIVE
    assert "The last bill could not be collected. Pay it by" in bill_page(acme, app)

    let_pass(demo, at_work, 15)
    assert demo.facts(acme).state is State.PAST_DUE
    page = bill_page(acme, app)
    assert "Your workspace can only be read until it is paid." in page
    assert "It is renewed on" not in page
    assert "What runs until" in page
    assert "Once the bill is paid, plan and seats can be changed here." in page
    assert "See what it costs" not in page
    assert "seats that you pay for" not in page
    refused = cast.find_person(cast.ALICE, acme, app).client.post("/settings/billing", data=MORE)
    assert refused.status_code == 422
    assert "A bill is not paid yet" in refused.text

    let_pass(demo, at_work, 14)
    assert demo.facts(acme).state is State.SUSPENDED
    assert "Your workspace is suspended. Pay to go on" in bill_page(acme, app)

    for owed in demo.world.all("invoice", status="open"):  # Of one month, or of two short ones.
        assert demo.press(str(owed["hosted_invoice_url"]), number=GOOD)[0] == 200
    hear(demo)
    at_work.drain()
    assert demo.facts(acme).state is State.ACTIVE
    page = bill_page(acme, app)
    assert "suspended" not in page
    assert "See what it costs" in page


def test_a_trial_ends_on_its_day_by_the_moved_clock(
    demo: Till, at_work: Worker, acme: Workspace
) -> None:
    demo.let_trial_end(acme, datetime.now(UTC) + timedelta(days=14))
    let_pass(demo, at_work, 13)
    assert demo.facts(acme).state is State.TRIAL
    let_pass(demo, at_work, 2)
    assert demo.facts(acme).state is State.PAST_DUE


def test_the_page_says_what_it_moves_and_refuses_what_is_no_number_of_days(demo: Till) -> None:
    url = f"{demo.world.secret['base_url']}/clock"
    with urlopen(url) as page:
        shown = page.read().decode().replace("&#39;", "'")
    assert "This moves the demo's time, Stripe's and the service's together" in shown
    for typed in ("0", "401", "-3", "many", "²"):
        status, text = demo.press(url, days=typed)
        assert (status, "Give whole days, 1 to 400." in text) == (422, True), typed
        assert f'value="{typed}"' in text
    assert clock.ahead() == timedelta()
    demo.world.clock = None
    with urlopen(url) as page:
        assert "This moves Stripe's half alone" in page.read().decode().replace("&#39;", "'")


def test_a_phone_s_codes_are_right_though_the_demo_is_ahead(demo: Till) -> None:
    demo.press(f"{demo.world.secret['base_url']}/clock", days="40")
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=40)) < CLOSE
    secret = pyotp.random_base32()
    assert step_of_code(secret, pyotp.TOTP(secret).now(), clock.now()) is not None


def test_an_application_of_the_demo_goes_by_the_file_that_its_settings_name(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "clock"
    file.write_text("86400", encoding="ascii")
    demo = settings.model_copy(update={"zuke_env": "demo", "demo_clock": str(file)})
    try:
        create_app(demo)
        assert clock.ahead() == timedelta(days=1)
    finally:
        create_app(settings)
    assert clock.ahead() == timedelta()
