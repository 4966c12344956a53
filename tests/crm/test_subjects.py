"""The subject of an activity: the first line of its words, until somebody writes one."""

from __future__ import annotations

from datetime import timedelta

from app.crm.models import Account, Activity
from app.records.bulk.begin import begin_change
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact

LONG = "They want a fence of " + "very " * 30 + "green planks."


def test_a_subject_that_was_made_of_the_words_follows_them(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        note = make_activity(by, body="Green fences.\nAnd gates.")
        perform("activity", "update", note, by=by, body="\n  Red fences.\nNo gates.")
        assert note.subject == "Red fences."
        assert "red fences" in note.search_text
        assert "green" not in note.search_text
        perform("activity", "update", note, by=by, body=LONG)
        assert note.subject == LONG[:120]
        perform("activity", "update", note, by=by, body="Blue fences.")
        assert note.subject == "Blue fences."


def test_of_many_that_get_one_text_each_subject_follows_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        ids = tuple(make_activity(by, body=f"Fence {number}.").id for number in range(3))
    with acme.acting(alice) as by:  # Who has not looked up a colleague yet.
        activity = registry().type("activity")
        begin_change(activity, "update", Selection(ids), {"body": "Gates, says @Bob Baker."}, by)
    with acme.acting(alice) as by:
        notes = [by.session.get_one(Activity, one) for one in ids]
        assert [one.subject for one in notes] == ["Gates, says @Bob Baker."] * 3
        assert all(bob.user_id and str(bob.user_id) in (one.mentions or {}) for one in notes)


def test_who_did_what_is_done_is_known_though_the_customer_is_looked_up_first(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        due_at = (by.now + timedelta(days=1)).isoformat()
        contact = make_contact(by)
        call = make_activity(by, "call", due_at=due_at, contact_id=str(contact.id)).id
    with acme.acting(alice) as by:
        found = perform("activity", "complete", by.session.get_one(Activity, call), by=by)
        assert found.done_by_id == alice.user_id


def test_a_subject_that_somebody_wrote_stays(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        note = make_activity(by, subject="Colours", body="Green fences.")
        perform("activity", "update", note, by=by, body="Red fences.")
        assert note.subject == "Colours"
        note = make_activity(by, body="Green fences.")
        perform("activity", "update", note, by=by, subject="Colours", body="Red fences.")
        assert note.subject == "Colours"
        perform("activity", "update", note, by=by, body="Blue fences.")
        assert note.subject == "Colours"


def test_a_subject_stays_where_its_words_stay_or_go(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        note = make_activity(by, body="Green fences.")
        perform("activity", "update", note, by=by, minutes="5")
        assert note.subject == "Green fences."
        perform("activity", "update", note, by=by, body="")
        assert note.subject == "Green fences."


def test_the_form_that_shows_the_old_subject_saves_the_new_one(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        due_at = (by.now + timedelta(days=1)).isoformat()
        call = make_activity(by, "call", body="Ring.", due_at=due_at, account_id=account.id)
    fields = {"kind": "call", "subject": "Ring.", "body": "Write.", "version": "1"}
    answer = bob.client.post(f"/activities/{call.id}/edit", data=fields)
    assert answer.status_code == 303
    with acme.acting(bob) as by:
        assert by.session.get_one(type(call), call.id).subject == "Write."
        assert by.session.get_one(Account, account.id).next_step == "Write."
