"""Stripe: our books follow what it has, whether its notices come twice, late, forged or never."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.billing.follow import follow
from app.billing.jobs import end_trials, reconcile_all
from app.demo.stripe.hooks import body_of, signature
from app.identity.models import Notice
from app.identity.usage import seats
from app.jobs.kinds import Service
from app.kernel.ids import new_id
from tenants.billing import operations, tax_invoices, transfer
from tenants.billing.apply import refresh
from tenants.billing.catalogue import differing_prices, sync_plans
from tenants.billing.errors import AlreadySubscribed, BillingError, Declined, Unreachable
from tenants.billing.models import Subscription, WebhookReceipt
from tenants.billing.modules import put_by_hand
from tenants.billing.operations import Choice
from tenants.billing.standing import GRACE, SUSPENDED_AFTER, standing
from tenants.control import Job, OperatorEvent, Tenant
from tenants.database import control_session
from tenants.facts import State
from tenants.lifecycle import suspend
from tenants.plans import plan_of
from tests.billing.conftest import GOOD, LATER, SECRET, Till, nobody
from tests.cast import Person, Workspace, visitor

DAY = timedelta(days=1)


def count(app: Flask, model: Any) -> int:
    with app.app_context(), control_session() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def books(app: Flask, house: Workspace) -> Subscription:
    with app.app_context(), control_session() as session:
        return session.get_one(Subscription, house.facts.id)


def test_plans_are_made_at_stripe_once_and_a_new_price_takes_over(till: Till, app: Flask) -> None:
    with app.app_context():
        assert sync_plans(till.gateway) == []
        assert len(till.world.all("price")) == 12
        assert differing_prices(till.gateway) == []


def test_a_price_that_was_changed_by_hand_is_noticed_and_put_right(till: Till, app: Flask) -> None:
    (price,) = till.world.all("price", lookup_key="zuke_starter_usd_month")
    price["unit_amount"] = 1
    with app.app_context():
        assert differing_prices(till.gateway) == [
            "zuke_starter_usd_month: 0.01 at Stripe, 12.00 in plans.toml"
        ]
        reconcile_all(till.settings, till.now)
        with control_session() as session:
            verbs = session.scalars(select(OperatorEvent.verb)).all()
        assert "prices_differ" in verbs
        assert sync_plans(till.gateway) == ["price zuke_starter_usd_month: 12.00 USD"]
        assert differing_prices(till.gateway) == []


def test_who_pays_at_the_checkout_has_the_plan_and_the_seats(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.subscribe(acme, seats=4)
    till.tell_all()
    facts = till.facts(acme)
    assert (facts.state, facts.plan, facts.limits["seats"]) == (State.ACTIVE, "starter", 4)
    with acme.scope():
        assert seats.most(acme.actor()) == 4
    row = books(app, acme)
    assert (row.status, row.way, row.price) == ("active", "card", Decimal(12))
    with app.app_context():
        (bill,) = tax_invoices.bills_of(acme.facts.id)
    (theirs,) = till.world.all("invoice")
    assert (bill.paid, bill.status) == (Decimal(48), "paid")
    assert theirs["amount_paid"] == 4800


def test_a_second_checkout_is_refused_as_it_would_be_paid_twice(
    till: Till, acme: Workspace
) -> None:
    till.subscribe(acme)
    till.tell_all()
    with pytest.raises(AlreadySubscribed):
        till.subscribe(acme)


def test_fifty_duplicates_at_once_have_one_effect(till: Till, acme: Workspace, app: Flask) -> None:
    till.subscribe(acme)
    event = till.events()[-1]
    body = body_of(event)
    headers = {"Stripe-Signature": signature(body, SECRET)}

    def tell(_number: int) -> int:
        return visitor(app).post("/webhooks/stripe", data=body, headers=headers).status_code

    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(tell, range(50))) == {200}
    assert count(app, WebhookReceipt) == 1
    with app.app_context(), control_session() as session:
        jobs = session.scalars(select(Job).where(Job.kind == "apply_stripe_event")).all()
    assert [job.payload for job in jobs] == [{"event_id": event["id"]}]
    till.apply(event)
    first = books(app, acme).read_at
    till.apply(event)
    assert books(app, acme).read_at == first


def test_every_order_of_a_life_ends_the_same(till: Till, acme: Workspace, app: Flask) -> None:
    customer = till.subscribe(acme)
    sub = till.world.all("subscription")[0]
    with app.app_context():
        refresh(till.gateway, acme.facts.id, till.now)
        choice = Choice(plan_of("business"), "month", 6)
        now = int(till.now.timestamp())
        operations.change(
            till.gateway, acme.facts, choice, at=now, press="more", now=till.now, hold=nobody
        )
        till.gateway.ask(lambda v1: v1.subscriptions.cancel(sub["id"]))
    wanted = (
        "customer.subscription.created",
        "invoice.paid",
        "customer.subscription.updated",
        "checkout.session.completed",
        "customer.subscription.deleted",
    )
    life = [next(one for one in till.events() if one["type"] == kind) for kind in wanted]
    assert all(one["data"]["object"]["customer"] == customer for one in life)
    ends = set()
    orders = list(permutations(life))
    assert len(orders) == 120
    for number, order in enumerate(orders):
        with app.app_context(), control_session() as session:
            row = session.get_one(Subscription, acme.facts.id)
            row.status, row.plan, row.seats, row.stripe_id = "none", "trial", 0, None
            row.ended_at = row.period_end = None
            tenant = session.get_one(Tenant, acme.facts.id)
            tenant.state, tenant.plan, tenant.seats = "trial", "trial", None
        for event in order:
            copy = {**event, "id": f"{event['id']}_{number}"}
            assert till.post(copy) == 200
            till.apply(copy)
        row, facts = books(app, acme), till.facts(acme)
        with app.app_context():
            paid = sum(one.paid for one in tax_invoices.bills_of(acme.facts.id))
        ends.add((row.status, row.plan, row.seats, row.ended_at, facts.state, facts.plan, paid))
    assert len(ends) == 1
    ((status, plan, amount, *_rest),) = ends
    assert (status, plan, amount) == ("canceled", "business", 6)


def forged() -> dict[str, tuple[bytes, str]]:
    event = {"id": "evt_forged", "object": "event", "type": "invoice.paid", "data": {"object": {}}}
    body, now = body_of(event), int(time.time())
    good = signature(body, SECRET)
    other = json.dumps({**event, "type": "customer.deleted"}).encode()
    return {
        "none": (body, ""),
        "garbage": (body, "garbage"),
        "no time": (body, good.split(",")[1]),
        "no signature": (body, good.split(",")[0]),
        "another secret": (body, signature(body, "whsec_other")),
        "an empty secret": (body, signature(body, "")),
        "too old": (body, signature(body, SECRET, now - 301 - 60)),
        "of the future": (body, signature(body, SECRET, now + 301 + 60)),
        "two times": (body, f"t={now},{good}"),
        "another body": (other, good),
        "an old scheme": (body, good.replace("v1=", "v0=")),
        "too large": (body + b" " * (256 * 1024), good),
        "no event": (b"[]", signature(b"[]", SECRET)),
        "no text": (b"\xff\xfe", signature(b"\xff\xfe", SECRET)),
        "no ASCII": (body, f"t={now},v1=\xe9"),
        "no id": (b'{"object":"event"}', signature(b'{"object":"event"}', SECRET)),
    }


@pytest.mark.parametrize("how", forged())
def test_a_forged_notice_changes_nothing(till: Till, app: Flask, how: str) -> None:
    body, header = forged()[how]
    answer = till.guest.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": header})
    assert answer.status_code == (413 if how == "too large" else 400)
    assert count(app, WebhookReceipt) == 0


def test_without_a_secret_every_notice_is_refused(till: Till, app: Flask) -> None:
    app.extensions["settings"] = till.settings.model_copy(update={"stripe_webhook_secret": ""})
    event = {"id": "evt_x", "object": "event", "type": "x", "data": {"object": {}}}
    body = body_of(event)
    headers = {"Stripe-Signature": signature(body, "")}
    assert till.guest.post("/webhooks/stripe", data=body, headers=headers).status_code == 400
    assert count(app, WebhookReceipt) == 0


def test_a_workspace_s_address_takes_no_notice(till: Till, acme: Workspace, app: Flask) -> None:
    event = till.events()[0]
    body = body_of(event)
    headers = {"Stripe-Signature": signature(body, SECRET)}
    answer = visitor(app, acme).post("/webhooks/stripe", data=body, headers=headers)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("kind", "thing", "state"),
    [
        ("radar.early_fraud_warning.created", {"id": "x"}, "ignored"),
        ("invoice.paid", {"id": "in_x", "object": "invoice", "customer": "cus_x"}, "refused"),
    ],
)
def test_an_unknown_event_is_kept_and_has_no_effect(
    till: Till, app: Flask, kind: str, thing: dict[str, Any], state: str
) -> None:
    event = {"id": "evt_odd", "object": "event", "type": kind, "data": {"object": thing}}
    assert till.post(event) == 200
    till.apply(event)
    with app.app_context(), control_session() as session:
        assert session.get_one(WebhookReceipt, "evt_odd").state == state


def test_a_customer_with_another_firm_s_name_on_it_is_refused(
    till: Till, acme: Workspace, globex: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    event = till.events()[-1]
    crossed = json.loads(json.dumps({**event, "id": "evt_crossed"}))
    crossed["data"]["object"]["metadata"] = {"tenant_id": str(globex.facts.id)}
    before = till.facts(globex)
    assert till.post(crossed) == 200
    till.apply(crossed)
    with app.app_context(), control_session() as session:
        assert session.get_one(WebhookReceipt, "evt_crossed").state == "refused"
    assert till.facts(globex) == before


def test_while_stripe_is_away_nobody_is_locked_out_and_nothing_is_lost(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    event = {**till.events()[-1], "id": "evt_while_away"}
    assert till.post(event) == 200
    before = till.facts(acme)
    till.standin.faults[:] = [500] * 3
    till.ahead += DAY
    with pytest.raises(Unreachable):
        till.apply(event)
    with app.app_context(), pytest.raises(Unreachable):
        reconcile_all(till.settings, till.now)
    assert till.facts(acme) == before
    till.standin.faults.clear()
    till.apply(event)
    with app.app_context(), control_session() as session:
        assert session.get_one(WebhookReceipt, "evt_while_away").state == "applied"


def test_a_bill_without_a_date_was_written_when_it_was_read(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    (bill,) = till.world.all("invoice")
    bill["created"] = None
    till.ahead = timedelta(days=40)  # The clock of whoever reads, as the demo moves it.
    with app.app_context():
        refresh(till.gateway, acme.facts.id, till.now)
        (kept,) = tax_invoices.bills_of(acme.facts.id)
    assert abs(kept.issued_at - till.now) < timedelta(minutes=1)


def test_a_lost_notice_is_healed_by_the_night(till: Till, acme: Workspace, app: Flask) -> None:
    till.subscribe(acme, plan="business", seats=7)
    with app.app_context():
        report = reconcile_all(till.settings, till.now)
    assert (report.read, report.changed) == (1, ["acme"])
    facts = till.facts(acme)
    assert (facts.plan, facts.limits["seats"]) == ("business", 7)
    with app.app_context():
        assert reconcile_all(till.settings, till.now).changed == []


def test_a_seat_costs_what_was_shown_before(till: Till, acme: Workspace, app: Flask) -> None:
    till.subscribe(acme)
    till.tell_all()
    till.pass_days(9)
    more = Choice(plan_of("starter"), "month", 5)
    with app.app_context():
        shown = operations.preview(till.gateway, acme.facts, more, till.now)
        done = operations.change(
            till.gateway, acme.facts, more, at=shown.at, press="p1", now=till.now, hold=nobody
        )
        assert done is not None
        assert done.facts.limits["seats"] == 5
        (bill, _first) = tax_invoices.bills_of(acme.facts.id)
        assert 0 < bill.paid == shown.due < 24
        # The same press again, as after a timeout, is not charged twice.
        operations.change(
            till.gateway, acme.facts, more, at=shown.at, press="p1", now=till.now, hold=nobody
        )
        assert len(tax_invoices.bills_of(acme.facts.id)) == 2


def test_a_seat_that_the_card_does_not_pay_is_not_there(
    till: Till, acme: Workspace, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    with app.app_context():
        url = operations.portal(till.gateway, acme.facts, back="http://localhost/", language="en")
        assert till.press(url, number=LATER)[0] == 200
        more = Choice(plan_of("starter"), "month", 9)
        at = int(till.now.timestamp())
        with pytest.raises(Declined):
            operations.change(
                till.gateway, acme.facts, more, at=at, press="p", now=till.now, hold=nobody
            )
    till.tell_all()
    assert till.facts(acme).limits["seats"] == 3


def test_an_unpaid_bill_has_its_grace_then_reads_only_then_suspends_and_paying_ends_it(
    till: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    with app.app_context():
        url = operations.portal(till.gateway, acme.facts, back="http://localhost/", language="en")
    till.press(url, number=LATER)

    def night() -> State:
        with app.app_context():
            reconcile_all(till.settings, till.now)
        return till.facts(acme).state

    till.pass_days(32)
    assert night() is State.ACTIVE
    assert till.facts(acme).pay_by is not None
    till.pass_days(GRACE.days)
    assert night() is State.PAST_DUE
    till.pass_days(SUSPENDED_AFTER.days)
    assert night() is State.SUSPENDED
    assert alice.client.get("/settings/usage").status_code == 200
    assert alice.client.get("/accounts").status_code == 403
    with acme.scope():
        told = acme.actor().session.scalars(select(Notice.text)).all()
    assert len(told) == 3  # One for each time that something new was to be said.
    for bill in till.world.all("invoice", status="open"):
        till.press(bill["hosted_invoice_url"], way="card", number=GOOD)
    assert night() is State.ACTIVE
    assert till.facts(acme).pay_by is None


def test_what_an_operator_suspended_no_payment_resumes(
    till: Till, acme: Workspace, owner: Any, app: Flask
) -> None:
    till.subscribe(acme)
    till.tell_all()
    suspend(owner, "acme", now=till.now)
    with app.app_context():
        reconcile_all(till.settings, till.now)
    assert till.facts(acme).state is State.SUSPENDED


def test_a_trial_ends_on_its_day(till: Till, acme: Workspace, app: Flask) -> None:
    till.let_trial_end(acme, till.now + 14 * DAY)
    service = Service(till.settings, till.now + 13 * DAY, new_id())
    with app.app_context():
        end_trials.run(service, {})
        assert till.facts(acme).state is State.TRIAL
        end_trials.run(replace(service, now=till.now + 15 * DAY), {})
        assert till.facts(acme).state is State.PAST_DUE
        end_trials.run(replace(service, now=till.now + 30 * DAY), {})
    assert till.facts(acme).state is State.SUSPENDED


def test_a_bank_transfer_pays_until_its_day(till: Till, acme: Workspace, app: Flask) -> None:
    until = till.now + 365 * DAY
    paid = transfer.Transfer(
        plan_of("business"), "year", 10, "CNY", Decimal("15900.00"), until, "BANK-7"
    )
    with app.app_context():
        transfer.mark_as_paid(acme.facts.id, paid, till.now)
        follow(acme.facts.id, till.now)
        facts = till.facts(acme)
        assert (facts.state, facts.plan, facts.limits["seats"]) == (State.ACTIVE, "business", 10)
        (bill,) = tax_invoices.bills_of(acme.facts.id)
        asked = {
            "title": "北风贸易有限公司",
            "tax_number": "91310000MA1FL0AB12",
            "email": "finance@acme.example",
            "note_text": "",
            "asked_by": "Alice",
            "now": till.now,
        }
        tax_invoices.ask_tax_invoice(acme.facts.id, bill.id, **asked)  # type: ignore[arg-type]
        with pytest.raises(BillingError, match="asked"):
            tax_invoices.ask_tax_invoice(acme.facts.id, bill.id, **asked)  # type: ignore[arg-type]
        (request,) = tax_invoices.requests_of(acme.facts.id).values()
        tax_invoices.answer_tax_invoice(request.id, till.now, number="2631" * 5)
        assert tax_invoices.requests_of(acme.facts.id)[bill.id].status == "issued"
        service = Service(till.settings, until + GRACE + DAY, new_id())
        end_trials.run(service, {})
    assert till.facts(acme).state is State.PAST_DUE


def test_a_smaller_plan_switches_off_what_it_has_not_and_keeps_the_data(
    till: Till, acme: Workspace, app: Flask
) -> None:
    with app.app_context(), control_session() as session:
        tenant = session.get_one(Tenant, acme.facts.id)
        tenant.modules = ["service", "sales", "marketing"]
    till.subscribe(acme, plan="starter")
    till.tell_all()
    assert till.facts(acme).modules == ("service", "sales")


def test_what_was_off_before_a_smaller_plan_was_paid_for_stays_off_by_hand_too(
    till: Till, acme: Workspace, app: Flask
) -> None:
    with app.app_context(), control_session() as session:
        session.get_one(Tenant, acme.facts.id).modules = ["service", "sales"]  # Without Insight.
    till.subscribe(acme)
    with app.app_context():
        refresh(till.gateway, acme.facts.id, till.now)
        with control_session() as session:
            tenant = session.get_one(Tenant, acme.facts.id)
            assert tenant.plan == "starter"
            put_by_hand(session, tenant, "business", till.now)
            assert "insight" not in tenant.modules
            assert "marketing" not in tenant.modules


def test_where_a_tenancy_stands_is_a_function_of_what_is_known(till: Till) -> None:
    now = till.now
    assert standing(now=now, status="active").state is State.ACTIVE
    assert standing(now=now, status="past_due").state is State.ACTIVE
    late = standing(now=now, status="past_due", unpaid_since=now - GRACE)
    assert (late.state, late.pay_by) == (State.PAST_DUE, now)
    assert standing(now=now, status="canceled", ended_at=now - DAY).state is State.PAST_DUE
    over = now - SUSPENDED_AFTER
    assert standing(now=now, status="none", trial_ends_at=over).state is State.SUSPENDED
    assert standing(now=now, status="none", trial_ends_at=now + DAY).state is State.TRIAL
