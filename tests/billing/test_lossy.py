"""Weeks in which a fifth of Stripe's notices is lost and a fifth comes twice, in disorder."""

from __future__ import annotations

from random import Random

import pytest
from flask import Flask

from app.billing.jobs import reconcile_all
from tenants.billing import operations
from tenants.billing.apply import refresh
from tenants.billing.models import Subscription
from tenants.billing.operations import Choice
from tenants.billing.tax_invoices import bills_of
from tenants.database import control_session
from tenants.plans import plan_of
from tests.billing.conftest import Till, nobody
from tests.cast import Workspace


def act(till: Till, house: Workspace, day: int) -> None:
    """What the firm does on a day."""
    wanted = {6: ("starter", 8), 11: ("business", 8), 17: ("business", 4)}
    with till.app.app_context():
        if day in wanted:
            plan, number = wanted[day]
            refresh(till.gateway, house.facts.id, till.now)
            operations.change(
                till.gateway,
                house.facts,
                Choice(plan_of(plan), "month", number),
                at=int(till.now.timestamp()),
                press=f"day-{day}",
                now=till.now,
                hold=nobody,
            )
        if day == 22:
            operations.cancel_at_end(till.gateway, house.facts, till.now)


@pytest.mark.parametrize("seed", [7, 8])
def test_a_month_of_lost_and_doubled_notices_ends_in_the_truth(
    till: Till, acme: Workspace, app: Flask, seed: int
) -> None:
    chance, lost = Random(seed), 0
    till.subscribe(acme, seats=5)
    for day in range(35):
        act(till, acme, day)
        till.pass_days(1)
        news, till.told = till.events()[till.told :], len(till.events())
        told = [one for one in news if chance.random() > 0.2]
        lost += len(news) - len(told)
        told += [one for one in told if chance.random() < 0.2]
        chance.shuffle(told)
        for event in told:
            assert till.post(event) == 200
            till.apply(event)
    assert lost
    with app.app_context():
        reconcile_all(till.settings, till.now)
        with control_session() as session:
            row = session.get_one(Subscription, acme.facts.id)
        (theirs,) = till.world.all("subscription")
        item = theirs["items"]["data"][0]
        assert row.status == theirs["status"] == "canceled"
        assert (row.seats, row.plan) == (item["quantity"], "business")
        assert row.ended_at is not None
        assert int(row.ended_at.timestamp()) == theirs["ended_at"]
        ours = {one.stripe_id: (one.status, one.paid * 100) for one in bills_of(acme.facts.id)}
    bills = till.world.all("invoice")
    assert ours == {one["id"]: (one["status"], one["amount_paid"]) for one in bills}
