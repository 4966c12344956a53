"""What operators do to workspaces: with a reason, in the history, and never inside them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.jobs.enqueue import enqueue
from app.kernel.language import using
from app.operator.measure import measure
from app.operator.words import said
from tenants import resolve
from tenants.billing.apply import VERBS as BILLED
from tenants.billing.models import Subscription
from tenants.billing.modules import LEFT_OFF, OFF, ON
from tenants.control import Job, OperatorEvent, Tenant, TenantSize
from tests.cast import HostClient, Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account

ACME = "/operator/workspaces/acme"
WHY = {"reason": "They asked for it"}


def tenant(owner: Engine, workspace: Workspace) -> Tenant:
    with Session(owner, expire_on_commit=False) as session:
        return session.get_one(Tenant, workspace.facts.id)


def history(owner: Engine, tenant_id: UUID) -> list[tuple[str, Any]]:
    with Session(owner) as session:
        asked = select(OperatorEvent).where(OperatorEvent.tenant_id == tenant_id)
        rows = session.scalars(asked.order_by(OperatorEvent.at, OperatorEvent.id))
        return [(row.verb, row.details.get("reason")) for row in rows][1:]


def test_suspending_asks_for_a_reason_and_the_slug(
    console: HostClient, acme: Workspace, owner: Engine, alice: Person
) -> None:
    for wrong in ({}, {"slug": "acme"}, {**WHY, "slug": "globex"}, {"reason": " ", "slug": "acme"}):
        assert console.post(f"{ACME}/suspend", data=wrong).status_code == 422
    assert tenant(owner, acme).state == "trial"
    assert console.post(f"{ACME}/suspend", data={**WHY, "slug": "acme"}).status_code == 303
    assert tenant(owner, acme).state == "suspended"
    resolve.forget()
    assert alice.client.get("/accounts").status_code == 403
    assert console.post(f"{ACME}/suspend", data={**WHY, "slug": "acme"}).status_code == 422
    assert console.post(f"{ACME}/resume", data=WHY).status_code == 303
    assert tenant(owner, acme).state == "trial"
    assert history(owner, acme.facts.id) == [
        ("suspended", WHY["reason"]),
        ("resumed", WHY["reason"]),
    ]
    page = console.get(ACME).text
    assert "They asked for it" in page
    assert "Olga Orr" in page


def test_what_was_typed_comes_back_with_its_error_beside_it(
    console: HostClient, acme: Workspace
) -> None:
    answer = console.post(f"{ACME}/extend-trial", data={"reason": "Kind", "days": "1000"})
    assert answer.status_code == 422
    assert 'value="1000"' in answer.text
    assert 'value="Kind"' in answer.text
    assert "Give a number of days from 1 to 90" in answer.text


def test_a_trial_is_extended(
    console: HostClient, acme: Workspace, owner: Engine, clock: Clock
) -> None:
    with Session(owner) as session, session.begin():
        ends = clock.now + timedelta(days=3)
        session.execute(update(Tenant).values(trial_ends_at=ends))
    data = {**WHY, "days": "14"}
    assert console.post(f"{ACME}/extend-trial", data=data).status_code == 303
    assert tenant(owner, acme).trial_ends_at == clock.now + timedelta(days=17)
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).values(trial_ends_at=clock.now - timedelta(days=9)))
    assert console.post(f"{ACME}/extend-trial", data=data).status_code == 303
    assert tenant(owner, acme).trial_ends_at == clock.now + timedelta(days=14)
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).values(state="active"))
    assert console.post(f"{ACME}/extend-trial", data=data).status_code == 422


def test_plan_and_limits_are_changed(console: HostClient, acme: Workspace, owner: Engine) -> None:
    data = {**WHY, "plan": "starter", "seats": "7", "records": "12,000"}
    assert console.post(f"{ACME}/plan", data=data).status_code == 303
    row = tenant(owner, acme)
    assert (row.plan, row.limits) == ("starter", {"seats": 7, "records": 12000})
    assert row.modules == ["sales"]  # Acme has no service, though its plan did.
    assert row.bounds()["seats"] == 7
    for wrong in (
        {"plan": "gold"},
        {"plan": "starter", "seats": "-1"},
        {"plan": "starter", "seats": "x"},
    ):
        assert console.post(f"{ACME}/plan", data={**WHY, **wrong}).status_code == 422
    assert tenant(owner, acme).limits == {"seats": 7, "records": 12000}
    page = console.get(ACME).text
    assert "12,000" in page


@pytest.mark.parametrize("state", ["past_due", "suspended"])
def test_a_trial_that_is_over_goes_on(
    console: HostClient, acme: Workspace, owner: Engine, clock: Clock, state: str
) -> None:
    with Session(owner) as session, session.begin():
        ended = clock.now - timedelta(days=9)
        session.execute(update(Tenant).values(state=state, trial_ends_at=ended, pay_by=ended))
    assert f'action="{ACME}/extend-trial"' in console.get(ACME).text
    data = {**WHY, "days": "14"}
    assert console.post(f"{ACME}/extend-trial", data=data).status_code == 303
    row = tenant(owner, acme)
    assert (row.state, row.pay_by) == ("trial", None)
    assert row.trial_ends_at == clock.now + timedelta(days=14)


def test_a_trial_that_an_operator_suspended_is_resumed_first(
    console: HostClient, acme: Workspace, owner: Engine, clock: Clock
) -> None:
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).values(trial_ends_at=clock.now - timedelta(days=1)))
    console.post(f"{ACME}/suspend", data={**WHY, "slug": "acme"})
    answer = console.post(f"{ACME}/extend-trial", data={**WHY, "days": "14"})
    assert answer.status_code == 422
    assert "resume it first" in answer.text
    row = tenant(owner, acme)
    assert (row.state, row.trial_ends_at) == ("suspended", clock.now - timedelta(days=1))


@pytest.mark.parametrize("days", ["0", "91", "1" * 5, "9" * 5000, "14" + "0" * 12])
def test_days_that_are_no_number_from_1_to_90_are_refused(
    console: HostClient, acme: Workspace, days: str
) -> None:
    answer = console.post(f"{ACME}/extend-trial", data={**WHY, "days": days})
    assert answer.status_code == 422
    assert "Give a number of days from 1 to 90" in answer.text


@pytest.mark.parametrize("seats", ["0", "1" + "0" * 16, "0" * 20 + "9" * 5000, "9" * 5000])
def test_limits_that_nobody_reaches_are_refused(
    console: HostClient, acme: Workspace, owner: Engine, seats: str
) -> None:
    answer = console.post(f"{ACME}/plan", data={**WHY, "plan": "trial", "seats": seats})
    assert answer.status_code == 422
    assert tenant(owner, acme).limits == {}


def test_modules_that_the_firm_switched_off_stay_so(
    console: HostClient, acme: Workspace, owner: Engine
) -> None:
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).values(plan="starter", modules=["service"]))
    data = {**WHY, "plan": "business"}
    assert console.post(f"{ACME}/plan", data=data).status_code == 303
    modules = tenant(owner, acme).modules
    assert "sales" not in modules, "the firm had it and switched it off"
    assert {"service", "marketing"} <= set(modules)


def put_on(console: HostClient, plan: str) -> None:
    """Let the operator change the plan by hand."""
    assert console.post(f"{ACME}/plan", data={**WHY, "plan": plan}).status_code == 303


def test_what_an_admin_switched_off_on_the_trial_stays_off_through_a_smaller_plan(
    console: HostClient, acme: Workspace, owner: Engine, alice: Person
) -> None:
    assert alice.client.post("/settings/modules/insight/off").status_code == 303
    for plan in ("starter", "business", "starter", "enterprise"):
        put_on(console, plan)
        assert "insight" not in tenant(owner, acme).modules, plan
    shown = console.get(ACME).text
    assert "Modules that the firm had off and that the plan lacks" in shown


def test_what_a_smaller_plan_took_comes_back_by_hand_too_unless_it_was_switched_off_since(
    console: HostClient, acme: Workspace, owner: Engine, alice: Person
) -> None:
    for plan, has_it in (("starter", False), ("business", True), ("starter", False)):
        put_on(console, plan)
        assert ("insight" in tenant(owner, acme).modules) is has_it, plan
    put_on(console, "business")
    resolve.forget()
    assert alice.client.post("/settings/modules/insight/off").status_code == 303
    for plan in ("starter", "business"):
        put_on(console, plan)
        assert "insight" not in tenant(owner, acme).modules, plan


def test_what_was_switched_on_again_and_then_taken_by_a_smaller_plan_comes_back_by_hand(
    console: HostClient, acme: Workspace, owner: Engine, alice: Person
) -> None:
    assert alice.client.post("/settings/modules/insight/off").status_code == 303
    put_on(console, "starter")
    put_on(console, "business")
    resolve.forget()
    assert alice.client.post("/settings/modules/insight/on").status_code == 303
    for plan, has_it in (("starter", False), ("business", True)):
        put_on(console, plan)
        assert ("insight" in tenant(owner, acme).modules) is has_it, plan


@pytest.mark.parametrize("status", ["active", "past_due"])
def test_a_plan_that_is_paid_for_is_not_changed_behind_its_subscription(
    console: HostClient, acme: Workspace, owner: Engine, clock: Clock, status: str
) -> None:
    rented = {"way": "card", "interval": "month", "currency": "USD", "seats": 3, "price": 28}
    row = Subscription(
        tenant_id=acme.facts.id,
        status=status,
        plan="business",
        created_at=clock.now,
        changed_at=clock.now,
        **rented,
    )
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).values(plan="business"))
        session.add(row)
    answer = console.post(f"{ACME}/plan", data={**WHY, "plan": "enterprise"})
    assert answer.status_code == 422
    assert "which changes with its subscription alone" in answer.text
    data = {**WHY, "plan": "business", "records": "5000"}
    assert console.post(f"{ACME}/plan", data=data).status_code == 303
    assert (tenant(owner, acme).plan, tenant(owner, acme).limits) == ("business", {"records": 5000})


@pytest.mark.parametrize("verb", [*BILLED.values(), "marked_as_paid", OFF, ON, LEFT_OFF])
def test_what_billing_does_has_words_in_both_languages(verb: str) -> None:
    text, _tone = said(verb)
    assert text != said("nothing that there is")[0]
    with using("en"):
        english = str(text)
    with using("zh-CN"):
        assert str(text) != english


def test_failed_jobs_are_seen_and_tried_again(
    console: HostClient, acme: Workspace, globex: Workspace, owner: Engine
) -> None:
    with acme.scope():
        enqueue(acme.actor(), "greet", {"secret": "words of a person"})
    with globex.scope():
        enqueue(globex.actor(), "greet", {})
    with Session(owner) as session, session.begin():
        session.execute(update(Job).values(state="dead", error="<b>It broke</b>"))
    page = console.get("/operator/jobs").text
    assert "&lt;b&gt;It broke" in page
    assert "words of a person" not in page
    assert console.post(f"{ACME}/retry-jobs").status_code == 303
    with Session(owner) as session:
        states = {
            row.tenant_id: row.state for row in session.execute(select(Job.tenant_id, Job.state))
        }
        other = session.scalars(select(Job.id).where(Job.tenant_id == globex.facts.id)).one()
    assert states == {acme.facts.id: "ready", globex.facts.id: "dead"}
    assert console.post(f"/operator/jobs/{other}/retry").status_code == 303
    assert "No jobs here" in console.get("/operator/jobs?state=dead").text


def test_sizes_are_counted_and_no_name_is_read(
    console: HostClient, acme: Workspace, alice: Person, owner: Engine, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        for number in range(3):
            make_account(by, f"Secret customer {number}")
    with acme.engine_app.app_context():
        measure(acme.facts, clock.now)
        measure(acme.facts, clock.now)
    with Session(owner) as session:
        size = session.scalars(select(TenantSize)).one()
        assert (size.records, size.users, size.files) == (3, 3, 0)
        assert size.bytes > 100_000
    for page in (console.get("/operator").text, console.get(ACME).text):
        assert "Secret customer" not in page
        assert "Alice" not in page


@pytest.mark.parametrize(
    "sort", ["slug", "created", "active", "users", "records", "size", "nonsense"]
)
def test_every_order_of_the_list_goes_on_page_by_page(
    console: HostClient,
    acme: Workspace,
    globex: Workspace,
    sort: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.operator.tenancies.PAGE", 1)
    first = console.get(f"/operator?sort={sort}").text
    following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = console.get(following).text
    assert ("Acme Ltd" in first) is not ("Acme Ltd" in second)
    assert ("Globex Corp" in first) is not ("Globex Corp" in second)
    assert 'rel="next"' not in second
    assert console.get(f"/operator?sort={sort}&after=%27~{acme.facts.id}").status_code == 200


def test_the_list_is_narrowed_to_a_state(
    console: HostClient, acme: Workspace, globex: Workspace, owner: Engine
) -> None:
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).where(Tenant.slug == "acme").values(state="past_due"))
    page = console.get("/operator?state=past_due").text
    assert "Acme Ltd" in page
    assert "Globex Corp" not in page


def test_who_owes_is_found_in_the_list_the_counters_and_the_filter(
    console: HostClient, acme: Workspace, globex: Workspace, owner: Engine, clock: Clock
) -> None:
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).values(state="active"))
        owing = update(Tenant).where(Tenant.slug == "acme")
        session.execute(owing.values(pay_by=clock.now + timedelta(days=9)))
    assert "<dt>In grace: a bill is open</dt><dd><b>1</b>" in console.get("/operator").text
    narrowed = console.get("/operator?state=grace").text
    assert "Acme Ltd" in narrowed
    assert "Globex Corp" not in narrowed
    assert ">In grace: a bill is open</span>" in narrowed
    active = console.get("/operator?state=active").text
    assert "Acme Ltd" not in active
    assert "Globex Corp" in active
    assert "In grace: a bill is open" in console.get(ACME).text


def test_the_list_counts_what_was_not_counted_lately(
    console: HostClient, acme: Workspace, alice: Person, owner: Engine, clock: Clock
) -> None:
    def records() -> int:
        with Session(owner) as session:
            return session.scalars(
                select(TenantSize.records).where(TenantSize.tenant_id == acme.facts.id)
            ).one()

    with acme.acting(alice) as by:
        make_account(by, "Kestrel")
    page = console.get("/operator").text
    assert records() == 1
    assert f"{clock.now:%Y-%m-%d %H:%M} UTC" in page
    with acme.acting(alice) as by:
        make_account(by, "Merlin")
    console.get(ACME)
    assert records() == 1  # Counted a moment ago.
    clock.shift(timedelta(minutes=11))
    console.get(ACME)
    assert records() == 2


def test_what_the_service_earns_is_summed_by_currency(
    console: HostClient, acme: Workspace, globex: Workspace, owner: Engine, clock: Clock
) -> None:
    def subscribe(workspace: Workspace, **values: Any) -> Subscription:
        return Subscription(
            tenant_id=workspace.facts.id,
            way="card",
            plan="business",
            cancels_at_period_end=False,
            created_at=clock.now,
            changed_at=clock.now,
            **values,
        )

    with Session(owner) as session, session.begin():
        session.add(
            subscribe(acme, status="active", interval="month", currency="USD", seats=3, price=28)
        )
        session.add(
            subscribe(globex, status="active", interval="year", currency="CNY", seats=2, price=1590)
        )
    page = console.get("/operator").text
    assert "USD 84.00" in page
    assert "CNY 265.00" in page


def test_nobody_but_operators_does_any_of_it(
    app: Any, acme: Workspace, guest: HostClient, alice: Person, owner: Engine
) -> None:
    for act in ("suspend", "resume", "extend-trial", "plan", "retry-jobs", "erase"):
        data = {**WHY, "slug": "acme", "days": "9", "plan": "enterprise"}
        assert guest.post(f"{ACME}/{act}", data=data).status_code == 401
        assert alice.client.post(f"{ACME}/{act}", data=data).status_code == 404
    for place in (ACME, "/operator/jobs", "/operator/fleet"):
        assert guest.get(place).status_code == 303
        assert alice.client.get(place).status_code == 404
    assert history(owner, acme.facts.id) == []


def test_a_form_without_its_token_changes_nothing(
    console: HostClient, acme: Workspace, owner: Engine
) -> None:
    answer = console.post(f"{ACME}/suspend", data={**WHY, "slug": "acme"}, csrf=False)
    assert answer.status_code == 400
    assert tenant(owner, acme).state == "trial"


def test_versions_are_told(console: HostClient, acme: Workspace, owner: Engine) -> None:
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).where(Tenant.slug == "acme").values(version="0001"))
    page = console.get("/operator/fleet").text
    assert "0001" in page
    assert "behind" in page


def test_unknown_workspaces_are_not_there(console: HostClient, clean: None) -> None:
    assert console.get("/operator/workspaces/nobody").status_code == 404
    assert console.post("/operator/workspaces/nobody/resume", data=WHY).status_code == 404
