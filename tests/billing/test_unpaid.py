"""A bill that is only sent gives nothing: until it is paid, a firm has what it had."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.billing.jobs import end_trials, follow_bill, lapse_changes, reconcile_all, tell_of_bill
from app.demo.stripe import subscriptions
from app.identity.models import Notice
from app.identity.operations.invitations import invite
from app.identity.operations.roles import role_by_key
from app.identity.usage import seats
from app.jobs.kinds import Service
from app.kernel.errors import OverLimit
from app.kernel.ids import new_id
from app.operator.money import money
from tenants.billing import transfer
from tenants.billing.ending import end_for_good
from tenants.billing.models import Subscription
from tenants.billing.operations import subscription_of
from tenants.billing.queue import TELL_NEWS
from tenants.billing.standing import GRACE
from tenants.billing.tax_invoices import bills_of
from tenants.billing.unpaid import waits_for
from tenants.control import Job
from tenants.database import control_session
from tenants.facts import State
from tenants.resolve import forget
from tests.billing.conftest import GOOD, Till
from tests.billing.test_plan_page import choose, fields
from tests.billing.test_states import transferred
from tests.cast import HostClient, Person, Workspace
from tests.conftest import Clock

DAY = timedelta(days=1)
PLACE = "/settings/billing"
WISH = {"plan": "enterprise", "interval": "year", "seats": "6"}
TRIAL_MAILS, STARTER_MAILS, ENTERPRISE_MAILS = 2_000, 5_000, 1_000_000


def ask_for_a_bill(client: HostClient, **wish: str) -> None:
    """Choose a plan and have its bill sent."""
    shown = choose(client, **{**WISH, **wish})
    assert "The plan begins once it is paid" in shown
    typed = {**fields(shown, f"{PLACE}/pay"), "way": "invoice"}
    assert client.post(f"{PLACE}/pay", data=typed).status_code == 303


def pay(till: Till) -> None:
    """Pay the newest open bill on Stripe's page, and let the notices have their effect."""
    bill = till.world.all("invoice", status="open")[0]
    assert till.press(str(bill["hosted_invoice_url"]), number=GOOD)[0] == 200
    till.tell_all()


def let_pass(till: Till, clock: Clock, days: int) -> None:
    """Let days pass for everybody, with what Stripe does on each, and the night after them."""
    for _day in range(days):
        clock.shift(DAY)
        with till.world.lock:
            for customer in till.world.all("customer"):
                subscriptions.tick(till.world, customer)
    night(till)
    forget()


def night(till: Till) -> None:
    with till.app.app_context():
        reconcile_all(till.settings, till.now)


def room(house: Workspace, till: Till) -> int | None:
    """How many seats there are, once the workspace was brought to its books."""
    with till.app.app_context():
        service = Service(till.settings, till.now, new_id())
        follow_bill.run(service, {"tenant_id": str(house.facts.id)})
    inside = Workspace(till.facts(house), house.engine_app)
    with inside.scope():
        return seats.most(inside.actor())


@pytest.fixture
def on_trial(till: Till, acme: Workspace) -> Till:
    """Acme has ten days of its trial left."""
    till.let_trial_end(acme, till.now + 10 * DAY)
    forget()
    return till


def test_a_plan_begins_once_its_bill_is_paid(
    on_trial: Till, acme: Workspace, alice: Person
) -> None:
    ask_for_a_bill(alice.client)
    on_trial.tell_all()
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.state) == ("trial", State.TRIAL)
    assert facts.limits["mails_month"] == TRIAL_MAILS
    page = alice.client.get(PLACE).text
    assert "A bill waits to be paid" in page
    assert "Once it is paid you have Enterprise with 6 seats." in page
    assert '<h2 id="now">Trial</h2>' in page
    assert "See what it costs" not in page
    pay(on_trial)
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.state) == ("enterprise", State.ACTIVE)
    assert (facts.limits["mails_month"], facts.limits["seats"]) == (ENTERPRISE_MAILS, 6)
    page = alice.client.get(PLACE).text
    assert "A bill waits to be paid" not in page
    assert '<h2 id="now">Enterprise</h2>' in page


def test_what_is_billed_only_earns_nothing(
    on_trial: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    ask_for_a_bill(alice.client)
    with app.app_context(), control_session() as session:
        assert money(session, on_trial.now).monthly == {}
    pay(on_trial)
    with app.app_context(), control_session() as session:
        assert money(session, on_trial.now).monthly == {"USD": 280}


def test_nobody_is_invited_beyond_the_seats_that_are_billed(
    on_trial: Till, acme: Workspace, alice: Person
) -> None:
    ask_for_a_bill(alice.client)
    assert room(acme, on_trial) == 6
    inside = Workspace(on_trial.facts(acme), on_trial.app)
    with on_trial.app.app_context(), inside.scope():
        by = inside.actor()
        for number in range(6 - seats.taken(by)):
            invite(
                by,
                way="mail",
                role=role_by_key(by.session, "viewer"),
                email=f"p{number}@acme.example",
            )
        with pytest.raises(OverLimit, match="being paid for"):
            seats.require_seat(by)


def test_the_trial_lasts_until_the_first_bill_is_due_with_its_grace_and_once(
    clock: Clock, on_trial: Till, acme: Workspace, alice: Person
) -> None:
    ask_for_a_bill(alice.client)
    let_pass(on_trial, clock, 11)
    assert on_trial.facts(acme).state is State.TRIAL  # Beyond its day, as the bill is not due.
    assert on_trial.facts(acme).pay_by is None
    let_pass(on_trial, clock, 4)
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.state) == ("trial", State.TRIAL)
    assert facts.pay_by is not None
    by = facts.pay_by
    let_pass(on_trial, clock, GRACE.days)
    assert on_trial.facts(acme).state is State.PAST_DUE
    client = alice.sign_in()
    # Neither withdrawing nor asking for another bill gives more time.
    assert client.post(f"{PLACE}/withdraw-bill").status_code == 303
    assert on_trial.facts(acme).is_read_only
    ask_for_a_bill(client)
    night(on_trial)
    facts = on_trial.facts(acme)
    assert (facts.state, facts.pay_by) == (State.PAST_DUE, by)
    pay(on_trial)
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.state, facts.pay_by) == ("enterprise", State.ACTIVE, None)


def test_a_bill_is_withdrawn_and_paid_otherwise(
    on_trial: Till, acme: Workspace, alice: Person
) -> None:
    ask_for_a_bill(alice.client)
    assert alice.client.post(f"{PLACE}/withdraw-bill").status_code == 303
    assert [one["status"] for one in on_trial.world.all("invoice")] == ["void"]
    assert [one["status"] for one in on_trial.world.all("subscription")] == ["canceled"]
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.state) == ("trial", State.TRIAL)
    assert room(acme, on_trial) == 25
    page = alice.client.get(PLACE).text
    assert "The trial ends on" in page
    assert "See what it costs" in page
    assert alice.client.post(f"{PLACE}/withdraw-bill").status_code == 422
    on_trial.subscribe(acme)
    on_trial.tell_all()
    assert on_trial.facts(acme).plan == "starter"


def test_a_bill_that_was_paid_in_the_same_moment_is_not_withdrawn(
    on_trial: Till, acme: Workspace, alice: Person
) -> None:
    ask_for_a_bill(alice.client)
    bill = on_trial.world.all("invoice", status="open")[0]
    on_trial.press(str(bill["hosted_invoice_url"]), number=GOOD)  # No notice came yet.
    answer = alice.client.post(f"{PLACE}/withdraw-bill")
    assert answer.status_code == 422
    assert "paid in the meantime" in answer.text
    assert on_trial.facts(acme).plan == "enterprise"


def test_a_bill_is_sent_for_a_whole_year_alone(on_trial: Till, alice: Person) -> None:
    typed = {**WISH, "interval": "month", "way": "invoice"}
    answer = alice.client.post(f"{PLACE}/pay", data=typed)
    assert answer.status_code == 422
    assert "for a whole year alone" in answer.text
    assert on_trial.world.all("subscription") == []
    ask_for_a_bill(alice.client)
    pay(on_trial)
    answer = alice.client.post(PLACE, data={**WISH, "interval": "month"})
    assert answer.status_code == 422


def grow(client: HostClient, **wish: str) -> None:
    """Change a subscription whose bills are sent to something dearer."""
    shown = choose(client, **{**WISH, **wish})
    assert "A bill is sent for it" in shown
    done = client.post(f"{PLACE}/change", data=fields(shown, f"{PLACE}/change"))
    assert done.status_code == 303, done.text


def test_a_change_that_is_billed_is_given_once_it_is_paid(
    clock: Clock, on_trial: Till, acme: Workspace, alice: Person
) -> None:
    ask_for_a_bill(alice.client, plan="starter")
    pay(on_trial)
    let_pass(on_trial, clock, 30)
    grow(alice.sign_in(), seats="9")
    on_trial.tell_all()
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.limits["seats"]) == ("starter", 6)
    assert facts.limits["mails_month"] == STARTER_MAILS
    assert room(acme, on_trial) == 6
    forget()
    client = alice.sign_in()
    page = client.get(PLACE).text
    assert "Once it is paid you have Enterprise with 9 seats." in page
    assert "<p>6 seats</p>" in page
    refused = client.post(PLACE, data={**WISH, "seats": "7"})
    assert refused.status_code == 422
    assert "A bill is not paid yet" in refused.text
    pay(on_trial)
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.limits["seats"]) == ("enterprise", 9)


def test_a_change_that_is_not_paid_is_withdrawn_and_takes_nothing_away(
    clock: Clock, on_trial: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    ask_for_a_bill(alice.client, plan="starter")
    pay(on_trial)
    forget()
    grow(alice.client, seats="9")
    let_pass(on_trial, clock, 20)  # The bill is overdue by now, and Stripe says so.
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.state, facts.pay_by) == ("starter", State.ACTIVE, None)
    service = Service(on_trial.settings, on_trial.now, new_id())
    with app.app_context():
        lapse_changes.run(service, {})
        row = subscription_of(acme.facts.id)
        assert row is not None
        assert row.waits == "change"
    let_pass(on_trial, clock, GRACE.days)
    service = Service(on_trial.settings, on_trial.now, new_id())
    with app.app_context():
        lapse_changes.run(service, {})
        row = subscription_of(acme.facts.id)
        assert row is not None
        assert (row.waits, row.plan, row.seats, row.status) == (None, "starter", 6, "active")
        assert {one.status for one in bills_of(acme.facts.id)} == {"paid", "void"}
        with control_session() as session:
            (told,) = session.scalars(select(Job.payload).where(Job.kind == TELL_NEWS))
        tell_of_bill.run(service, told)
    with acme.scope():
        texts = acme.actor().session.scalars(select(Notice.text)).all()
    assert any("was not paid in time and is withdrawn" in text for text in texts)
    assert on_trial.facts(acme).plan == "starter"
    forget()
    grow(alice.sign_in(), seats="7")  # And anew, for what it costs by now.
    pay(on_trial)
    assert on_trial.facts(acme).limits["seats"] == 7


def test_a_change_is_withdrawn_though_no_bill_is_paid_any_more(
    on_trial: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    ask_for_a_bill(alice.client, plan="starter")
    pay(on_trial)
    forget()
    grow(alice.client, seats="9")
    (paid,) = on_trial.world.all("invoice", status="paid")
    paid["status"] = "void"  # By an operator's hand, at Stripe.
    assert alice.client.post(f"{PLACE}/withdraw-bill").status_code == 303
    with app.app_context():
        row = subscription_of(acme.facts.id)
    assert row is not None
    assert (row.plan, row.seats, row.interval, row.waits) == ("starter", 6, "year", None)
    assert on_trial.world.all("invoice", status="open") == []


@pytest.mark.parametrize("calls", range(6))
def test_withdrawing_that_was_cut_off_gives_nothing_away_and_is_ended(
    clock: Clock, on_trial: Till, acme: Workspace, alice: Person, app: Flask, calls: int
) -> None:
    ask_for_a_bill(alice.client, plan="starter")
    pay(on_trial)
    forget()
    grow(alice.client, seats="9")
    on_trial.standin.faults[:] = [*[0] * calls, 500]
    assert alice.client.post(f"{PLACE}/withdraw-bill").status_code in (503, 504)
    on_trial.standin.faults[:] = []
    night(on_trial)
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.limits["seats"]) == ("starter", 6)
    let_pass(on_trial, clock, 30)
    with app.app_context():
        lapse_changes.run(Service(on_trial.settings, on_trial.now, new_id()), {})
    assert on_trial.world.all("invoice", status="open") == []
    (living,) = on_trial.world.all("subscription")
    assert living["items"]["data"][0]["quantity"] == 6
    assert "taking_back" not in living["metadata"]
    assert on_trial.facts(acme).plan == "starter"


def test_a_bill_that_is_paid_while_withdrawing_was_cut_off_is_not_lost(
    on_trial: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    ask_for_a_bill(alice.client, plan="starter")
    pay(on_trial)
    forget()
    grow(alice.client, seats="9")
    (living,) = on_trial.world.all("subscription")
    living["metadata"]["taking_back"] = "yes"  # As far as it came.
    pay(on_trial)
    with app.app_context():
        lapse_changes.run(Service(on_trial.settings, on_trial.now, new_id()), {})
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.limits["seats"]) == ("enterprise", 9)


def test_a_firm_whose_transfer_is_over_has_its_old_plan_for_its_grace_alone(
    clock: Clock, on_trial: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    until = on_trial.now + 30 * DAY
    with app.app_context():
        transfer.mark_as_paid(acme.facts.id, transferred(on_trial, until), on_trial.now)
    let_pass(on_trial, clock, 31)  # Nobody has noticed yet that it is over.
    ask_for_a_bill(alice.sign_in())
    facts = on_trial.facts(acme)
    assert (facts.plan, facts.state, facts.pay_by) == ("business", State.ACTIVE, until + GRACE)
    let_pass(on_trial, clock, GRACE.days)
    assert on_trial.facts(acme).state is State.PAST_DUE
    pay(on_trial)
    assert (on_trial.facts(acme).plan, on_trial.facts(acme).state) == ("enterprise", State.ACTIVE)


def test_the_next_year_of_who_paid_has_the_usual_grace(
    clock: Clock, on_trial: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    ask_for_a_bill(alice.client)
    pay(on_trial)
    let_pass(on_trial, clock, 366)
    with app.app_context(), control_session() as session:
        row = session.get_one(Subscription, acme.facts.id)
        assert (row.waits, row.status) == (None, "active")
    assert on_trial.facts(acme).plan == "enterprise"
    let_pass(on_trial, clock, 15)
    facts = on_trial.facts(acme)
    assert (facts.state, facts.pay_by is not None) == (State.ACTIVE, True)
    let_pass(on_trial, clock, GRACE.days)
    assert on_trial.facts(acme).state is State.PAST_DUE


def test_a_bill_after_the_trial_s_end_opens_nothing(
    clock: Clock, on_trial: Till, acme: Workspace, alice: Person
) -> None:
    let_pass(on_trial, clock, 12)
    with on_trial.app.app_context():
        end_trials.run(Service(on_trial.settings, on_trial.now, new_id()), {})
    forget()
    ask_for_a_bill(alice.sign_in())
    night(on_trial)
    assert on_trial.facts(acme).state is State.PAST_DUE
    pay(on_trial)
    assert on_trial.facts(acme).state is State.ACTIVE


def test_the_same_page_pressed_again_after_withdrawing_sends_another_bill(
    on_trial: Till, acme: Workspace, alice: Person
) -> None:
    shown = choose(alice.client, **WISH)
    typed = {**fields(shown, f"{PLACE}/pay"), "way": "invoice"}
    for number in (1, 2):
        assert alice.client.post(f"{PLACE}/pay", data=typed).status_code == 303
        assert len(on_trial.world.all("subscription")) == number
        assert len(on_trial.world.all("invoice", status="open")) == 1
        assert alice.client.post(f"{PLACE}/withdraw-bill").status_code == 303


def test_a_change_that_was_changed_back_is_not_told_as_made_by_an_old_page(
    till: Till, acme: Workspace, alice: Person
) -> None:
    till.subscribe(acme)
    till.tell_all()
    month = {"plan": "starter", "interval": "month"}
    page = choose(alice.client, **month, seats="4")
    old = fields(page, f"{PLACE}/change")
    assert alice.client.post(f"{PLACE}/change", data=old).status_code == 303
    back = fields(choose(alice.client, **month, seats="3"), f"{PLACE}/change")
    assert alice.client.post(f"{PLACE}/change", data=back).status_code == 303
    bills = len(till.world.all("invoice"))
    again = alice.client.post(f"{PLACE}/change", data=old)
    assert again.status_code == 200
    assert "look at it once more" in again.text
    assert len(till.world.all("invoice")) == bills
    assert till.facts(acme).limits["seats"] == 3


def test_an_erased_firm_is_left_with_no_bill_that_could_be_paid(
    on_trial: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    ask_for_a_bill(alice.client)
    with app.app_context():
        end_for_good(on_trial.gateway, acme.facts.id, on_trial.now)
    assert [one["status"] for one in on_trial.world.all("invoice")] == ["void"]
    assert [one["status"] for one in on_trial.world.all("subscription")] == ["canceled"]


def test_what_a_subscription_waits_for_goes_by_its_bills() -> None:
    def bill(status: str, reason: str = "subscription_update") -> dict[str, object]:
        return {"status": status, "billing_reason": reason}

    first, cycle = "subscription_create", "subscription_cycle"
    active, tried = {"status": "active", "metadata": {}}, {"status": "trialing"}
    for subscription, bills, begins, waits in (
        (active, [], True, "start"),
        (active, [bill("draft", first)], True, "start"),
        (active, [bill("open", first)], False, None),  # It was given before this was known.
        (active, [bill("paid", first)], True, None),
        (tried, [], True, None),
        (active, [bill("draft"), bill("paid", first)], False, "change"),
        (active, [bill("open"), bill("paid", first)], False, "change"),
        (active, [bill("open", cycle), bill("open"), bill("paid", first)], False, "change"),
        (active, [bill("void"), bill("paid", first)], False, None),
        (active, [bill("paid", cycle), bill("open")], False, None),
        (active, [bill("open", cycle), bill("paid", first)], False, None),
        ({**active, "metadata": {"taking_back": "yes"}}, [bill("paid")], False, "change"),
    ):
        assert waits_for(subscription, bills, begins=begins) == waits, (bills, begins)
