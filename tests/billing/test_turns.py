"""Stripe may take its time: nobody's row waits for it, and whoever comes second is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep

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
from tenants.billing.models import Subscription
from tenants.control import Tenant
from tenants.database import control_session
from tests.billing.conftest import Till
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


def is_taken(till: Till) -> bool:
    """True while somebody in this database has a turn."""
    here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    held = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = {here}"
    with till.app.app_context(), control_session() as session:
        return bool(session.scalar(text(held)))


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
