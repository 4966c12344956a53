"""What is done says how it went and plans what comes next, both or nothing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from app.crm.models import Account, Activity
from app.crm.operations.next_step import take_back
from app.events import Event
from app.identity.models import FieldRule, Grant, User
from app.kernel.actor import Actor, FieldAccess
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.query import Query, count
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

DUE = "2026-12-01T09:30:00Z"


@pytest.fixture
def task(acme: Workspace, bob: Person) -> UUID:
    """Bob's open task at a firm of his."""
    with acme.acting(bob) as by:
        account = make_account(by)
        due = (by.now - timedelta(days=1)).isoformat()
        made = make_activity(
            by, "task", subject="Ring them", body="", due_at=due, account_id=account.id
        )
        return made.id


def planned(by: Actor) -> list[Activity]:
    found = select(Activity).where(Activity.done_at.is_(None), Activity.deleted_at.is_(None))
    return list(by.session.scalars(found))


def rule(acme: Workspace, person: Person, key: str, access: FieldAccess) -> None:
    with acme.scope() as session:
        role = session.get_one(User, person.user_id).role
        session.add(
            FieldRule(role_id=role.id, record_type="activity", field=key, access=int(access))
        )
        role.stamp = new_id()


def complete(by: Actor, activity_id: UUID, **inputs: Any) -> Activity:
    activity = by.session.get_one(Activity, activity_id)
    perform("activity", "complete", activity, by=by, **inputs)
    return activity


def test_what_is_done_says_how_it_went_and_plans_the_next_step(
    acme: Workspace, bob: Person, alice: Person, task: UUID
) -> None:
    with acme.acting(bob) as by:
        step = {"kind": "call", "due_at": DUE, "owner_id": str(alice.user_id)}
        done = complete(by, task, outcome=" They want an offer. ", next=step)
        assert (done.done_at, done.outcome) == (by.now, "They want an offer.")
        [following] = planned(by)
        assert (following.kind, following.subject) == ("call", "Follow up: Ring them")
        assert (following.owner_id, following.account_id) == (alice.user_id, done.account_id)
        account = by.session.get_one(Account, done.account_id, populate_existing=True)
        assert (account.next_step, account.last_activity_at) == (following.subject, by.now)
        told = by.session.scalars(
            select(Event.changes).where(Event.record_id == task, Event.verb == "completed")
        ).one()
        assert told["outcome"] == [None, "They want an offer."]


def test_how_it_went_can_be_found(acme: Workspace, bob: Person, task: UUID) -> None:
    with acme.acting(bob) as by:
        complete(by, task, outcome="They want a hedge.")
        assert count(registry().type("activity"), Query(q="hedge"), by) == 1


def test_a_step_after_a_follow_up_is_not_named_twice(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    with acme.acting(bob) as by:
        complete(by, task, next={"kind": "task", "due_at": DUE})
        [following] = planned(by)
        complete(by, following.id, next={"kind": "task", "due_at": DUE})
        assert [one.subject for one in planned(by)] == ["Follow up: Ring them"]


@pytest.mark.parametrize(
    ("step", "key"),
    [
        ({"kind": "call"}, "next.due_at"),
        ({"kind": "call", "due_at": "soon"}, "next.due_at"),
        ({"due_at": DUE}, "next.kind"),
        ({"kind": "note", "due_at": DUE}, "next.kind"),
        ({"kind": ["call"], "due_at": DUE}, "next.kind"),
        ({"kind": "call", "due_at": DUE, "owner_id": str(uuid4())}, "next.owner_id"),
        ({"kind": "call", "due_at": DUE, "account_id": str(uuid4())}, "next.account_id"),
        ({"kind": "call", "due_at": DUE, "subject": {"a": 1}}, "next.subject"),
        ("tomorrow", "next"),
        ([], "next"),
    ],
)
def test_a_next_step_that_lacks_something_is_refused_and_nothing_is_done(
    acme: Workspace, bob: Person, task: UUID, step: Any, key: str
) -> None:
    with acme.acting(bob) as by:
        with pytest.raises(Refused) as refused:
            complete(by, task, next=step)
        assert key in refused.value.errors
        by.session.rollback()
    with acme.acting(bob) as by:
        assert [one.id for one in planned(by)] == [task]


def test_words_that_are_none_are_refused(acme: Workspace, bob: Person, task: UUID) -> None:
    with acme.acting(bob) as by, pytest.raises(Refused) as refused:
        complete(by, task, outcome={"a": 1})
    assert "outcome" in refused.value.errors


def test_who_may_not_write_how_it_went_completes_without_it(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    rule(acme, bob, "outcome", FieldAccess.READ)
    with acme.acting(bob) as by:
        with pytest.raises(NotPermitted):
            complete(by, task, outcome="Well.")
        by.session.rollback()
    page = bob.client.get(f"/activities/{task}/done")
    assert "How did it go?" not in page.text
    with acme.acting(bob) as by:
        assert complete(by, task).done_at == by.now


def test_one_undo_takes_both_back(acme: Workspace, bob: Person, task: UUID) -> None:
    with acme.acting(bob) as by:
        done = complete(by, task, outcome="Well.", next={"kind": "call", "due_at": DUE})
        [following] = planned(by)
        assert take_back(done, following.id, by)
        assert (done.done_at, done.outcome) == (None, None)
        assert [one.id for one in planned(by)] == [task]


def test_an_undo_spares_a_step_that_somebody_went_on_with(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    with acme.acting(bob) as by:
        done = complete(by, task, next={"kind": "call", "due_at": DUE})
        [following] = planned(by)
        perform("activity", "update", following, by=by, subject="Send the offer")
        assert not take_back(done, following.id, by)
        assert {one.id for one in planned(by)} == {task, following.id}


def test_an_undo_deletes_nothing_but_the_step_that_was_planned_with_it(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    with acme.acting(bob) as by:
        other = make_activity(by, "task", subject="Another")
        other.created_at = by.now - timedelta(hours=1)
        done = complete(by, task)
        with pytest.raises(Missing):
            take_back(done, other.id, by)
        assert (done.done_at, other.deleted_at) == (by.now, None)


def test_the_form_completes_and_plans_at_once_and_its_undo_takes_both_back(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    page = bob.client.get(f"/activities/{task}/done?next=/")
    assert page.status_code == 200
    assert re.search(
        r'name="subject"[^>]* autofocus[^>]* placeholder="Follow up: Ring them"', page.text
    )
    assert re.search(r'<option value="task" selected', page.text)
    [proposed] = re.findall(r'name="when" value="([^"]*)" checked', page.text)
    with acme.acting(bob) as by:
        days = (datetime.fromisoformat(proposed).date() - by.today()).days
    assert 3 <= days <= 7
    assert datetime.fromisoformat(proposed).weekday() < 5
    sent = {
        "next": "/",
        "outcome": "They said yes.",
        "when": "other",
        "due_at": "2026-12-01T09:30",
        "kind": "meeting",
        "subject": "Sign",
        "owner_id": str(bob.user_id),
    }
    answer = bob.client.post(f"/activities/{task}/done", data=sent)
    assert (answer.status_code, answer.location) == (303, "/")
    with acme.acting(bob) as by:
        [following] = planned(by)
        assert (following.kind, following.subject) == ("meeting", "Sign")
    home = bob.client.get("/")
    undo = f"/activities/{task}/done/{following.id}/undo"
    assert f'action="{undo}"' in home.text
    assert bob.client.post(undo).status_code == 303
    with acme.acting(bob) as by:
        assert [one.id for one in planned(by)] == [task]


def test_the_form_needs_nothing_but_a_click(acme: Workspace, bob: Person, task: UUID) -> None:
    sent = {"outcome": "", "when": "", "kind": "task", "subject": "Follow up: Ring them"}
    answer = bob.client.post(f"/activities/{task}/done", data=sent)
    assert (answer.status_code, answer.location) == (303, f"/activities/{task}")
    with acme.acting(bob) as by:
        assert planned(by) == []


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_missing(
    bob: Person, task: UUID
) -> None:
    sent = {"outcome": "They said yes.", "when": "other", "due_at": "", "kind": "call"}
    headers = {"HX-Request": "true", "HX-Target": "form#done-form"}
    answer = bob.client.post(f"/activities/{task}/done", data=sent, headers=headers)
    assert answer.status_code == 422
    assert "Say when the next step is." in answer.text
    assert "They said yes." in answer.text
    assert "<html" not in answer.text


def test_nobody_is_asked_about_what_is_done_or_what_they_may_not_complete(
    acme: Workspace, alice: Person, bob: Person, dora: Person, task: UUID
) -> None:
    assert dora.client.get(f"/activities/{task}/done").status_code == 403
    assert dora.client.post(f"/activities/{task}/done").status_code == 403
    with acme.acting(bob) as by:
        complete(by, task)
    assert alice.client.get(f"/activities/{task}/done").status_code == 422


def test_the_timeline_tells_how_it_went_to_who_may_see_it(
    acme: Workspace, bob: Person, dora: Person, task: UUID
) -> None:
    with acme.acting(bob) as by:
        account_id = complete(by, task, outcome="They want a hedge.").account_id
    assert "They want a hedge." in dora.client.get(f"/accounts/{account_id}").text
    rule(acme, dora, "outcome", FieldAccess.HIDDEN)
    assert "They want a hedge." not in dora.client.get(f"/accounts/{account_id}").text


@pytest.mark.parametrize("page", ["/", "/accounts/{account}", "/activities/{task}", "/activities"])
def test_the_form_is_offered_wherever_something_can_be_completed(
    acme: Workspace, bob: Person, task: UUID, page: str
) -> None:
    with acme.acting(bob) as by:
        account = by.session.get_one(Activity, task).account_id
    text = bob.client.get(page.format(account=account, task=task)).text
    assert 'data-row-to="/done"' in text or f"/activities/{task}/done" in text
    assert 'data-row-to="/complete"' in text or f'action="/activities/{task}/complete"' in text


def test_the_form_is_offered_beside_the_list_too(bob: Person, task: UUID) -> None:
    panel = {"HX-Request": "true", "HX-Target": "div#peek-body"}
    peeked = bob.client.get(f"/activities/{task}", headers=panel)
    assert peeked.status_code == 200
    assert f"/activities/{task}/done?" in peeked.text


def test_an_undo_reopens_and_keeps_the_step_where_the_role_may_not_delete_it(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    with acme.acting(bob) as by:
        role = by.session.get_one(User, bob.user_id).role
        barred = (Grant.role_id == role.id, Grant.record_type == "activity", Grant.verb == "delete")
        by.session.execute(delete(Grant).where(*barred))
        role.stamp = new_id()
    with acme.acting(bob) as by:
        done = complete(by, task, next={"kind": "call", "due_at": DUE})
        [following] = planned(by)
        assert not take_back(done, following.id, by)
        assert {one.id for one in planned(by)} == {task, following.id}
