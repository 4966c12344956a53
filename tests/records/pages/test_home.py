"""Home tells what is due, and nothing that a list or a record's page would keep back."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from sqlalchemy import insert

from app.home.due import SHOWN, Due, Task, due
from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact


@dataclass(frozen=True)
class Plan:
    """Bob's task, long overdue, with a person at a firm."""

    account: str
    contact: str
    task: str


@pytest.fixture
def plan(acme: Workspace, alice: Person, bob: Person) -> Plan:
    with acme.acting(alice) as by:
        account = make_account(by, owner_id=bob.user_id)
        contact = make_contact(by, account_id=account.id, owner_id=bob.user_id)
        task = make_activity(
            by,
            "task",
            subject="Ring them",
            due_at="2020-01-01T09:00",
            account_id=account.id,
            contact_id=contact.id,
            owner_id=bob.user_id,
        )
        return Plan(f"/accounts/{account.id}", f"/contacts/{contact.id}", f"/activities/{task.id}")


def hide(acme: Workspace, bob: Person, *keys: str) -> None:
    """Keep fields of activities from Bob's role."""
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        for key in keys:
            access = int(FieldAccess.HIDDEN)
            session.add(
                FieldRule(role_id=role.id, record_type="activity", field=key, access=access)
            )
        role.stamp = new_id()


def seen(acme: Workspace, bob: Person) -> Due:
    with acme.acting(bob) as by:
        return due(by)


def only(tasks: list[Task]) -> Task:
    [task] = tasks
    return task


def test_home_leads_to_whom_a_task_is_about(acme: Workspace, bob: Person, plan: Plan) -> None:
    found = seen(acme, bob)
    task = only(found.late)
    assert (task.with_whom, task.whom_url) == ("Frank Fence · Fence & Sons", plan.contact)
    assert (task.kind, task.is_late, found.late_count) == ("task", True, 1)


def test_home_does_not_tell_when_a_task_is_due_to_who_may_not_see_it(
    acme: Workspace, bob: Person, plan: Plan
) -> None:
    hide(acme, bob, "due_at")
    found = seen(acme, bob)
    assert (found.late, found.late_count) == ([], 0)
    task = only(found.undated)
    assert (task.subject, task.when, task.is_late) == ("Ring them", "", False)
    page = bob.client.get("/").text
    assert "Ring them" in page
    assert "Overdue" not in page
    assert "Jan 2020" not in page


def test_tasks_without_their_times_stand_in_the_order_they_were_made(
    acme: Workspace, bob: Person, plan: Plan
) -> None:
    with acme.acting(bob) as by:
        make_activity(by, "task", subject="Far away", due_at="2099-01-01T09:00")
        make_activity(by, "task", subject="Early", due_at="2019-01-01T09:00")
    hide(acme, bob, "due_at")
    subjects = [one.subject for one in seen(acme, bob).undated]
    assert subjects == ["Early", "Far away", "Ring them"]


@pytest.mark.parametrize(
    ("key", "told"), [("account_id", "Frank Fence"), ("contact_id", "Fence & Sons")]
)
def test_home_does_not_tell_whom_a_task_is_about_to_who_may_not_see_it(
    acme: Workspace, bob: Person, plan: Plan, key: str, told: str
) -> None:
    hide(acme, bob, key)
    assert only(seen(acme, bob).late).with_whom == told
    hide(acme, bob, *({"account_id", "contact_id"} - {key}))
    task = only(seen(acme, bob).late)
    assert (task.with_whom, task.whom_url) == ("", "")


def test_home_does_not_tell_of_what_kind_a_task_is_to_who_may_not_see_it(
    acme: Workspace, bob: Person, plan: Plan
) -> None:
    hide(acme, bob, "kind")
    assert only(seen(acme, bob).late).kind == ""


def test_home_neither_names_nor_links_records_that_may_not_be_read(
    acme: Workspace, alice: Person, bob: Person, plan: Plan
) -> None:
    for url in (plan.account, plan.contact):
        alice.client.post(f"{url}/fields/owner_id", data={"owner_id": str(alice.user_id)})
        assert bob.client.get(url).status_code == 404
    task = only(seen(acme, bob).late)
    assert (task.with_whom, task.whom_url) == ("", "")
    page = bob.client.get("/").text
    assert "Fence &amp; Sons" not in page
    assert f'href="{plan.task}"' in page


def test_a_task_that_is_not_done_has_an_empty_tick(bob: Person, plan: Plan) -> None:
    page = bob.client.get("/").text
    [tick] = re.findall(rf'<form[^>]*action="{plan.task}/complete".*?</form>', page, re.DOTALL)
    assert "#circle" in tick
    assert "#check" not in tick


def test_many_that_are_overdue_leave_room_for_what_is_due_today(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        today, number = by.today(), SHOWN * 3 + 5
        for hour in range(2):
            make_activity(by, "task", subject=f"Today {hour}", due_at=f"{today}T23:5{hour}")
        one = make_activity(by, "task", subject="Late", due_at="2020-01-01T09:00")
        columns = [each.key for each in type(one).__mapper__.column_attrs]
        kept = {key: getattr(one, key) for key in columns if key != "id"}
        rows = [{**kept, "id": new_id()} for _number in range(number - 1)]
        by.session.execute(insert(type(one)), rows)
    found = seen(acme, bob)
    assert [one.subject for one in found.today] == ["Today 0", "Today 1"]
    assert (len(found.late), found.late_count, found.today_count) == (SHOWN, number, 2)
