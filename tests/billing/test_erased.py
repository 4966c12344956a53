"""Whose workspace is erased pays no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.billing.jobs import reconcile_all
from app.jobs.kinds import Service
from app.kernel.ids import new_id
from app.leaving.erasure import erase_workspace, finish_erasure
from tenants.billing.errors import Unreachable
from tenants.billing.models import Subscription
from tenants.billing.operations import Choice
from tenants.billing.transfer_requests import ask_transfer, transfer_asked
from tenants.control import ErasureCertificate
from tenants.database import control_session
from tenants.plans import plan_of
from tests.billing.conftest import Till, nobody
from tests.cast import Workspace


@pytest.fixture
def erased(
    till: Till, fresh: Callable[[str], Workspace], owner: Engine, no_files: None
) -> ErasureCertificate:
    """Initech, which paid by card, has just been erased."""
    till.subscribe(fresh("initech"))
    till.tell_all()
    return erase_workspace(owner, "initech", till.settings, asked_by="a test", now=till.now)


def test_the_subscription_ends_at_stripe_as_soon_as_stripe_answers(
    till: Till, erased: ErasureCertificate, app: Flask
) -> None:
    (living,) = till.world.all("subscription")
    service = Service(till.settings, till.now, new_id())
    payload = {"certificate_id": str(erased.id)}
    till.standin.faults[:] = [500] * 3
    with app.app_context():
        with pytest.raises(Unreachable):
            finish_erasure.run(service, payload)
        with control_session() as session:
            assert session.get_one(ErasureCertificate, erased.id).files_gone_at is None
        till.standin.faults.clear()
        finish_erasure.run(service, payload)
        finish_erasure.run(service, payload)
        with control_session() as session:
            assert session.get_one(ErasureCertificate, erased.id).files_gone_at == service.now
            row = session.get_one(Subscription, erased.tenant_id)
        assert living["status"] == row.status == "canceled"
        assert row.ended_at is not None
        assert reconcile_all(till.settings, till.now).wrong == []


def test_no_transfer_of_an_erased_firm_is_waited_for(
    till: Till, fresh: Callable[[str], Workspace], owner: Engine, no_files: None, app: Flask
) -> None:
    house, choice = fresh("initech"), Choice(plan_of("starter"), "year", 3)
    with app.app_context():
        asked: dict[str, Any] = {"asked_by": "Ina", "now": till.now, "hold": nobody}
        ask_transfer(None, house.facts, choice, "CNY", **asked)
    done = erase_workspace(owner, "initech", till.settings, asked_by="a test", now=till.now)
    with app.app_context():
        assert transfer_asked(house.facts.id) is not None
        service = Service(till.settings, till.now, new_id())
        finish_erasure.run(service, {"certificate_id": str(done.id)})
        assert transfer_asked(house.facts.id) is None


def test_the_night_tells_of_an_erased_firm_that_stripe_still_charges(
    till: Till, erased: ErasureCertificate, app: Flask
) -> None:
    (living,) = till.world.all("subscription")
    with app.app_context():
        report = reconcile_all(till.settings, till.now)
    assert report.wrong == [f"{erased.tenant_id}: erased, but Stripe still charges {living['id']}"]
