"""Nothing is paid twice, and no seat is taken that nobody pays for, whoever comes when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.billing import follow as following
from app.billing.follow import follow
from app.billing.jobs import follow_bill, prune_billing, read_bill, tell_of_double_payment
from app.identity.models import Notice
from app.identity.operations.invitations import invite
from app.identity.operations.roles import role_by_key
from app.identity.usage import seats
from app.jobs.kinds import Service
from app.kernel.actor import Actor
from app.kernel.errors import OverLimit
from app.kernel.ids import new_id
from tenants.billing import beginning, operations
from tenants.billing.apply import refresh
from tenants.billing.errors import AlreadySubscribed, Uncertain, Unreachable
from tenants.billing.gateway import Gateway
from tenants.billing.holds import IN_FLIGHT, Hold
from tenants.billing.models import StripeCall, Subscription, SubscriptionInvoice, WebhookReceipt
from tenants.billing.operations import Choice
from tenants.billing.queue import FOLLOW, READ, TELL_DOUBLE
from tenants.billing.tax_invoices import bills_of
from tenants.control import Job, OperatorEvent
from tenants.database import control_session
from tenants.plans import plan_of
from tests.billing.conftest import GOOD, Till, nobody
from tests.cast import Person, Workspace

DAY = timedelta(days=1)


def jobs(app: Flask, kind: str) -> list[Job]:
    with app.app_context(), control_session() as session:
        return list(session.scalars(select(Job).where(Job.kind == kind, Job.state == "ready")))


def work(till: Till, kind: Any, payload: dict[str, Any]) -> None:
    with till.app.app_context():
        kind.run(Service(till.settings, till.now, new_id()), payload)


def bounds(house: Workspace) -> int | None:
    with house.scope():
        return seats.most(house.actor())


def holder(house: Workspace) -> Hold:
    """Holds seats in the workspace, as a page does, in a transaction of its own."""

    def hold(number: int) -> None:
        apart = Workspace(house.facts, house.engine_app)
        with apart.scope():
            seats.hold(apart.actor(), number)

    return hold


def begin(till: Till, house: Workspace, number: int, hold: Hold) -> str:
    with till.app.app_context():
        return beginning.checkout(
            till.gateway,
            house.facts,
            Choice(plan_of("starter"), "month", number),
            "USD",
            email="owner@acme.example",
            language="en",
            urls=(f"{till.world.secret['base_url']}/style.css", "http://localhost/"),
            press=new_id().hex,
            now=till.now,
            hold=hold,
        )


def ask_people(by: Actor, name: str) -> None:
    role = role_by_key(by.session, "viewer")
    invite(by, way="mail", role=role, email=f"{name}@acme.example")


def test_a_second_tab_closes_the_checkout_of_the_first(till: Till, acme: Workspace) -> None:
    first, second = till.checkout(acme), till.checkout(acme, seats=5)
    assert "no longer valid" in till.press(first, number=GOOD)[1]
    assert till.press(second, number=GOOD)[0] == 200
    assert len(till.world.all("subscription")) == 1


def test_two_tabs_that_are_pressed_at_once_leave_one_checkout_open(
    till: Till, acme: Workspace
) -> None:
    start = Barrier(4)

    def press(_tab: int) -> None:
        start.wait()
        till.checkout(acme)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(press, range(4)))
    assert len(till.world.all("checkout.session", status="open")) == 1
    assert len(till.world.all("customer")) == 1


def test_a_bill_is_not_sent_to_who_has_just_paid_at_the_checkout(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.subscribe(acme)  # No notice came yet, so that our books know nothing of it.
    with app.app_context(), pytest.raises(AlreadySubscribed):
        beginning.prepay(
            till.gateway,
            acme.facts,
            Choice(plan_of("starter"), "year", 3),
            "USD",
            email="owner@acme.example",
            language="en",
            press="p",
            now=till.now,
            hold=nobody,
        )
    assert len(till.world.all("subscription")) == 1


def second_subscription(till: Till) -> dict[str, Any]:
    """A subscription that somebody began at Stripe by hand beside the first one."""
    (customer,) = till.world.all("customer")
    (price,) = till.world.all("price", lookup_key="zuke_business_usd_month")
    params: Any = {"customer": customer["id"], "items": [{"price": price["id"], "quantity": 2}]}
    with till.app.app_context():
        return till.gateway.ask(lambda v1: v1.subscriptions.create(params=params))


def test_of_two_subscriptions_that_live_the_second_is_ended_and_refunded(
    till: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    second = second_subscription(till)
    till.tell_all()
    assert till.world.things[second["id"]]["status"] == "canceled"
    facts = till.facts(acme)
    assert (facts.plan, facts.limits["seats"]) == ("starter", 3)
    (credit,) = till.world.all("credit_note")
    assert (credit["amount"], credit["refunds"][0]["amount_refunded"]) == (5600, 5600)
    with app.app_context():
        kept = sum(one.paid - one.returned for one in bills_of(acme.facts.id))
    theirs = sum(
        one["amount_paid"] - one["post_payment_credit_notes_amount"]
        for one in till.world.all("invoice")
    )
    assert kept * 100 == theirs == 3600
    (told,) = jobs(app, TELL_DOUBLE)
    work(till, tell_of_double_payment, told.payload)
    with acme.scope():
        (text,) = acme.actor().session.scalars(select(Notice.text)).all()
    assert "paid twice" in text
    assert "$56.00 goes back" in text
    with app.app_context(), control_session() as session:
        mine = (OperatorEvent.tenant_id == acme.facts.id, OperatorEvent.verb == "double_ended")
        (line,) = session.scalars(select(OperatorEvent).where(*mine))
    assert (line.details["amount"], line.details["how"]) == ("56", "refunded")


def test_paying_back_that_was_cut_off_goes_on_and_pays_back_once(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    second_subscription(till)
    cancel = "DELETE"

    def calls() -> list[str]:
        return [method for method, path in till.standin.calls if "subscriptions/" in path]

    # The refund is made, and Stripe is away when the subscription is to be ended.
    till.standin.faults[:] = [0, 0, 0, 0, 500]
    with app.app_context(), pytest.raises(Unreachable):
        refresh(till.gateway, acme.facts.id, till.now)
    assert len(till.world.all("credit_note")) == 1
    till.standin.faults.clear()
    with app.app_context():
        refresh(till.gateway, acme.facts.id, till.now)
    assert len(till.world.all("credit_note")) == 1
    assert cancel in calls()
    assert [one["status"] for one in till.world.all("subscription")] == ["canceled", "active"]


def test_while_a_checkout_is_open_nobody_beyond_its_seats_is_invited(
    till: Till, acme: Workspace, app: Flask
) -> None:
    house = Workspace(acme.facts, app)
    with house.scope():
        there = seats.taken(house.actor())
    url = begin(till, house, there + 2, holder(house))
    start, refusals = Barrier(6), set[str]()

    def ask(number: int) -> bool:
        start.wait()
        try:
            with Workspace(acme.facts, app).acting() as by:
                ask_people(by, f"p{number}")
        except OverLimit as answer:
            refusals.add(str(answer.message).split(" for,")[0])
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(ask, range(6))) == 2
    assert refusals == {f"{there + 2} seats are being paid"}
    assert till.press(url, number=GOOD)[0] == 200
    till.tell_all()
    with house.scope():
        by = house.actor()
        assert seats.taken(by) == seats.most(by) == there + 2


def test_buying_seats_and_inviting_people_at_once_never_exceeds_what_is_paid(
    till: Till, acme: Workspace, app: Flask
) -> None:
    house = Workspace(acme.facts, app)
    with house.scope():
        there = seats.taken(house.actor())
    till.subscribe(acme, seats=there + 5)
    till.tell_all()
    start = Barrier(8)
    fewer = Choice(plan_of("starter"), "month", there + 2)

    def run(number: int) -> None:
        start.wait()
        try:
            if number == 0:
                with app.app_context():
                    operations.change(
                        till.gateway,
                        acme.facts,
                        fewer,
                        at=int(till.now.timestamp()),
                        press="fewer",
                        now=till.now,
                        hold=holder(house),
                    )
            else:
                with Workspace(acme.facts, app).acting() as by:
                    ask_people(by, f"q{number}")
        except OverLimit:
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(8)))
    till.tell_all()
    with app.app_context():
        follow(acme.facts.id, till.now)
    (theirs,) = till.world.all("subscription")
    with house.scope():
        by = house.actor()
        assert seats.taken(by) <= theirs["items"]["data"][0]["quantity"]
        assert seats.most(by) == theirs["items"]["data"][0]["quantity"]


def test_fewer_seats_than_people_are_not_begun_to_be_paid(
    till: Till, acme: Workspace, app: Flask
) -> None:
    with pytest.raises(OverLimit):
        begin(till, acme, 1, holder(Workspace(acme.facts, app)))
    assert till.world.all("checkout.session") == []


def test_a_checkout_that_is_withdrawn_or_expires_frees_its_seats(
    till: Till, acme: Workspace, app: Flask
) -> None:
    house = Workspace(acme.facts, app)
    before = bounds(house)
    url = begin(till, house, 5, holder(house))
    assert bounds(house) == 5
    with app.app_context():
        beginning.withdraw(till.gateway, acme.facts, till.now)
        follow(acme.facts.id, till.now)
    assert bounds(house) == before
    assert "no longer valid" in till.press(url, number=GOOD)[1]
    begin(till, house, 4, holder(house))
    (plan,) = [one for one in jobs(app, READ) if one.run_at > till.now + timedelta(minutes=30)][-1:]
    till.world.seconds += 3700
    till.ahead += timedelta(seconds=3700)
    assert plan.run_at <= till.now
    work(till, read_bill, plan.payload)
    assert bounds(house) == before


@contextmanager
def answers_lost(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stripe does what it is asked for, and its answer never arrives."""
    real = Gateway.change

    def lose(self: Gateway, *args: Any, **named: Any) -> Any:
        real(self, *args, **named)
        raise Unreachable("The answer was lost.")

    with monkeypatch.context() as patch:
        patch.setattr(Gateway, "change", lose)
        yield


def test_after_a_lost_answer_it_is_said_that_nobody_knows_and_then_what_stands(
    till: Till, acme: Workspace, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = Workspace(acme.facts, app)
    till.subscribe(acme, seats=9)
    till.tell_all()
    fewer = Choice(plan_of("starter"), "month", 5)
    asked: dict[str, Any] = {"at": int(till.now.timestamp()), "press": "p", "hold": holder(house)}
    with answers_lost(monkeypatch), app.app_context(), pytest.raises(Uncertain):
        operations.change(till.gateway, acme.facts, fewer, now=till.now, **asked)
    assert bounds(house) == 5  # Until it is known, the fewer seats count.
    with app.app_context():
        follow(acme.facts.id, till.now)
    assert bounds(house) == 5
    till.ahead += IN_FLIGHT + timedelta(minutes=2)
    (plan,) = [one for one in jobs(app, READ) if one.run_at <= till.now][-1:]
    work(till, read_bill, plan.payload)
    assert (bounds(house), till.facts(acme).limits["seats"]) == (5, 5)
    # The same wish once more, as of somebody who did not wait, charges nothing.
    with app.app_context():
        more = {**asked, "press": "another", "at": int(till.now.timestamp())}
        operations.change(till.gateway, acme.facts, fewer, now=till.now, **more)
    assert sum(one["amount_paid"] for one in till.world.all("invoice")) == 9 * 1200


def test_the_page_says_that_it_is_not_known_and_leads_on(
    till: Till, acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.subscribe(acme)
    till.tell_all()
    with answers_lost(monkeypatch):
        answer = alice.client.post("/settings/billing/cancel")
        assert answer.status_code == 303  # Stripe's answer to this is not among those lost.
        typed = {"plan": "starter", "interval": "month", "seats": "4", "press": "p"}
        typed |= {"at": str(int(till.now.timestamp())), "was": "starter:month:3"}
        answer = alice.client.post("/settings/billing/change", data=typed)
    assert answer.status_code == 504
    assert "not known yet" in answer.text
    assert 'action="/settings/billing/look-again"' in answer.text
    assert alice.client.post("/settings/billing/look-again").status_code == 303
    assert "4 seats" in alice.client.get("/settings/billing").text


def test_a_customer_of_whom_no_answer_came_locks_nobody_out(
    till: Till, acme: Workspace, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answers_lost(monkeypatch), pytest.raises(Unreachable):
        till.checkout(acme)
    renamed = Workspace(acme.facts, app)
    assert till.press(till.checkout(renamed), number=GOOD)[0] == 200
    till.tell_all()
    assert till.facts(acme).plan == "starter"


def test_a_crash_after_the_books_were_written_leaves_no_seat_waiting(
    till: Till, acme: Workspace, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.subscribe(acme, seats=6)
    event = next(one for one in till.events() if one["type"] == "checkout.session.completed")
    assert till.post(event) == 200

    def crash(*_given: object) -> None:
        raise RuntimeError("The worker was killed.")

    with monkeypatch.context() as patch:
        patch.setattr(following.seats, "follow", crash)
        with pytest.raises(RuntimeError):
            till.apply(event)
    assert bounds(acme) != 6
    (plan,) = jobs(app, FOLLOW)  # Written with the books, so it is there whatever happened.
    work(till, follow_bill, plan.payload)
    assert bounds(acme) == 6
    till.apply(event)  # And the notice itself still waits, as nothing had followed it.
    with app.app_context(), control_session() as session:
        assert session.get_one(WebhookReceipt, event["id"]).state == "applied"


def test_whoever_follows_last_brings_what_stands(till: Till, acme: Workspace, app: Flask) -> None:
    till.subscribe(acme, seats=4)
    till.tell_all()
    with app.app_context(), control_session() as session:
        mine = Subscription.tenant_id == acme.facts.id
        session.execute(update(Subscription).where(mine).values(seats=7))
        refreshed: Callable[..., object] = refresh
    with app.app_context():
        refreshed(till.gateway, acme.facts.id, till.now)
        follow(acme.facts.id, till.now)
        follow(acme.facts.id, till.now - DAY)  # One that began earlier and comes later.
    assert bounds(acme) == 4


def test_a_bill_keeps_the_plan_that_it_was_for(till: Till, acme: Workspace, app: Flask) -> None:
    till.subscribe(acme)
    till.tell_all()
    larger = Choice(plan_of("business"), "month", 3)
    with app.app_context():
        at = int(till.now.timestamp())
        operations.change(
            till.gateway, acme.facts, larger, at=at, press="p", now=till.now, hold=nobody
        )
        refresh(till.gateway, acme.facts.id, till.now)
        assert [one.plan for one in bills_of(acme.facts.id)] == ["business", "starter"]


def test_giving_seats_back_shows_the_credit_first_and_then_gives_it(
    till: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    till.subscribe(acme, seats=10)
    till.tell_all()
    page = alice.client.get("/settings/billing").text
    assert "seats that you pay for are free" in page
    with acme.scope():
        there = seats.taken(acme.actor())
    with app.app_context():
        fewer = Choice(plan_of("starter"), "month", there)
        shown = operations.preview(till.gateway, acme.facts, fewer, till.now)
        assert shown.due == 0
        assert shown.credit > 0
        operations.change(
            till.gateway,
            acme.facts,
            fewer,
            at=shown.at,
            press="p",
            now=till.now,
            hold=holder(Workspace(acme.facts, app)),
        )
    (customer,) = till.world.all("customer")
    assert customer["balance"] == -shown.credit * 100
    assert till.facts(acme).limits["seats"] == there


def test_what_stripe_told_long_ago_is_dropped_and_what_waits_stays(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    old, waits = till.events()[-1]["id"], {**till.events()[-1], "id": "evt_waits"}
    assert till.post(waits) == 200
    with app.app_context(), control_session() as session:
        ids = (WebhookReceipt.event_id == old) | (WebhookReceipt.event_id == "evt_waits")
        long_ago = till.now - 91 * DAY
        session.execute(update(WebhookReceipt).where(ids).values(received_at=long_ago))
        call = session.scalars(select(StripeCall.key).limit(1)).one()
        this = StripeCall.key == call
        session.execute(update(StripeCall).where(this).values(made_at=till.now - 31 * DAY))
        fresh = len(session.scalars(select(WebhookReceipt.event_id)).all()) - 2
    work(till, prune_billing, {})
    with app.app_context(), control_session() as session:
        left = set(session.scalars(select(WebhookReceipt.event_id)))
        assert "evt_waits" in left
        assert old not in left
        assert len(left) == fresh + 1
        assert call not in set(session.scalars(select(StripeCall.key)))
        assert session.scalars(select(SubscriptionInvoice.id)).all() != []
