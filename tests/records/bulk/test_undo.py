"""Taking a bulk change back: old values, except where somebody went on since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from app.crm.models import Account, Activity
from app.events import Event
from app.identity.models import FieldRule, Role
from app.kernel.ids import new_id
from app.records.bulk.models import BulkChange
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_activity
from tests.records.bulk.conftest import Firms, cities, last_change
from tests.records.bulk.test_changes import HTMX, change, set_city


def undo(person: Person, made: BulkChange, collection: str = "accounts") -> TestResponse:
    return person.client.post(f"/{collection}/bulk/{made.id}/undo")


def edit(workspace: Workspace, person: Person, record_id: str, **fields: Any) -> None:
    with workspace.acting(person) as by:
        perform("account", "update", by.session.get_one(Account, UUID(record_id)), by=by, **fields)


def test_undoing_gives_every_field_its_old_value_back(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    ids = firms(alice, 2, city="York") + firms(alice, 1)
    change(
        alice, verb="update", id=ids, set=["city", "lifecycle"], city="Leeds", lifecycle="former"
    )
    answer = undo(alice, last_change(acme))
    assert answer.status_code == 303
    with acme.scope() as session:
        rows = session.execute(select(Account.city, Account.lifecycle).order_by(Account.city)).all()
    assert [tuple(row) for row in rows] == [("York", "prospect")] * 2 + [(None, "prospect")]
    assert "Took back the change of 3 accounts." in alice.client.get("/accounts").text


def test_undoing_spares_what_somebody_touched_since_and_tells_it(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    ids = firms(alice, 3, city="York", phone="020 7946 0001")
    change(alice, verb="update", id=ids, set=["city", "phone"], city="Leeds", phone="020 7946 0002")
    made = last_change(acme)
    edit(acme, alice, ids[0], city="Hull")
    edit(acme, alice, ids[1], city="Hull", phone="020 7946 0003")
    answer = undo(alice, made)
    receipt = alice.client.get(answer.headers["Location"]).text
    assert "Took back the change of 2 accounts, 1 left out." in receipt
    assert "Changed again since: Phone, City." in receipt
    assert "Left as it is, as it was changed again: City." in receipt
    with acme.scope() as session:
        rows = session.execute(select(Account.city, Account.phone).order_by(Account.name_sort))
        found = {(row.city, (row.phone or "")[-1]) for row in rows}
    assert found == {("Hull", "1"), ("Hull", "3"), ("York", "1")}


def test_what_is_undone_already_says_so(acme: Workspace, alice: Person, firms: Firms) -> None:
    set_city(alice, firms(alice, 2))
    made = last_change(acme)
    assert undo(alice, made).status_code == 303
    again = undo(alice, made)
    assert (again.status_code, again.location) == (303, f"/accounts/bulk/{made.id}")
    receipt = alice.client.get(again.location).text
    assert receipt.count("This was undone already") == 2  # The message, and the page itself.
    receipt = alice.client.get(again.location).text
    scripted = alice.client.post(f"/accounts/bulk/{made.id}/undo", headers=HTMX)
    assert scripted.status_code == 422
    assert "This was undone already" in scripted.text
    with acme.scope() as session:
        assert session.query(BulkChange).count() == 2
    assert f"/accounts/bulk/{made.id}/undo" not in receipt


def test_an_undoing_is_not_undone(acme: Workspace, alice: Person, firms: Firms) -> None:
    set_city(alice, firms(alice, 2))
    undo(alice, last_change(acme))
    back = last_change(acme)
    answer = undo(alice, back)
    assert answer.location == f"/accounts/bulk/{back.id}"
    assert "This can&#39;t be undone." in alice.client.get(answer.location).text
    assert (
        f"/accounts/bulk/{back.id}/undo" not in alice.client.get(f"/accounts/bulk/{back.id}").text
    )


def test_rows_that_vanished_since_are_told(acme: Workspace, alice: Person, firms: Firms) -> None:
    ids = firms(alice, 3)
    set_city(alice, ids)
    made = last_change(acme)
    with acme.acting(alice) as by:
        perform("account", "delete", by.session.get_one(Account, UUID(ids[0])), by=by)
        by.session.execute(delete(Account).where(Account.id == UUID(ids[1])))
    receipt = alice.client.get(undo(alice, made).headers["Location"]).text
    assert "Took back the change of 1 account, 2 left out." in receipt
    assert "It is gone." in receipt


def test_whoever_made_a_change_takes_it_back_even_from_beyond_their_reach(
    acme: Workspace, alice: Person, bob: Person, firms: Firms
) -> None:
    ids = firms(bob, 2)
    change(bob, verb="assign", id=ids, owner_id=str(alice.user_id))
    made = last_change(acme)
    assert set_city(bob, ids).status_code == 422, "they are Alice's now"
    undo(bob, made)
    with acme.scope() as session:
        assert set(session.scalars(select(Account.owner_id))) == {bob.user_id}


def test_a_stranger_to_the_verb_takes_nothing_back(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firms: Firms
) -> None:
    ids = firms(alice, 2)
    set_city(alice, ids)
    made = last_change(acme)
    assert undo(dora, made).status_code == 404
    assert undo(bob, made).status_code == 403, "Bob may change accounts, but not Alice's"
    assert set(cities(acme).values()) == {"Leeds"}
    undo(alice, made)
    assert set(cities(acme).values()) != {"Leeds"}, "her own undo was not spent by his"


def test_undoing_reaches_thirty_days_back(
    acme: Workspace, alice: Person, firms: Firms, clock: Clock
) -> None:
    set_city(alice, firms(alice, 1))
    made = last_change(acme)
    clock.shift(timedelta(days=31))
    client = alice.sign_in()
    answer = client.post(f"/accounts/bulk/{made.id}/undo")
    assert answer.location == f"/accounts/bulk/{made.id}"
    assert "more than 30 days old" in client.get(answer.location).text
    assert set(cities(acme).values()) == {"Leeds"}


def test_an_action_is_taken_back_by_the_action_that_undoes_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        ids = [
            str(make_activity(by, "task", subject=str(n), due_at="2030-01-01").id) for n in range(2)
        ]
    change(alice, "activities", verb="complete", id=ids)
    undo(alice, last_change(acme), "activities")
    with acme.scope() as session:
        assert set(session.scalars(select(Activity.done_at))) == {None}


def test_a_record_that_came_back_already_is_no_obstacle(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    ids = firms(alice, 2)
    change(alice, verb="delete", id=ids)
    made = last_change(acme)
    alice.client.post(f"/accounts/{ids[0]}/restore")
    undo(alice, made)
    assert len(cities(acme)) == 2
    told = "Took back the change of 1 account, 1 account was as it should be already."
    assert told in alice.client.get("/accounts").text


def test_where_nothing_was_left_to_take_back_the_message_says_so(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    [one] = firms(alice, 1)
    change(alice, verb="delete", id=[one])
    made = last_change(acme)
    alice.client.post(f"/accounts/{one}/restore")
    undo(alice, made)
    told = "Nothing was left to take back: 1 account was as it should be already."
    shown = alice.client.get("/accounts").text
    assert told in shown
    assert "Took back the change" not in shown
    receipt = alice.client.get(f"/accounts/bulk/{last_change(acme).id}").text
    assert told in receipt
    assert "left out" not in receipt


def test_what_somebody_put_back_by_hand_is_as_it_should_be(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    ids = firms(alice, 2, city="York")
    set_city(alice, ids)
    made = last_change(acme)
    edit(acme, alice, ids[0], city="York")
    undo(alice, made)
    told = "Took back the change of 1 account, 1 account was as it should be already."
    assert told in alice.client.get("/accounts").text
    assert set(cities(acme).values()) == {"York"}


def test_a_field_that_is_hidden_since_is_put_back_by_nobody_who_may_not_write_it(
    acme: Workspace, alice: Person, bob: Person, firms: Firms
) -> None:
    set_city(bob, firms(bob, 1, city="York"))
    with acme.scope() as session:
        role = session.scalars(select(Role).where(Role.key == "sales_rep")).one()
        session.add(FieldRule(role_id=role.id, record_type="account", field="city", access=0))
        role.stamp = new_id()
    made = last_change(acme)
    assert "Leeds" not in bob.client.get(f"/accounts/bulk/{made.id}").text
    undo(bob, made)
    assert set(cities(acme).values()) == {"Leeds"}


def test_every_restored_record_has_its_event(acme: Workspace, alice: Person, firms: Firms) -> None:
    set_city(alice, firms(alice, 2, city="York"))
    undo(alice, last_change(acme))
    back = last_change(acme)
    with acme.scope() as session:
        changes = session.scalars(select(Event.changes).where(Event.batch_id == back.id)).all()
    assert changes == [{"city": ["Leeds", "York"]}] * 2


def test_a_change_that_is_under_way_is_not_taken_back(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    set_city(alice, firms(alice, 1))
    made = last_change(acme)
    with acme.scope() as session:
        session.execute(update(BulkChange).values(finished_at=None))
    answer = undo(alice, made)
    assert answer.location == f"/accounts/bulk/{made.id}"
    assert "still under way" in alice.client.get(answer.location).text
    assert set(cities(acme).values()) == {"Leeds"}
