"""A promise to a customer has a day, stands where people look, and is kept only by saying so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.crm.models import Activity
from app.crm.pages.promises import promises_to
from app.identity.models import FieldRule, User
from app.kernel.actor import Actor, FieldAccess
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity


def later(by: Actor, **time: int) -> str:
    return (by.now + timedelta(**time)).isoformat()


def promise(by: Actor, subject: str, **changes: Any) -> Activity:
    given = {"body": "", "due_at": later(by, days=2), **changes}
    return make_activity(by, "task", subject=subject, is_promise=True, **given)


def hide(acme: Workspace, person: Person, key: str) -> None:
    with acme.scope() as session:
        role = session.get_one(User, person.user_id).role
        session.add(
            FieldRule(
                role_id=role.id,
                record_type="activity",
                field=key,
                access=int(FieldAccess.HIDDEN),
            )
        )
        role.stamp = new_id()


def test_a_promise_says_until_when(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by, pytest.raises(Refused) as refused:
        make_activity(by, "task", subject="Send the offer", body="", is_promise=True)
    assert set(refused.value.errors) == {"due_at"}
    with acme.acting(bob) as by, pytest.raises(Refused) as refused:
        make_activity(by, "follow_up", is_promise=True)
    assert set(refused.value.errors) == {"next_at"}


def test_the_day_of_a_promise_cannot_be_taken_away(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        promised_id = promise(by, "Send the offer").id
    with acme.acting(bob) as by:
        promised = by.session.get_one(Activity, promised_id)
        with pytest.raises(Refused) as refused, by.session.begin_nested():
            perform("activity", "update", promised, by=by, due_at="")
    assert set(refused.value.errors) == {"due_at"}


def test_the_database_takes_no_promise_without_a_day(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        note = make_activity(by, "note")
        with pytest.raises(IntegrityError), by.session.begin_nested():
            by.session.execute(
                update(Activity).where(Activity.id == note.id).values(is_promise=True)
            )


def test_a_follow_up_that_promises_makes_the_next_one_the_promise(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        said = make_activity(
            by,
            "follow_up",
            account_id=account.id,
            next_at=later(by, days=3),
            is_promise=True,
        )
        by.session.refresh(said)
        assert not said.is_promise
        [planned] = by.session.scalars(select(Activity).where(Activity.done_at.is_(None)))
        assert planned.is_promise
        assert planned.due_at == said.next_at


def test_a_promise_is_not_kept_by_another_follow_up(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        due = {"account_id": account.id, "due_at": later(by, days=1)}
        promised = make_activity(by, "follow_up", is_promise=True, **due)
        planned = make_activity(by, "follow_up", **due)
        make_activity(by, "follow_up", account_id=account.id)
        for one in (promised, planned):
            by.session.refresh(one)
        assert planned.done_at is not None
        assert promised.done_at is None


def test_the_next_step_of_what_is_done_can_be_a_promise(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        task = make_activity(by, "task", subject="Ring them", body="")
        due = later(by, days=1)
        task_id = task.id
    sent = {
        "when": "other",
        "due_at": due[:16],
        "kind": "task",
        "subject": "Send the offer",
        "is_promise": ["0", "1"],
    }
    assert bob.client.post(f"/activities/{task_id}/done", data=sent).status_code == 303
    with acme.acting(bob) as by:
        found = select(Activity).where(Activity.subject == "Send the offer")
        assert by.session.scalars(found).one().is_promise


def test_the_composer_plans_a_promise_and_keeps_the_switch_when_refused(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account = f"/accounts/{make_account(by).id}"
        due = later(by, days=2)[:16]
    assert 'name="is_promise"' in bob.client.get(account).text
    sent = {"kind": "task", "subject": "Send the offer", "is_promise": "1"}
    headers = {"HX-Request": "true"}
    refused = bob.client.post(f"{account}/activities", data=sent, headers=headers)
    assert refused.status_code == 422
    assert "Say until when this is promised." in refused.text
    assert 'name="is_promise" value="1" checked' in refused.text
    made = bob.client.post(f"{account}/activities", data={**sent, "due_at": due}, headers=headers)
    assert made.status_code == 200
    assert "Promised" in made.text
    page = bob.client.get(account).text
    assert page.index("Promises") < page.index("Kept: Send the offer")


def test_a_record_shows_its_open_promises_the_most_urgent_first(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        promise(by, "Send the offer", account_id=account.id)
        promise(by, "Bring samples", account_id=account.id, due_at=later(by, days=-1))
        kept = promise(by, "Ring back", account_id=account.id)
        make_activity(by, "task", subject="Think", body="", account_id=account.id)
        perform("activity", "complete", kept, by=by)
        by.session.refresh(account)
        shown = promises_to(account, by)
        assert [one.subject for one in shown["promises"]] == [  # type: ignore[attr-defined]
            "Bring samples",
            "Send the offer",
        ]
        assert shown["total"] == 2


def test_whoever_may_not_see_what_was_promised_is_told_of_none(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        promise(by, "Send the offer", account_id=account.id)
        url = f"/accounts/{account.id}"
    assert "Promised" in bob.client.get(url).text
    hide(acme, bob, "is_promise")
    text = bob.client.get(url).text
    assert "Send the offer" in text
    assert "Promise" not in text
    home = bob.client.get("/").text
    assert "Send the offer" in home
    assert "Promises" not in home
    assert "Open promises" not in bob.client.get("/activities").text


def test_home_begins_with_the_promises_and_names_each_of_them_once(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        promise(by, "Send the offer", due_at=later(by, days=90))
        promise(by, "Bring samples", due_at=later(by, days=-3))
        make_activity(by, "task", subject="Think", body="", due_at=later(by, days=-9))
    home = bob.client.get("/").text
    places = [home.index(f"<b>{one}</b>") for one in ("Bring samples", "Send the offer", "Think")]
    assert places == sorted(places)
    assert home.count("<b>Bring samples</b>") == 1


def test_the_view_of_open_promises_holds_nothing_else(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        promise(by, "Send the offer")
        perform("activity", "complete", promise(by, "Ring back"), by=by)
        make_activity(by, "task", subject="Think", body="", due_at=later(by, days=1))
    assert "Open promises" in bob.client.get("/activities").text
    text = bob.client.get("/activities?is_promise=true&done_at__isnull=true&sort=due_at").text
    assert "Send the offer" in text
    assert "Ring back" not in text
    assert "Think" not in text
