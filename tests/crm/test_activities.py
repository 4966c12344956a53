"""Follow-ups, plans and what customers show of them."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account, Activity, ActivityLink, Contact
from app.events import Event
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact


def shown(by: Actor, record: Account | Contact) -> tuple[str | None, Any, Any]:
    """Next step, when, and last activity, as the lists have them."""
    model = type(record)
    columns = (model.next_step, model.next_step_at, model.last_activity_at)
    row = by.session.execute(select(*columns).where(model.id == record.id)).one()
    return row[0], row[1], row[2]


def moment(by: Actor, **later: int) -> str:
    return (by.now + timedelta(**later)).isoformat()


def plans(by: Actor) -> list[tuple[str, bool]]:
    found = by.session.scalars(select(Activity).order_by(Activity.id))
    return [(one.subject, one.is_open) for one in found]


def timeline(by: Actor, record_id: UUID) -> list[UUID]:
    return list(
        by.session.scalars(
            select(ActivityLink.activity_id).where(ActivityLink.record_id == record_id)
        )
    )


def test_a_follow_up_is_done_when_it_is_written_and_plans_the_next(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        first = make_activity(by, "follow_up", account_id=account.id, next_at=moment(by, days=7))
        assert (first.done_at, first.subject) == (by.now, "They like green fences.")
        planned = f"Follow up: {first.subject}"
        assert shown(by, account) == (planned, by.now + timedelta(days=7), by.now)
        second = make_activity(by, "follow_up", body="They bought.", account_id=account.id)
        assert plans(by) == [
            (first.subject, False),
            (planned, False),
            ("They bought.", False),
        ]
        assert shown(by, account) == (None, None, by.now)
        assert set(timeline(by, account.id)) >= {first.id, second.id}
        verbs = by.session.scalars(
            select(Event.verb).where(Event.record_type == "activity").order_by(Event.id)
        ).all()
        assert verbs == ["created", "created", "created", "completed"]


def test_a_follow_up_fulfils_no_plan_of_a_colleague_or_of_another_customer(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account, other = make_account(by), make_account(by, "Other")
        for owner, where in ((alice, account), (bob, account), (bob, other)):
            make_activity(
                by,
                "follow_up",
                subject=f"{owner.name} at {where.name}",
                due_at=moment(by, days=1),
                owner_id=owner.user_id,
                account_id=where.id,
            )
        make_activity(by, "task", subject="Task", due_at=moment(by, days=1), account_id=account.id)
        make_activity(by, "follow_up", account_id=account.id)
        assert plans(by) == [
            ("Alice Archer at Fence & Sons", False),
            ("Bob Baker at Fence & Sons", True),
            ("Bob Baker at Other", True),
            ("Task", True),
            ("They like green fences.", False),
        ]


def test_a_follow_up_for_a_colleague_leaves_plans_that_its_author_may_not_complete(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account_id = make_account(by, owner_id=bob.user_id).id
        plan = {"subject": "Plan", "due_at": moment(by, days=1), "account_id": account_id}
        make_activity(by, "follow_up", **plan)
    with acme.acting(bob) as by:
        make_activity(by, "follow_up", account_id=account_id, owner_id=alice.user_id)
        assert plans(by) == [("Plan", True), ("They like green fences.", False)]


@pytest.mark.parametrize(
    ("kind", "changes", "is_open"),
    [
        ("follow_up", {}, False),
        ("note", {}, False),
        ("call", {}, False),
        ("visit", {}, False),
        ("mail", {}, False),
        ("visit", {"due_at": "2026-12-01T09:00:00Z"}, True),
        ("task", {}, True),
        ("call", {"due_at": "2026-12-01T09:00:00Z"}, True),
        ("meeting", {"due_at": "2026-12-01T09:00:00Z"}, True),
        ("meeting", {"done_at": "2026-10-01T09:00:00Z"}, False),
    ],
)
def test_what_is_written_down_is_done_and_what_has_a_time_is_planned(
    acme: Workspace, bob: Person, kind: str, changes: dict[str, str], is_open: bool
) -> None:
    with acme.acting(bob) as by:
        activity = make_activity(by, kind, **changes)
        assert activity.is_open is is_open
        assert activity.at == (activity.done_at or activity.due_at or activity.created_at)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": " \n "}, "body"),
        ({"kind": "meeting"}, "due_at"),
        ({"kind": "dance"}, "kind"),
        ({"about_type": "spaceship", "about_id": str(UUID(int=1))}, "about_id"),
        ({"about_type": "account"}, "about_id"),
        ({"about_type": "account", "about_id": "x"}, "about_id"),
        ({"about_type": "account", "about_id": 5}, "about_id"),
        ({"about_type": "account", "about_id": str(UUID(int=1))}, "about_id"),
        ({"about_type": ["account"], "about_id": {"a": 1}}, "about_id"),
        ({"about_id": str(UUID(int=1))}, "about_id"),
        ({"about_type": "\x00", "about_id": "\ud800"}, "about_id"),
    ],
)
def test_an_activity_that_says_nothing_or_points_nowhere_is_refused(
    acme: Workspace, bob: Person, changes: dict[str, Any], field: str
) -> None:
    with acme.acting(bob) as by, pytest.raises(Refused) as caught:
        make_activity(by, **changes)
    assert list(caught.value.errors) == [field]


def test_an_activity_can_not_be_written_on_a_record_that_its_author_may_not_see(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        hers = make_account(by).id
    with acme.acting(bob) as by, pytest.raises(Refused):
        make_activity(by, about_type="account", about_id=str(hers))


def test_a_person_brings_their_firm_and_both_show_the_activity(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        person = make_contact(by, account_id=account.id)
        note = make_activity(by, about_type="contact", about_id=str(person.id))
        assert (note.contact_id, note.account_id) == (person.id, account.id)
        assert timeline(by, account.id) == timeline(by, person.id) == [note.id]
        [event] = by.session.scalars(select(Event).where(Event.record_id == note.id))
        assert event.account_id == account.id


def test_completing_and_reopening_move_the_next_step(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        soon = make_activity(
            by, "task", subject="Soon", due_at=moment(by, days=1), account_id=account.id
        )
        make_activity(by, "task", subject="Late", due_at=moment(by, days=2), account_id=account.id)
        assert shown(by, account)[::2] == ("Soon", None)
        perform("activity", "complete", soon, by=by)
        assert shown(by, account)[::2] == ("Late", by.now)
        perform("activity", "reopen", soon, by=by)
        assert shown(by, account)[::2] == ("Soon", None)
        perform("activity", "update", soon, by=by, due_at=moment(by, days=3))
        assert shown(by, account)[0] == "Late"
        perform("activity", "delete", soon, by=by)
        assert account.version == 1


def test_an_activity_that_moves_to_another_customer_leaves_nothing_behind(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        old, new = make_account(by), make_account(by, "New")
        plan = {"subject": "Call", "due_at": moment(by, days=1)}
        task = make_activity(by, "task", account_id=old.id, **plan)
        perform("activity", "update", task, by=by, account_id=str(new.id))
        assert shown(by, old) == (None, None, None)
        assert shown(by, new)[0] == "Call"
        assert (timeline(by, old.id), timeline(by, new.id)) == ([], [task.id])
        perform("activity", "delete", task, by=by)
        assert shown(by, new)[0] is None
        perform("activity", "restore", task, by=by)
        assert shown(by, new)[0] == "Call"


def test_of_two_plans_made_side_by_side_the_earlier_one_is_the_next_step(
    acme: Workspace, bob: Person
) -> None:
    def plan(account_id: UUID, days: int) -> None:
        mine = Workspace(acme.facts, acme.engine_app)
        with mine.acting(bob) as by:
            due = moment(by, days=days)
            make_activity(by, "task", subject=f"In {days}", due_at=due, account_id=account_id)

    for _round in range(6):
        with acme.acting(bob) as by:
            account = make_account(by)
        threads = [Thread(target=plan, args=(account.id, days)) for days in (3, 5, 4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with acme.acting(bob) as by:
            assert shown(by, account)[0] == "In 3"


def test_a_viewer_can_not_write_a_follow_up(acme: Workspace, bob: Person, dora: Person) -> None:
    with acme.acting(bob) as by:
        account_id = make_account(by).id
    with acme.acting(dora) as by:
        with pytest.raises(NotPermitted):
            make_activity(by, "follow_up", account_id=account_id)
        assert plans(by) == []
