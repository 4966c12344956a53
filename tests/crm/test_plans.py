"""Activity plans: templates of steps, started with a record in one go, stopped and resumed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.crm.models import Account, Activity, Plan, PlanRun
from app.crm.operations.plan_steps import due_at
from app.crm.operations.plans import plans_for, retire_plan, save_plan
from app.events import Event
from app.founding import make_plans
from app.identity.models import Grant, User
from app.identity.operations.tokens import create_token
from app.identity.operations.users import disable_user
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.kernel.ids import new_id
from app.records.bulk.begin import begin_change, begin_undo
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.registry import registry
from tenants.starters import load_starter
from tests.cast import HostClient, Person, Workspace, visitor
from tests.conftest import Clock
from tests.factories import make_account, make_contact
from tests.records.api.conftest import Programs, program

__all__ = ["program"]

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def step(subject: str, **changes: Any) -> dict[str, Any]:
    usual = {"kind": "task", "days": "0", "unit": "days", "who": "owner"}
    return {**usual, "subject": {"en": subject}, **changes}


STEPS = (
    step("Ring them", kind="call"),
    step("Visit them", kind="visit", days="5", unit="working_days"),
    step("Check the quote", days="9", who="starter"),
)


def make_plan(by: Actor, *steps: dict[str, Any], **changes: Any) -> Plan:
    facts = {"name": {"en": "New client", "zh-CN": "新客户跟进"}, "record_types": ["account"]}
    return save_plan(by, None, **{**facts, "steps": steps or STEPS, **changes})


@pytest.fixture
def plan(acme: Workspace, alice: Person) -> UUID:
    with acme.acting(alice) as by:
        return make_plan(by).id


@pytest.fixture
def account(acme: Workspace, bob: Person, plan: UUID) -> UUID:
    """Bob's account in a workspace that has a plan."""
    with acme.acting(bob) as by:
        return make_account(by).id


def start(by: Actor, account_id: UUID, plan_id: UUID, **inputs: Any) -> Account:
    found = by.session.get_one(Account, account_id)
    perform("account", "start_plan", found, by=by, plan=str(plan_id), **inputs)
    return found


def stop(by: Actor, account_id: UUID, plan_id: UUID) -> None:
    found = by.session.get_one(Account, account_id)
    perform("account", "stop_plan", found, by=by, plan=str(plan_id))


def steps(by: Actor) -> list[Activity]:
    living = select(Activity).where(Activity.deleted_at.is_(None)).order_by(Activity.id)
    return list(by.session.scalars(living.execution_options(populate_existing=True)))


def subjects(by: Actor) -> list[str]:
    return [one.subject for one in steps(by)]


def run_of(by: Actor) -> PlanRun:
    return by.session.scalars(select(PlanRun)).one()


def test_starting_a_plan_makes_its_steps_in_one_go(
    acme: Workspace, alice: Person, bob: Person, account: UUID, plan: UUID, clock: Clock
) -> None:
    clock.move_to(MONDAY)
    with acme.acting(alice) as by:
        found = start(by, account, plan)
        made = steps(by)
        assert [(one.kind, one.subject) for one in made] == [
            ("call", "Ring them"),
            ("visit", "Visit them"),
            ("task", "Check the quote"),
        ]
        assert [one.owner_id for one in made] == [bob.user_id, bob.user_id, alice.user_id]
        assert {one.plan_run_id for one in made} == {run_of(by).id}
        assert {one.account_id for one in made} == {account}
        due = [one.due_at.astimezone(by.zone) for one in made if one.due_at]
        assert [(one.day, one.hour, one.minute) for one in due] == [
            (23, 9, 30),
            (30, 9, 30),
            (2, 9, 30),
        ]
        by.session.refresh(found)
        assert found.next_step == "Ring them"
        told = select(Event.changes).where(Event.verb == "plan_started")
        assert by.session.scalars(told).one()["plan"][1]["zh-CN"] == "新客户跟进"


@pytest.mark.parametrize(
    ("days", "unit", "expected"),
    [
        (0, "days", (28, 9)),
        (2, "days", (30, 9)),
        (0, "working_days", (30, 9)),
        (1, "working_days", (30, 9)),
        (2, "working_days", (1, 9)),
        (5, "working_days", (4, 9)),
    ],
)
def test_working_days_leave_out_the_weekend(
    acme: Workspace, bob: Person, clock: Clock, days: int, unit: str, expected: tuple[int, int]
) -> None:
    clock.move_to(datetime(2026, 11, 28, 7, 0, tzinfo=UTC))  # A Saturday.
    with acme.acting(bob) as by:
        due = due_at({"days": days, "unit": unit}, by).astimezone(by.zone)
        assert (due.day, due.hour) == expected


def test_what_falls_on_today_is_not_late_from_the_start(
    acme: Workspace, bob: Person, clock: Clock
) -> None:
    clock.move_to(datetime(2026, 11, 23, 15, 20, tzinfo=UTC))
    with acme.acting(bob) as by:
        assert due_at({"days": 0, "unit": "days"}, by) == datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_a_plan_is_started_once_at_a_time_and_again_when_it_is_done(
    acme: Workspace, bob: Person, account: UUID, plan: UUID
) -> None:
    with acme.acting(bob) as by:
        start(by, account, plan)
        with pytest.raises(Refused) as refused:
            start(by, account, plan)
        assert "plan" in refused.value.errors
    with acme.acting(bob) as by:
        for one in steps(by):
            if one.owner_id == bob.user_id:
                perform("activity", "complete", one, by=by)
        start(by, account, plan)
        assert len(steps(by)) == 6


def test_stopping_takes_open_steps_away_and_going_on_brings_them_back(
    acme: Workspace, bob: Person, account: UUID, plan: UUID
) -> None:
    with acme.acting(bob) as by:
        start(by, account, plan)
        perform("activity", "complete", steps(by)[0], by=by)
        perform("activity", "delete", steps(by)[2], by=by)
    with acme.acting(bob) as by:
        stop(by, account, plan)
        assert subjects(by) == ["Ring them"]
        with pytest.raises(Refused):
            stop(by, account, plan)
    with acme.acting(bob) as by:
        start(by, account, plan, run=str(run_of(by).id))
        # What Bob deleted himself before stays away.
        assert subjects(by) == ["Ring them", "Visit them"]
        with pytest.raises(Refused):
            start(by, account, plan, run=str(run_of(by).id))


def test_a_run_of_another_record_can_not_go_on_here(
    acme: Workspace, bob: Person, account: UUID, plan: UUID
) -> None:
    with acme.acting(bob) as by:
        start(by, account, plan)
        stop(by, account, plan)
        other = make_account(by, "Other")
        for run in (str(run_of(by).id), str(uuid4()), "x", {"a": 1}):
            with pytest.raises(Refused):
                start(by, other.id, plan, run=run)


def test_steps_go_to_colleagues_where_the_plan_says_so_however_far_the_starter_reaches(
    acme: Workspace, alice: Person, bob: Person, account: UUID
) -> None:
    with acme.acting(alice) as by:
        plan = make_plan(by, step("Approve", who=str(alice.user_id)))
    with acme.acting(bob) as by:
        role = by.session.get_one(User, bob.user_id).role
        own = update(Grant).where(Grant.role_id == role.id, Grant.verb.in_(("create", "delete")))
        by.session.execute(own.values(reach=1))
        role.stamp = new_id()
    with acme.acting(bob) as by:
        start(by, account, plan.id)
        assert [one.owner_id for one in steps(by)] == [alice.user_id]
        stop(by, account, plan.id)
        assert steps(by) == []


def test_steps_of_who_left_go_to_the_owner_and_those_of_nobodys_record_to_the_starter(
    acme: Workspace, alice: Person, bob: Person, dora: Person, account: UUID
) -> None:
    with acme.acting(alice) as by:
        plan_id = make_plan(by, step("Look", who=str(dora.user_id))).id
        disable_user(by, by.session.get_one(User, dora.user_id))
        free = make_account(by, "Free", owner_id=None)
        start(by, account, plan_id)
        start(by, free.id, plan_id)
        assert [one.owner_id for one in steps(by)] == [bob.user_id, alice.user_id]


def test_who_may_not_change_a_record_starts_no_plan_with_it(
    acme: Workspace, dora: Person, bob: Person, alice: Person, plan: UUID, account: UUID
) -> None:
    with acme.acting(dora) as by, pytest.raises(NotPermitted):
        start(by, account, plan)
    assert dora.client.get(f"/accounts/{account}/plan").status_code == 403
    assert dora.client.post(f"/accounts/{account}/plan", data={"plan": plan}).status_code == 403
    with acme.acting(alice) as by:
        hers = make_account(by, "Hers").id
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        start(by, hers, plan)


def test_who_may_not_make_activities_starts_no_plan(
    acme: Workspace, bob: Person, plan: UUID, account: UUID
) -> None:
    with acme.acting(bob) as by:
        role = by.session.get_one(User, bob.user_id).role
        for grant in by.session.scalars(select(Grant).where(Grant.role_id == role.id)):
            if (grant.record_type, grant.verb) == ("activity", "create"):
                by.session.delete(grant)
        role.stamp = new_id()
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        start(by, account, plan)


def test_a_plan_is_for_the_records_that_it_names_and_not_when_it_is_retired(
    acme: Workspace, alice: Person, account: UUID, plan: UUID
) -> None:
    with acme.acting(alice) as by:
        contact = make_contact(by)
        with pytest.raises(Refused):
            perform("contact", "start_plan", contact, by=by, plan=str(plan))
        for wrong in (str(uuid4()), "x", None, ["a"]):
            with pytest.raises(Refused):
                perform(
                    "account", "start_plan", by.session.get(Account, account), by=by, plan=wrong
                )
        retire_plan(by, by.session.get_one(Plan, plan), is_retired=True)
        with pytest.raises(Refused):
            start(by, account, plan)
        assert plans_for(registry().type("account"), by) == []


def test_many_records_are_given_a_plan_and_one_undo_stops_it_everywhere(
    acme: Workspace, alice: Person, plan: UUID, account: UUID
) -> None:
    with acme.acting(alice) as by:
        ids = (account, make_account(by, "Other").id)
        record_type = registry().type("account")
        start(by, account, plan)
        inputs = {"plan": str(plan)}
        change = begin_change(record_type, "start_plan", Selection(ids=ids), inputs, by)
        assert (change.done, change.left_out) == (1, 1)  # One has it already.
        assert len(steps(by)) == 6
        begin_undo(change.id, by)
        assert {one.account_id for one in steps(by)} == {account}


@pytest.mark.parametrize("inputs", [{}, {"plan": ""}, {"plan": "x"}, {"plan": "x", "name": "y"}])
def test_a_bulk_start_without_a_plan_that_is_offered_is_refused(
    acme: Workspace, alice: Person, account: UUID, inputs: dict[str, str]
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused):
        begin_change(
            registry().type("account"), "start_plan", Selection(ids=(account,)), inputs, by
        )


def test_the_bulk_form_shows_what_each_plan_would_make(
    acme: Workspace, alice: Person, account: UUID, plan: UUID
) -> None:
    listed = alice.client.get("/accounts").text
    assert 'value="start_plan"' in listed
    sent = {"verb": "start_plan", "id": str(account)}
    asked = alice.client.post("/accounts/bulk/ask", data=sent)
    assert "New client" in asked.text
    assert "Visit them (after 5 working days)" in asked.text
    done = alice.client.post("/accounts/bulk", data={**sent, "plan": str(plan)})
    assert done.status_code == 303
    assert "Plan started: 1 account." in alice.client.get("/accounts").text
    refused = alice.client.post("/accounts/bulk", data=sent)
    assert refused.status_code == 422
    with acme.acting(alice) as by:
        assert len(steps(by)) == 3


def test_a_workspace_without_plans_is_shown_nothing_of_them(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        account_id = make_account(by).id
    assert 'value="start_plan"' not in bob.client.get("/accounts").text
    assert "/plan" not in bob.client.get(f"/accounts/{account_id}").text


def test_the_form_tells_what_would_be_made_and_the_page_how_far_it_is(
    acme: Workspace, bob: Person, account: UUID, plan: UUID
) -> None:
    record = f"/accounts/{account}"
    assert f"{record}/plan?next=" in bob.client.get(record).text
    form = bob.client.get(f"{record}/plan")
    assert "Visit them" in form.text
    assert "Bob Baker" in form.text
    refused = bob.client.post(f"{record}/plan", data={})
    assert (refused.status_code, "Choose a plan." in refused.text) == (422, True)
    assert bob.client.post(f"{record}/plan", data={"plan": str(plan)}).location == record
    with acme.acting(bob) as by:
        run = run_of(by).id
        perform("activity", "complete", steps(by)[0], by=by)
    page = bob.client.get(record).text
    assert "1 of 3 done" in page
    assert f'action="{record}/plan/{run}/stop"' in page
    history = bob.client.get(f"{record}?show=changes").text
    assert "started a plan: New client" in history
    stopped = bob.client.post(f"{record}/plan/{run}/stop")
    assert (stopped.status_code, stopped.location) == (303, record)
    page = bob.client.get(record).text
    assert "Plans under way" not in page
    assert f'action="{record}/plan/{run}/resume"' in page
    bob.client.post(f"{record}/plan/{run}/resume")
    assert "1 of 3 done" in bob.client.get(record).text


def test_a_run_is_stopped_on_its_own_record_alone(
    acme: Workspace, alice: Person, account: UUID, plan: UUID
) -> None:
    with acme.acting(alice) as by:
        other = make_account(by, "Other").id
        start(by, account, plan)
        run = run_of(by).id
    assert alice.client.post(f"/accounts/{other}/plan/{run}/stop").status_code == 404
    assert alice.client.post(f"/accounts/{other}/plan/{run}/resume").status_code == 404
    assert alice.client.get(f"/activities/{other}/plan").status_code == 404


def test_programs_start_plans_and_learn_which_there_are(
    acme: Workspace, bob: Person, account: UUID, plan: UUID
) -> None:
    with acme.acting(bob) as by:
        raw = create_token(by, by.session.get_one(User, bob.user_id), name="Program").secret
    assert bob.app is not None
    program: HostClient = visitor(bob.app, acme)
    headers = {"Authorization": f"Bearer {raw}"}
    [listed] = program.get("/api/v1/activity-plans", headers=headers).json["data"]
    assert (listed["id"], listed["record_types"]) == (str(plan), ["account"])
    url = f"/api/v1/accounts/{account}/start_plan"
    assert program.post(url, headers=headers, json={"plan": str(plan)}).status_code == 200
    again = program.post(url, headers=headers, json={"plan": str(plan)})
    assert (again.status_code, again.json["errors"][0]["field"]) == (422, "plan")
    with acme.acting(bob) as by:
        assert len(steps(by)) == 3


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"name": {"en": " "}}, "name"),
        ({"name": {"en": "x" * 61}}, "name"),
        ({"record_types": []}, "record_types"),
        ({"record_types": ["activity"]}, "record_types"),
        ({"steps": []}, "steps"),
        ({"steps": [step("x")] * 21}, "steps"),
        ({"steps": [step("")]}, "step.0.subject"),
        ({"steps": [step("x" * 121)]}, "step.0.subject"),
        ({"steps": [step("x"), step("x", days="-1")]}, "step.1.days"),
        ({"steps": [step("x", days="366")]}, "step.0.days"),
        ({"steps": [step("x", days="soon")]}, "step.0.days"),
        ({"steps": [step("x", kind="note")]}, "step.0.kind"),
        ({"steps": [step("x", unit="years")]}, "step.0.unit"),
        ({"steps": [step("x", who="boss")]}, "step.0.who"),
        ({"steps": [step("x", who=str(uuid4()))]}, "step.0.who"),
    ],
)
def test_a_plan_that_says_too_little_or_too_much_is_refused(
    acme: Workspace, alice: Person, changes: dict[str, Any], key: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        make_plan(by, **changes)
    assert key in refused.value.errors


def test_the_second_of_two_admins_is_told(acme: Workspace, alice: Person, plan: UUID) -> None:
    with acme.acting(alice) as by:
        found = by.session.get_one(Plan, plan)
        facts = {"name": {"en": "A"}, "record_types": ["contact"], "steps": STEPS}
        save_plan(by, found, **facts, version=1)
        with pytest.raises(Conflict):
            save_plan(by, found, **facts, version=1)


def sent(*rows: tuple[str, str], **more: str) -> dict[str, Any]:
    data: dict[str, Any] = {"version": "0", "name.en": "New client", "record_types": ["account"]}
    for number, (subject, days) in enumerate(rows):
        data |= {
            f"step.{number}.subject.en": subject,
            f"step.{number}.kind": "call",
            f"step.{number}.days": days,
            f"step.{number}.unit": "days",
            f"step.{number}.who": "owner",
        }
    return {**data, **more}


def test_an_admin_makes_changes_and_retires_a_plan(acme: Workspace, alice: Person) -> None:
    place = "/settings/plans"
    assert "No plan yet" in alice.client.get(place).text
    assert alice.client.get(f"{place}/new").status_code == 200
    # A row that nobody wrote into is no step.
    made = alice.client.post(f"{place}/new", data=sent(("Ring them", "1"), ("", "0")))
    assert (made.status_code, made.location) == (303, place)
    with acme.acting(alice) as by:
        plan = by.session.scalars(select(Plan)).one()
        url = f"{place}/{plan.id}"
    listed = alice.client.get(place).text
    assert "Ring them (after 1 day)" in listed
    rows = (("Ring them", "1"), ("Visit", "2"))
    moved = alice.client.post(url, data=sent(*rows, version="1", move="step.1.up"))
    assert moved.status_code == 200
    assert moved.text.index('value="Visit"') < moved.text.index('value="Ring them"')
    stale = alice.client.post(url, data=sent(*rows, version="7"))
    assert (stale.status_code, 'value="Visit"' in stale.text) == (409, True)
    assert alice.client.post(url, data=sent(*rows, version="1")).status_code == 303
    assert alice.client.post(f"{url}/retire").status_code == 303
    with acme.acting(alice) as by:
        plan = by.session.scalars(select(Plan)).one()
        assert ([one["subject"]["en"] for one in plan.steps], plan.is_retired) == (
            ["Ring them", "Visit"],
            True,
        )
    assert alice.client.post(f"{url}/offer").status_code == 303
    audit = alice.client.get("/settings/audit?type=plan")
    assert "Activity plan" in audit.text


def test_a_refused_plan_keeps_what_was_typed_and_says_what_is_wrong_with_which_step(
    alice: Person,
) -> None:
    data = sent(("", "0"), ("Visit them", "many"))
    answer = alice.client.post("/settings/plans/new", data=data)
    assert answer.status_code == 422
    assert 'id="step.1.days-error"' in answer.text
    assert 'value="Visit them"' in answer.text


def test_plans_are_kept_by_those_who_may_alone(alice: Person, bob: Person) -> None:
    for place in ("/settings/plans", "/settings/plans/new"):
        assert bob.client.get(place).status_code == 403
    assert bob.client.post("/settings/plans/new", data=sent(("x", "0"))).status_code == 403
    assert "/settings/plans" not in bob.client.get("/settings").text
    assert "/settings/plans" in alice.client.get("/settings").text


@pytest.mark.parametrize("starter", ["hotel", "manufacturer-exporter"])
def test_a_workspace_of_an_industry_begins_with_a_plan(
    acme: Workspace, alice: Person, starter: str
) -> None:
    with acme.acting(alice) as by:
        make_plans(by, load_starter(starter))
        for key in ("account", "contact"):
            [plan] = plans_for(registry().type(key), by)
            assert plan.name.keys() == {"en", "zh-CN"}
            assert len(plan.steps) == 5


def test_a_program_sees_the_runs_of_a_record_stops_one_and_goes_on_with_it(
    acme: Workspace, bob: Person, account: UUID, plan: UUID, program: Programs
) -> None:
    api = program(bob)
    assert api.get(f"accounts/{account}/plans").json == {"data": [], "next": None}
    assert api.post(f"accounts/{account}/start_plan", {"plan": str(plan)}).status_code == 200
    with acme.acting(bob) as by:
        perform("activity", "complete", steps(by)[0], by=by)
    (run,) = api.get(f"accounts/{account}/plans").json["data"]
    assert (run["state"], run["done"], run["total"]) == ("under_way", 1, 3)
    which = {"plan": run["plan_id"], "run": run["id"]}
    assert api.post(f"accounts/{account}/stop_plan", which).status_code == 200
    (run,) = api.get(f"accounts/{account}/plans").json["data"]
    assert (run["state"], run["done"], run["total"]) == ("stopped", 1, 3)
    assert api.post(f"accounts/{account}/start_plan", which).status_code == 200
    (run,) = api.get(f"accounts/{account}/plans").json["data"]
    assert (run["state"], run["done"], run["total"]) == ("under_way", 1, 3)


def test_runs_are_told_to_who_reads_the_record_and_activities(
    acme: Workspace, bob: Person, charlie: Person, account: UUID, program: Programs
) -> None:
    place = f"accounts/{account}/plans"
    assert program(charlie).get(place).status_code == 404
    assert program(bob, "account:read").get(place).status_code == 403
    assert program(bob).get(place.replace("accounts", "products")).status_code == 404
