"""The page of plan and bill: choosing, paying, changing for a price that was shown, leaving."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from app import request as edge
from app.billing import losses as losing
from app.billing.asked import read_shown_at
from app.billing.jobs import follow_bill
from app.billing.losses import losses
from app.identity.models import Notice
from app.identity.operations.roles import role_by_key
from app.identity.usage import seats
from app.jobs.kinds import Service
from app.kernel.ids import new_id
from app.kernel.language import _
from app.records.manifest import Module
from app.records.switching import operations as switching
from tenants.billing.apply import refresh
from tenants.billing.models import Subscription
from tenants.billing.operations import subscription_of
from tenants.control import Tenant
from tenants.database import control_session
from tenants.facts import State
from tenants.plans import Limit, plan_of
from tenants.resolve import forget
from tests.billing.conftest import GOOD, Till
from tests.billing.test_states import card_fails
from tests.cast import HostClient, Person, Workspace
from tests.conftest import Clock

PLACE = "/settings/billing"


def fields(page: str, action: str) -> dict[str, str]:
    """What stands in the hidden fields of a page's form."""
    form = page[page.index(f'action="{action}"') :].split("</form>", 1)[0]
    pairs = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in pairs if name != "csrf_token"}


def choose(client: HostClient, **wanted: str) -> str:
    client.get(PLACE)
    answer = client.post(PLACE, data={"currency": "USD", **wanted})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_firm_pays_adds_a_seat_cancels_and_goes_on_by_the_page(
    till: Till, acme: Workspace, alice: Person
) -> None:
    client = alice.client
    shown = choose(client, plan="starter", interval="month", seats="3")
    assert "$36.00" in shown
    leaving = client.post(f"{PLACE}/pay", data=fields(shown, f"{PLACE}/pay"))
    assert leaving.status_code == 200
    address = unescape(re.findall(r'href="(http://127[^"]+/checkout/[^"]+)"', leaving.text)[0])
    session = address.rsplit("/", 1)[1]
    till.world.things[session]["success_url"] = f"{till.world.secret['base_url']}/style.css"
    assert till.press(address, number=GOOD)[0] == 200
    back = client.get(f"{PLACE}?paid=1")
    assert "3 seats" in back.text
    assert '<h2 id="now">Starter</h2>' in back.text  # At once, though the trial's facts are kept.
    assert till.facts(acme).state is State.ACTIVE

    shown = choose(client, plan="starter", interval="month", seats="4")
    assert "To pay now: $12.00" in shown
    done = client.post(f"{PLACE}/change", data=fields(shown, f"{PLACE}/change"))
    assert done.status_code == 303
    with acme.scope():
        assert seats.most(acme.actor()) == 4

    assert client.post(f"{PLACE}/cancel").status_code == 303
    assert "It ends on" in client.get(PLACE).text
    assert client.post(f"{PLACE}/resume").status_code == 303
    assert "It is renewed on" in client.get(PLACE).text
    paid = sum(one["amount_paid"] for one in till.world.all("invoice"))
    assert paid == 4800


def test_a_change_is_charged_as_it_was_shown_and_once_however_often_it_is_pressed(
    clock: Clock, till: Till, acme: Workspace, alice: Person
) -> None:
    till.subscribe(acme)
    till.tell_all()
    clock.shift(timedelta(days=1))
    shown = choose(alice.client, plan="starter", interval="month", seats="15")
    clock.shift(timedelta(minutes=14))  # In which every seat gets a third of a cent cheaper.
    for _press in range(2):
        done = alice.client.post(f"{PLACE}/change", data=fields(shown, f"{PLACE}/change"))
        assert done.status_code == 303, done.text
        clock.shift(timedelta(seconds=30))
    bill, first = till.world.all("invoice")
    assert first["amount_paid"] == 3600
    assert f"To pay now: ${bill['amount_paid'] / 100:.2f}<" in shown


def test_a_price_that_was_shown_long_ago_is_shown_anew(
    clock: Clock, till: Till, acme: Workspace, alice: Person
) -> None:
    till.subscribe(acme)
    till.tell_all()
    shown = choose(alice.client, plan="starter", interval="month", seats="4")
    clock.shift(timedelta(minutes=16))
    anew = alice.client.post(f"{PLACE}/change", data=fields(shown, f"{PLACE}/change"))
    assert "look at it once more" in anew.text
    assert len(till.world.all("invoice")) == 1
    done = alice.client.post(f"{PLACE}/change", data=fields(anew.text, f"{PLACE}/change"))
    assert done.status_code == 303
    assert len(till.world.all("invoice")) == 2


def test_a_price_that_was_computed_from_what_stands_no_more_is_shown_anew(
    till: Till, acme: Workspace, alice: Person
) -> None:
    till.subscribe(acme, seats=15)
    till.tell_all()
    first, other = alice.client, alice.sign_in()
    shown = choose(first, plan="starter", interval="month", seats="13")
    theirs = choose(other, plan="starter", interval="month", seats="10")
    assert other.post(f"{PLACE}/change", data=fields(theirs, f"{PLACE}/change")).status_code == 303
    bills = len(till.world.all("invoice"))
    anew = first.post(f"{PLACE}/change", data=fields(shown, f"{PLACE}/change"))
    assert anew.status_code == 200
    assert "What you rent was changed since the price was shown" in anew.text
    assert len(till.world.all("invoice")) == bills
    assert till.facts(acme).limits["seats"] == 10
    done = first.post(f"{PLACE}/change", data=fields(anew.text, f"{PLACE}/change"))
    assert done.status_code == 303
    assert till.facts(acme).limits["seats"] == 13


def test_no_price_is_taken_of_another_moment_than_one_that_was_just_shown() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    at = int(now.timestamp())

    def read(second: object, since: datetime | None = None) -> int | None:
        return read_shown_at({"at": str(second)}, now, since)

    assert [read(at), read(at - 900), read(at, now)] == [at, at - 900, at]
    assert [read(""), read("x"), read(at + 1), read(at - 901), read(at - 1, now)] == [None] * 5


def test_a_firm_of_another_currency_than_ours_pays_in_one_of_ours_and_comes_back(
    till: Till, acme: Workspace, alice: Person
) -> None:
    with till.app.app_context(), control_session() as session:
        session.get_one(Tenant, acme.facts.id).currency = "EUR"
    forget()
    shown = choose(alice.client, plan="starter", interval="month", seats="3", currency="CNY")
    assert "36.00" in shown
    typed = {**fields(shown, f"{PLACE}/pay"), "currency": "CNY"}
    assert alice.client.post(f"{PLACE}/pay", data=typed).status_code == 200
    assert alice.client.get(PLACE).status_code == 200
    with till.app.app_context():
        row = subscription_of(acme.facts.id)
        assert row is not None
        assert row.currency == "USD"
    with till.app.app_context(), control_session() as session:
        session.get_one(Subscription, acme.facts.id).currency = "EUR"  # As it was kept before.
    assert alice.client.get(PLACE).status_code == 200


def test_a_smaller_plan_says_first_which_modules_there_are_that_it_lacks(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailings = Module("marketing", _("Marketing"), (), text=_("Mails to many."))
    monkeypatch.setattr(switching, "_offered", (mailings,))
    with acme.scope():
        by = acme.actor(alice)
        by = replace(by, tenant=replace(by.tenant, modules=("service", "marketing", "loyalty")))
        told = [str(one) for one in losses(plan_of("starter"), by)]
    assert told == ["The module Marketing is switched off. Its data stays and comes back with it."]


def leave_insight_alone(till: Till, house: Workspace) -> None:
    """As its admins have it, who switched off all the rest."""
    with till.app.app_context(), control_session() as session:
        session.get_one(Tenant, house.facts.id).modules = ["insight"]
    forget()


def modules(till: Till, house: Workspace) -> set[str]:
    return set(till.facts(house).modules)


def put_on(till: Till, client: HostClient, plan: str) -> str:
    """Change the plan by the page; answers with what was shown before."""
    shown = choose(client, plan=plan, interval="month", seats="3")
    done = client.post(f"{PLACE}/change", data=fields(shown, f"{PLACE}/change"))
    assert done.status_code == 303, done.text
    till.tell_all()
    forget()
    return shown


def test_what_a_smaller_plan_switched_off_is_on_again_with_a_larger_one_and_that_is_told(
    clock: Clock, till: Till, acme: Workspace, alice: Person
) -> None:
    till.subscribe(acme, plan="business")
    till.tell_all()
    leave_insight_alone(till, acme)
    clock.shift(timedelta(minutes=1))
    put_on(till, alice.client, "starter")
    assert "insight" not in modules(till, acme)
    clock.shift(timedelta(minutes=1))
    put_on(till, alice.client, "business")
    assert modules(till, acme) == {"insight"}
    page = alice.client.get(PLACE).text
    assert "Switched on again with your plan: Insight." in page
    assert "Your plan has these modules too, which are switched off: Sales." in page
    with acme.scope() as session:
        told = [one.text for one in session.scalars(select(Notice))]
    assert told.count("Switched on again with your plan: Insight.") == 1


def test_what_admins_switched_off_after_it_came_back_stays_off(
    clock: Clock, till: Till, acme: Workspace, alice: Person
) -> None:
    till.subscribe(acme, plan="business")
    till.tell_all()
    leave_insight_alone(till, acme)
    for plan in ("starter", "business"):
        clock.shift(timedelta(minutes=1))
        put_on(till, alice.client, plan)
    assert alice.client.post("/settings/modules/insight/off").status_code == 303
    with till.app.app_context():
        refresh(till.gateway, acme.facts.id, clock.now)
    assert modules(till, acme) == set()


def test_a_smaller_plan_names_every_limit_that_shrinks_and_what_is_above_it(
    clock: Clock, till: Till, acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.subscribe(acme, plan="business")
    till.tell_all()
    forget()
    clock.shift(timedelta(minutes=1))
    counted = losing.uses
    many = {Limit.RECORDS: 60_000}
    monkeypatch.setattr(
        losing,
        "uses",
        lambda by: [replace(one, used=many.get(one.limit, one.used)) for one in counted(by)],
    )
    shown = choose(alice.client, plan="starter", interval="month", seats="3")
    assert "Seats: at most 15, in place of 200." in shown
    assert "Storage: at most" in shown
    assert "E-mails this month: at most 5,000, in place of 100,000." in shown
    assert "API calls today: at most 20,000, in place of 500,000." in shown
    assert "Waiting background work: at most 20,000, in place of 200,000." in shown
    assert "Records: at most 50,000, in place of 1,000,000. You use 60,000: nothing is" in shown
    larger = choose(alice.client, plan="enterprise", interval="month", seats="3")
    assert "at most" not in larger


def test_nonsense_is_refused_beside_its_field_and_kept(till: Till, alice: Person) -> None:
    client = alice.client
    client.get(PLACE)
    for wrong, says in (
        ({"plan": "gold", "interval": "month", "seats": "3"}, "Choose the plan to rent."),
        ({"plan": "starter", "interval": "decade", "seats": "3"}, "Choose monthly or yearly."),
        ({"plan": "starter", "interval": "month", "seats": "x"}, "how many people"),
        ({"plan": "starter", "interval": "month", "seats": "99"}, "at most 15 seats"),
        ({"plan": "starter", "interval": "month", "seats": "1"}, "seats are taken"),
    ):
        answer = client.post(PLACE, data={"currency": "USD", **wrong})
        assert answer.status_code == 422
        assert says in answer.text
        assert f'value="{wrong["seats"]}"' in answer.text


def test_the_page_is_for_who_looks_after_the_bill(till: Till, alice: Person, bob: Person) -> None:
    assert alice.client.get(PLACE).status_code == 200
    assert bob.client.get(PLACE).status_code == 403
    assert bob.client.post(f"{PLACE}/cancel").status_code == 403
    chinese = alice.client.get(PLACE, headers={"Accept-Language": "zh-CN"})
    assert chinese.status_code == 200


def test_who_pays_during_the_trial_is_told_that_it_ends(
    till: Till, acme: Workspace, alice: Person
) -> None:
    till.let_trial_end(acme, datetime.now(UTC) + timedelta(days=9))
    forget()
    month = {"plan": "starter", "interval": "month", "seats": "3"}
    told = "By card the plan begins today"
    assert told in choose(alice.client, **month)
    till.subscribe(acme)
    till.tell_all()
    forget()
    assert told not in choose(alice.client, **{**month, "seats": "4"})


def test_a_change_is_charged_in_a_period_that_by_our_clock_has_yet_to_begin(
    till: Till, acme: Workspace, alice: Person
) -> None:
    till.subscribe(acme)
    till.tell_all()
    till.pass_days(31)  # Of Stripe's clock; requests go by ours.
    till.tell_all()
    forget()
    shown = choose(alice.client, plan="starter", interval="month", seats="4")
    assert "To pay now: $12.00" in shown
    done = alice.client.post(f"{PLACE}/change", data=fields(shown, f"{PLACE}/change"))
    assert done.status_code == 303, done.text
    assert till.world.all("invoice")[0]["amount_paid"] == 1200


def test_who_is_suspended_for_no_bill_is_told_of_none_and_whom_to_ask(
    till: Till, acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with till.app.app_context(), control_session() as session:
        session.get_one(Tenant, acme.facts.id).state = State.SUSPENDED.value
    forget()
    email, why = "help@lighthouse.example", edge._why_suspended
    named = till.settings.model_copy(update={"provider_email": email})
    monkeypatch.setitem(alice.client.application.extensions, "settings", named)
    monkeypatch.setattr(edge, "_why_suspended", lambda tenant, _none: why(tenant, email))
    shut = alice.client.get("/accounts").text
    assert "for no bill" in shut
    assert f'<a href="mailto:{email}">{email}</a>' in shut
    page = alice.client.get(PLACE).text
    assert "paying does not open it" in page
    assert "The trial ended on" not in page
    with till.app.app_context(), control_session() as session:
        session.get_one(Tenant, acme.facts.id).pay_by = till.now - timedelta(days=20)
    forget()
    assert "until its bill is paid" in alice.client.get("/accounts").text
    assert "for no bill" not in alice.client.get(PLACE).text


def test_where_nothing_is_paid_online_the_page_says_where_to_write_to(
    till: Till, acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = {"plan": "starter", "interval": "month", "seats": "3", "way": "card", "currency": "USD"}
    for email, words in (
        ("", "Write to us, and"),
        ("help@lighthouse.example", 'Write to <a href="mailto:help@'),
    ):
        bare = till.settings.model_copy(update={"stripe_secret_key": "", "provider_email": email})
        monkeypatch.setitem(alice.client.application.extensions, "settings", bare)
        refused = alice.client.post(f"{PLACE}/pay", data=wish)
        assert refused.status_code >= 400
        assert words in refused.text


def test_what_is_owed_stands_over_every_page_of_those_who_look_after_it(
    till: Till, acme: Workspace, alice: Person, bob: Person
) -> None:
    till.subscribe(acme)
    till.tell_all()
    owed = "A bill is not paid."
    forget()
    assert owed not in alice.client.get("/accounts").text
    card_fails(till, acme)
    till.pass_days(31)
    till.tell_all()
    forget()
    page = alice.client.get("/accounts").text
    assert owed in page
    assert 'href="/settings/billing">Plan and bill' in page
    assert owed not in alice.client.get(PLACE).text
    assert "The last bill could not be collected" in alice.client.get(PLACE).text
    assert owed not in bob.client.get("/accounts").text
    bill = till.world.all("invoice", status="open")[0]
    shown = alice.client.get(PLACE)  # Its facts are some seconds old by what follows.
    assert "Pay the bill" in shown.text
    assert till.press(str(bill["hosted_invoice_url"]), number=GOOD)[0] == 200
    with till.app.app_context():
        refresh(till.gateway, acme.facts.id, till.now)
    assert "could not be collected" not in alice.client.get(PLACE).text
    forget()
    assert owed not in alice.client.get("/accounts").text


def test_what_is_owed_is_told_at_once_though_stripe_s_clock_is_ahead(
    till: Till, acme: Workspace, alice: Person
) -> None:
    till.subscribe(acme)
    till.tell_all()
    card_fails(till, acme)
    till.pass_days(31)
    till.ahead = timedelta()  # Ours stands where it stood.
    till.tell_all()
    with till.app.app_context():
        follow_bill.run(Service(till.settings, till.now, new_id()), {"tenant_id": acme.facts.id})
    with acme.scope():
        texts = acme.actor().session.scalars(select(Notice.text)).all()
    assert [text for text in texts if "could not be collected" in text]


def test_seats_that_are_all_taken_lead_to_where_there_are_more(
    till: Till, acme: Workspace, alice: Person
) -> None:
    till.subscribe(acme, seats=3)
    till.tell_all()
    with till.app.app_context():
        follow_bill.run(Service(till.settings, till.now, new_id()), {"tenant_id": acme.facts.id})
    forget()
    way = 'href="/settings/billing"'
    page = alice.client.get("/settings/usage").text
    assert "Every seat is taken" in page
    assert "This is used up" not in page
    with acme.scope() as session:
        viewer = str(role_by_key(session, "viewer").id)
    wish = {"way": "mail", "email": "erin@acme.example", "role_id": viewer}
    refused = alice.client.post("/settings/people/invite", data=wish)
    assert refused.status_code == 402
    form = refused.text[refused.text.index('id="invite-form"') :].split("</form>", 1)[0]
    assert way in form
    assert "erin@acme.example" in form


def test_while_stripe_is_away_the_page_says_so_and_nothing_changed(
    till: Till, acme: Workspace, alice: Person
) -> None:
    shown = choose(alice.client, plan="starter", interval="month", seats="3")
    till.standin.faults[:] = [500] * 3
    answer = alice.client.post(f"{PLACE}/pay", data=fields(shown, f"{PLACE}/pay"))
    assert answer.status_code == 503
    assert "Nothing was charged" in answer.text
    assert till.facts(acme).state is State.TRIAL


def test_a_suspended_workspace_leads_to_the_bill_and_to_its_data(
    till: Till, acme: Workspace, alice: Person, bob: Person
) -> None:
    with till.app.app_context(), control_session() as session:
        session.get_one(Tenant, acme.facts.id).state = State.SUSPENDED.value
    forget()
    page = alice.client.get("/")
    assert page.status_code == 403
    for place in (PLACE, "/settings/leaving"):
        assert f'href="{place}">' in page.text
        assert alice.client.get(place).status_code == 200
    assert 'class="btn btn-primary" href=' not in bob.client.get("/").text


def test_a_suspended_workspace_shows_no_way_to_what_is_closed(
    till: Till, acme: Workspace, alice: Person, bob: Person
) -> None:
    with till.app.app_context(), control_session() as session:
        session.get_one(Tenant, acme.facts.id).state = State.SUSPENDED.value
    forget()
    for person in (alice, bob):
        page = person.client.get("/settings").text
        around = page[page.index('<aside class="rail"') : page.index('<main id="main"')]
        ways = set(re.findall(r'<a [^>]*href="(/[^"]*)"', around))
        ways |= set(re.findall(r'<a [^>]*href="(/settings[^"]*)"', page))
        offered = person.client.get("/palette").text
        assert "/settings/me" in offered
        ways |= set(re.findall(r'<a [^>]*href="(/[^"]*)"', offered))
        assert "/settings" in ways
        assert {way: person.client.get(way).status_code for way in ways} == dict.fromkeys(ways, 200)
        assert "data-palette-open" not in around
        assert "/notices" not in around
    assert 'href="/settings/billing"' in alice.client.get("/settings").text
    forget()
