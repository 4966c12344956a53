"""What is done is credited to who did it, whoever it belongs to."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.crm.models import Activity
from app.events import Event
from app.kernel.errors import Refused
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity


def test_the_timeline_credits_a_task_to_who_completed_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        task = make_activity(
            by, "task", subject="Ring", owner_id=bob.user_id, account_id=account.id
        )
        url = f"/accounts/{account.id}"
    assert "Bob Baker" in entry(alice.client.get(url).text, "Ring")
    alice.client.post(f"/activities/{task.id}/complete")
    told = entry(alice.client.get(url).text, "Ring")
    assert "<b>Alice Archer</b> <span>did a task" in told
    assert "Bob Baker" not in told


def entry(page: str, subject: str) -> str:
    """The card of the timeline that tells of an activity."""
    cards = re.findall(r'<li class="tl-item.*?</li>', page, re.DOTALL)
    [found] = [one for one in cards if subject in one]
    return str(found)


def test_a_task_that_stands_open_again_is_credited_to_nobody(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        task = make_activity(by, "task", due_at=(by.now + timedelta(days=1)).isoformat())
        assert task.done_by_id is None
        perform("activity", "complete", task, by=by)
        assert task.done_by_id == bob.user_id
        perform("activity", "reopen", task, by=by)
        assert task.done_by_id is None
        told = select(Event.changes).where(Event.record_id == task.id).order_by(Event.id)
        changes = by.session.scalars(told).all()
        assert changes[1]["done_by_id"] == [None, str(bob.user_id)]
        assert changes[2]["done_by_id"] == [str(bob.user_id), None]


def test_a_call_written_down_for_a_colleague_is_credited_to_its_writer(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        call = make_activity(by, "call", owner_id=bob.user_id)
        assert call.done_by_id == alice.user_id


def test_what_the_service_itself_writes_down_is_credited_to_its_owner(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting() as by:
        assert make_activity(by, "call", owner_id=bob.user_id).done_by_id == bob.user_id


def test_editing_what_a_colleague_did_does_not_take_the_credit(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        note = make_activity(by)
        unknown = make_activity(by)
        unknown.done_by_id = None  # As it stands for what was done before credit was kept.
    with acme.acting(alice) as by:
        for one in by.session.scalars(select(Activity)).all():
            perform("activity", "update", one, by=by, body="They like red fences.")
        assert by.session.get_one(Activity, note.id).done_by_id == bob.user_id
        assert by.session.get_one(Activity, unknown.id).done_by_id is None


def test_nobody_can_write_who_did_it(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as caught:
        make_activity(by, "call", done_by_id=str(bob.user_id))
    assert list(caught.value.errors) == ["done_by_id"]
