"""Stripe may take its time: nobody's row waits for it, and whoever comes second is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.billing.jobs import read_bill
from app.jobs.errors import TryLater
from app.jobs.kinds import Service
from app.kernel.ids import new_id
from tenants.billing import turns
from tenants.billing.apply import refresh
from tenants.billing.errors import ChangingNow
from tenants.billing.gateway import Gateway
from tenants.billing.models import Subscription
from tenants.billing.queue import READ
from tenants.control import Job, Tenant
from tenants.database import control_session
from tests.billing.conftest import GOOD, Till
from tests.cast import Person, Workspace


@contextmanager
def slow_stripe(till: Till, house: Workspace) -> Iterator[None]:
    """A worker reads the firm anew, and Stripe does not answer before this is left."""

    def read() -> None:
        with till.app.app_context():
            refresh(till.gateway, house.facts.id, till.now)

    with ThreadPoolExecutor(1) as pool:
        with till.world.lock:
            done = pool.submit(read)
            until = monotonic() + 20
            while not is_taken(till):
                assert monotonic() < until, "Nobody took the firm's turn."
                sleep(0.02)
            yield
        done.result()


def is_taken(till: Till, *, granted: bool = True) -> bool:
    """True while somebody in this database has a turn, or waits for one."""
    here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    held = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = {here}"
    held += " AND granted" if granted else " AND NOT granted"
    with till.app.app_context(), control_session() as session:
        return bool(session.scalar(text(held)))


@contextmanager
def taken(till: Till, house: Workspace) -> Iterator[None]:
    """Somebody else has the firm's turn until this is left."""
    over = Event()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(sit, till, house, over)
        until = monotonic() + 20
        while not is_taken(till):
            assert monotonic() < until, "Nobody took the firm's turn."
            sleep(0.02)
        try:
            yield
        finally:
            over.set()
        done.result()


def sit(till: Till, house: Workspace, over: Event) -> None:
    with till.app.app_context(), turns.turn(house.facts.id):
        assert over.wait(30)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second waits a moment only."""
    monkeypatch.setattr(turns, "PATIENCE", "200ms")


def test_no_row_is_held_while_stripe_is_asked(till: Till, acme: Workspace, app: Flask) -> None:
    till.subscribe(acme)
    till.tell_all()
    with slow_stripe(till, acme), app.app_context(), control_session() as session:
        for table, key in ((Tenant, Tenant.id), (Subscription, Subscription.tenant_id)):
            mine = select(table).where(key == acme.facts.id)
            assert session.scalars(mine.with_for_update(nowait=True)).one()


def test_whoever_comes_second_is_told_so(
    till: Till, acme: Workspace, alice: Person, impatient: None
) -> None:
    till.subscribe(acme)
    till.tell_all()
    with slow_stripe(till, acme):
        answer = alice.client.post("/settings/billing/look-again")
    assert answer.status_code == 409
    assert "Somebody changes what you rent at this moment" in answer.text
    assert alice.client.post("/settings/billing/look-again").status_code == 303


def test_after_stripe_has_charged_nobody_is_told_that_nothing_was_done(
    till: Till, acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.subscribe(acme)
    till.tell_all()
    real, over = Gateway.change, Event()
    typed = {"plan": "starter", "interval": "month", "seats": "4", "press": "p"}
    typed |= {"at": str(int(till.now.timestamp())), "was": "starter:month:3"}
    monkeypatch.setattr(turns, "PATIENCE", "2s")
    with ThreadPoolExecutor(1) as pool:

        def overtake(self: Gateway, *args: Any, **named: Any) -> Any:
            made = real(self, *args, **named)
            pool.submit(sit, till, acme, over)  # Whose turn comes before the change is read.
            until = monotonic() + 1.5
            while not is_taken(till, granted=False):
                assert monotonic() < until, "Nobody waits for the firm's turn."
                sleep(0.01)
            return made

        monkeypatch.setattr(Gateway, "change", overtake)
        try:
            answer = alice.client.post("/settings/billing/change", data=typed)
        finally:
            over.set()
    assert answer.status_code == 504, answer.text
    assert "not known yet" in answer.text
    assert "Nothing of yours was done" not in answer.text
    assert alice.client.post("/settings/billing/look-again").status_code == 303
    assert "4 seats" in alice.client.get("/settings/billing").text


def test_a_change_is_charged_only_where_stripe_still_has_what_its_price_was_computed_from(
    till: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    typed = {"plan": "starter", "interval": "month", "seats": "4", "press": "p"}
    typed |= {"at": str(int(till.now.timestamp())), "was": "starter:month:3"}
    (living,) = till.world.all("subscription")
    theirs: Any = {"items": [{"id": living["items"]["data"][0]["id"], "quantity": 5}]}
    theirs["proration_behavior"] = "none"
    with app.app_context():  # Somebody was faster, and our books have yet to read it.
        till.gateway.ask(lambda v1: v1.subscriptions.update(living["id"], params=theirs))
    bills = len(till.world.all("invoice"))
    answer = alice.client.post("/settings/billing/change", data=typed)
    assert answer.status_code == 200, answer.text
    assert "What you rent was changed since the price was shown" in answer.text
    assert 'name="was" value="starter:month:5"' in answer.text
    assert len(till.world.all("invoice")) == bills
    assert living["items"]["data"][0]["quantity"] == 5


def test_a_payment_is_withdrawn_though_somebody_else_reads_the_firm(
    till: Till, acme: Workspace, alice: Person, app: Flask, impatient: None
) -> None:
    url = till.checkout(acme)
    with taken(till, acme):
        assert alice.client.post("/settings/billing/withdraw").status_code == 303
    assert "no longer valid" in till.press(url, number=GOOD)[1]
    with app.app_context(), control_session() as session:
        soon = (Job.kind == READ, Job.run_at < till.now + timedelta(minutes=2))
        assert session.scalars(select(Job.id).where(*soon)).all()


def test_a_worker_that_comes_second_tries_it_later(
    till: Till, acme: Workspace, app: Flask, impatient: None
) -> None:
    till.subscribe(acme)
    till.tell_all()
    service = Service(till.settings, till.now, new_id())
    with slow_stripe(till, acme), app.app_context():
        with pytest.raises(TryLater):
            read_bill.run(service, {"tenant_id": str(acme.facts.id)})
        with pytest.raises(ChangingNow):
            refresh(till.gateway, acme.facts.id, till.now)
    with app.app_context():
        read_bill.run(service, {"tenant_id": str(acme.facts.id)})


def test_a_turn_ends_with_whoever_had_it(till: Till, acme: Workspace, app: Flask) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError), turns.turn(acme.facts.id):
            raise RuntimeError("The process died.")
        with turns.turn(acme.facts.id):
            pass


def test_firms_do_not_wait_for_each_other(
    till: Till, acme: Workspace, globex: Workspace, app: Flask, impatient: None
) -> None:
    with app.app_context(), turns.turn(acme.facts.id), turns.turn(globex.facts.id):
        pass
