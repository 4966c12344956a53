"""States of a bill that last: what is told once, what is owed, what wakes, whose night it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app.billing.jobs import end_trials, reconcile_all, remind_of_ends
from app.identity.models import Notice
from app.jobs.kinds import Service
from app.kernel.ids import new_id
from tenants.billing import operations, transfer
from tenants.billing.apply import refresh
from tenants.billing.errors import BillOpen
from tenants.billing.models import Subscription
from tenants.billing.operations import Choice
from tenants.billing.standing import GRACE, SUSPENDED_AFTER
from tenants.control import WAKE, Job, OperatorEvent
from tenants.database import control_session
from tenants.facts import State
from tenants.plans import plan_of
from tests.billing.conftest import GOOD, LATER, Till, nobody
from tests.cast import Person, Workspace

DAY = timedelta(days=1)


def night(till: Till, house: Workspace) -> State:
    with till.app.app_context():
        reconcile_all(till.settings, till.now)
    return till.facts(house).state


def notices(house: Workspace) -> int:
    with house.scope():
        return len(house.actor().session.scalars(select(Notice.text)).all())


def end_at_stripe(till: Till) -> None:
    (living,) = till.world.all("subscription")
    with till.app.app_context():
        till.gateway.ask(lambda v1: v1.subscriptions.cancel(living["id"]))


def card_fails(till: Till, house: Workspace) -> None:
    with till.app.app_context():
        url = operations.portal(till.gateway, house.facts, back="http://localhost/", language="en")
    till.press(url, number=LATER)


def transferred(till: Till, until: datetime) -> transfer.Transfer:
    return transfer.Transfer(plan_of("business"), "year", 10, "CNY", Decimal(15900), until)


def test_who_has_left_is_told_each_thing_once(till: Till, acme: Workspace, alice: Person) -> None:
    till.subscribe(acme)
    till.tell_all()
    end_at_stripe(till)
    for _night in range(4):
        assert night(till, acme) is State.PAST_DUE
        assert notices(acme) == 1
        till.pass_days(1)
    till.pass_days(SUSPENDED_AFTER.days)
    for _night in range(2):
        assert night(till, acme) is State.SUSPENDED
        assert notices(acme) == 2
        till.pass_days(1)


def test_a_bill_that_stripe_gave_up_is_owed_still(till: Till, acme: Workspace, app: Flask) -> None:
    till.subscribe(acme)
    till.tell_all()
    card_fails(till, acme)
    till.pass_days(32)
    (living,) = till.world.all("subscription")
    (bill,) = till.world.all("invoice", status="open")
    living["status"], bill["status"] = "unpaid", "uncollectible"
    bill["next_payment_attempt"] = None
    assert night(till, acme) is State.ACTIVE
    assert till.facts(acme).pay_by is not None
    till.pass_days(GRACE.days)
    assert night(till, acme) is State.PAST_DUE


def test_nothing_is_changed_while_a_bill_waits_to_be_paid(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    card_fails(till, acme)
    till.pass_days(32)
    more, at = Choice(plan_of("starter"), "month", 9), int(till.now.timestamp())
    with app.app_context():
        with pytest.raises(BillOpen):
            operations.preview(till.gateway, acme.facts, more, till.now)
        with pytest.raises(BillOpen):
            operations.change(
                till.gateway, acme.facts, more, at=at, press="p", now=till.now, hold=nobody
            )
    till.tell_all()
    assert till.facts(acme).limits["seats"] == 3


def test_paying_wakes_what_rested_since_nobody_could_change_anything(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.let_trial_end(acme, till.now + 14 * DAY)
    service = Service(till.settings, till.now + 15 * DAY, new_id())
    with app.app_context():
        end_trials.run(service, {})
        assert till.facts(acme).state is State.PAST_DUE
        later = replace(service, now=till.now + 30 * DAY)
        end_trials.run(later, {})
        assert till.facts(acme).state is State.SUSPENDED
        paid_at = till.now + 31 * DAY
        transfer.mark_as_paid(acme.facts.id, transferred(till, paid_at + 365 * DAY), paid_at)
        with control_session() as session:
            mine = select(Job.payload).where(Job.kind == WAKE, Job.tenant_id == acme.facts.id)
            (told,) = session.scalars(mine)
    assert datetime.fromisoformat(str(told["since"])) == service.now
    assert datetime.fromisoformat(str(told["until"])) == paid_at


def test_a_transfer_of_a_firm_that_once_paid_by_card_ends_too(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    end_at_stripe(till)
    assert night(till, acme) is State.PAST_DUE
    until = till.now + 365 * DAY
    with app.app_context():
        transfer.mark_as_paid(acme.facts.id, transferred(till, until), till.now)
        assert till.facts(acme).state is State.ACTIVE
        end_trials.run(Service(till.settings, until - DAY, new_id()), {})
        assert till.facts(acme).state is State.ACTIVE
        end_trials.run(Service(till.settings, until + GRACE + DAY, new_id()), {})
    assert till.facts(acme).state is State.PAST_DUE


def told_of_ends(till: Till, house: Workspace, at: datetime) -> list[str]:
    """Let the worker remind, twice; answers with all that the owner was told by then."""
    with till.app.app_context():
        for _time in range(2):
            remind_of_ends.run(Service(till.settings, at, new_id()), {})
    with house.scope():
        told = select(Notice.text).order_by(Notice.at, Notice.id)
        return list(house.actor().session.scalars(told))


def test_who_pays_by_transfer_is_reminded_before_its_end_and_told_after_it(
    till: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    until = till.now + 365 * DAY
    with app.app_context():
        transfer.mark_as_paid(acme.facts.id, transferred(till, until), till.now)
    for days, number in ((31, 0), (29, 1), (8, 1), (6, 2), (0.5, 3)):
        told = told_of_ends(till, acme, until - days * DAY)
        assert len(told) == number, days
    assert told[-1].startswith("What was paid by bank transfer ends on")
    with app.app_context():
        end_trials.run(Service(till.settings, until + DAY, new_id()), {})
    told = told_of_ends(till, acme, until + 2 * DAY)
    assert len(told) == 4
    assert told[-1].startswith("What was paid by bank transfer is over. Renew by")
    page = alice.client.get("/settings/billing").text
    assert "What was paid by bank transfer is over. Renew by" in page
    assert "could not be collected" not in page


def test_who_tries_it_is_reminded_before_the_end(till: Till, acme: Workspace, app: Flask) -> None:
    ends = till.now + 14 * DAY
    till.let_trial_end(acme, ends)
    for days, number in ((4, 0), (2, 1), (0.5, 2)):
        assert len(told_of_ends(till, acme, ends - days * DAY)) == number, days
    assert told_of_ends(till, acme, ends - DAY / 4)[-1].startswith("The trial ends on")
    with app.app_context():
        end_trials.run(Service(till.settings, ends + DAY, new_id()), {})
    assert told_of_ends(till, acme, ends + DAY)[-1].startswith("Your workspace can only be read")


def test_what_is_wrong_with_one_firm_ends_nobody_else_s_night(
    till: Till, acme: Workspace, globex: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    till.subscribe(globex, plan="business", seats=7)
    (broken,) = till.world.all("subscription", customer=till.world.all("customer")[1]["id"])
    broken["items"]["data"][0]["price"]["recurring"] = None
    with app.app_context():
        report = reconcile_all(till.settings, till.now)
    assert report.wrong == [f"{acme.facts.id}: TypeError"]
    assert (report.read, report.changed) == (1, ["globex"])
    assert till.facts(globex).plan == "business"


def test_who_waited_longest_is_read_first(
    till: Till, acme: Workspace, globex: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    till.subscribe(globex)
    with app.app_context():
        for first, second in ((globex, acme), (acme, globex)):
            refresh(till.gateway, first.facts.id, till.now)
            refresh(till.gateway, second.facts.id, till.now + DAY)
            with control_session() as session:
                session.get_one(Subscription, second.facts.id).plan = "other"
                session.get_one(Subscription, first.facts.id).plan = "other"
            changed = reconcile_all(till.settings, till.now).changed
            assert changed == [first.facts.slug, second.facts.slug]


def test_the_operator_s_history_tells_what_is_rented_owed_and_paid(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    card_fails(till, acme)
    till.pass_days(31)
    till.tell_all()
    night(till, acme)
    bill = till.world.all("invoice", status="open")[0]
    assert till.press(str(bill["hosted_invoice_url"]), number=GOOD)[0] == 200
    till.ahead += timedelta(seconds=1)
    till.tell_all()
    night(till, acme)
    wanted = ("subscribed", "bill_failed", "bill_collected")
    with app.app_context(), control_session() as session:
        mine = (OperatorEvent.tenant_id == acme.facts.id, OperatorEvent.verb.in_(wanted))
        order = (OperatorEvent.at, OperatorEvent.id)
        rows = session.scalars(select(OperatorEvent).where(*mine).order_by(*order)).all()
        told = [(row.verb, row.details.get("after")) for row in rows]
    assert told == [("subscribed", "starter × 3"), ("bill_failed", None), ("bill_collected", None)]
