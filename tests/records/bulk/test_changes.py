"""Changing many records: at once, with what is left out told, and nothing half done."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.crm.models import Account, Activity
from app.identity.models import FieldRule, Grant, Role
from app.kernel.ids import new_id
from app.records.bulk.models import BulkChange
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.bulk.conftest import Firms, cities, events_of, last_change

HTMX = {"HX-Request": "true"}


def change(person: Person, collection: str = "accounts", **data: Any) -> TestResponse:
    return person.client.post(f"/{collection}/bulk", data=data)


def set_city(person: Person, ids: list[str], city: str = "Leeds") -> TestResponse:
    return change(person, verb="update", id=ids, set=["city"], city=city)


def test_a_field_is_set_on_every_ticked_row_with_one_batch_of_events(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    ids = firms(alice)
    answer = set_city(alice, ids[:2])
    assert answer.status_code == 303
    assert sorted(map(str, cities(acme).values())) == ["Leeds", "Leeds", "None"]
    made = last_change(acme)
    assert (made.total, made.done, made.left_out) == (2, 2, 0)
    assert events_of(acme, made.id) == 2
    page = alice.client.get("/accounts").text
    assert "changed City:" in alice.client.get(f"/accounts/{ids[0]}").text
    assert "Changed 2 accounts." in page
    assert f'action="/accounts/bulk/{made.id}/undo"' in page
    assert f'href="/accounts/bulk/{made.id}"' in page


def test_rows_that_may_not_be_changed_are_left_out_and_told(
    acme: Workspace, alice: Person, bob: Person, firms: Firms
) -> None:
    ids = firms(bob, 2) + firms(alice, 1)
    let_reps_reach(acme, "read", 3)
    asked = bob.client.post("/accounts/bulk/ask", data={"verb": "update", "id": ids})
    assert "Change 3 accounts?" in asked.text
    assert "1 of them will be left out" in asked.text
    answer = set_city(bob, ids)
    made = last_change(acme)
    assert answer.headers["Location"] == f"/accounts/bulk/{made.id}"
    receipt = bob.client.get(answer.headers["Location"]).text
    assert "Changed 2 accounts, 1 left out." in receipt
    assert "Your role does not allow this on this record." in receipt
    assert "Alice Archer 000" in receipt
    assert cities(acme)["Alice Archer 000"] is None


def let_reps_reach(acme: Workspace, verb: str, reach: int) -> None:
    """Let the sales reps' role reach so far on accounts."""
    with acme.scope() as session:
        role = session.scalars(select(Role).where(Role.key == "sales_rep")).one()
        role.stamp = new_id()
        session.execute(
            update(Grant)
            .where(Grant.role_id == role.id, Grant.record_type == "account", Grant.verb == verb)
            .values(reach=reach)
        )


def test_a_whole_list_is_changed_as_its_filter_says(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    firms(alice, 3, city="York")
    firms(alice, 1, city="Hull")
    asked = alice.client.post(
        "/accounts/bulk/ask", data={"verb": "update", "all": "1", "list": "city=York"}
    )
    assert "Change 3 accounts?" in asked.text
    change(alice, verb="update", all="1", list="city=York", set=["city"], city="Leeds")
    with acme.scope() as session:
        found = session.scalars(select(Account.city).order_by(Account.city)).all()
    assert found == ["Hull", "Leeds", "Leeds", "Leeds"]


def test_what_left_a_list_between_the_question_and_the_yes_is_told(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    york = firms(alice, 3, city="York")
    asked = {"verb": "update", "all": "1", "list": "city=York"}
    question = alice.client.post("/accounts/bulk/ask", data=asked).text
    counted = re.search(r'name="counted" value="(\d+)"', question)
    assert counted is not None
    assert counted[1] == "3"
    with acme.acting(alice) as by:
        for one in york[:2]:
            perform("account", "delete", by.session.get_one(Account, UUID(one)), by=by)
    change(alice, **asked, counted=counted[1], set=["city"], city="Leeds")
    receipt = alice.client.get(f"/accounts/bulk/{last_change(acme).id}").text
    assert "2 that were counted before were gone from the list by then." in receipt
    assert "<h1>Changed 1 account</h1>" in receipt
    change(alice, **asked | {"list": "city=Leeds"}, counted="9" * 40, set=["city"], city="Hull")
    change(alice, **asked | {"list": "city=Hull"}, counted="1", set=["city"], city="York")
    receipt = alice.client.get(f"/accounts/bulk/{last_change(acme).id}").text
    assert "gone from the list" not in receipt


def test_a_reason_that_many_share_is_told_once_with_their_names(
    acme: Workspace, alice: Person, bob: Person, firms: Firms
) -> None:
    mine, hers = firms(bob, 1), firms(alice, 3)
    let_reps_reach(acme, "read", 3)
    set_city(bob, mine + hers)
    receipt = bob.client.get(f"/accounts/bulk/{last_change(acme).id}").text
    assert receipt.count("Your role does not allow this on this record.") == 1
    assert "<li><b>3</b> Your role does not allow this on this record." in receipt
    assert all(f"Alice Archer 00{number}</a>" in receipt for number in range(3))
    assert "<h1>Changed 1 account</h1>" in receipt


def test_a_filter_that_is_refused_changes_nothing(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    firms(alice, 1)
    for listed in ("nonsense=1", "city__near=York", "search_text=x"):
        answer = change(alice, verb="update", all="1", list=listed, set=["city"], city="Leeds")
        assert answer.status_code == 422, listed
    assert set(cities(acme).values()) == {None}


def test_many_records_are_assigned_to_a_colleague(
    acme: Workspace, alice: Person, bob: Person, firms: Firms
) -> None:
    ids = firms(alice, 2)
    asked = alice.client.post("/accounts/bulk/ask", data={"verb": "assign", "id": ids})
    assert 'data-lookup="/lookup/user"' in asked.text
    change(alice, verb="assign", id=ids, owner_id=str(bob.user_id))
    with acme.scope() as session:
        assert set(session.scalars(select(Account.owner_id))) == {bob.user_id}


def test_a_declared_action_is_done_with_every_record_that_takes_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        tasks = [make_activity(by, "task", subject=str(n), due_at="2030-01-01") for n in range(3)]
        ids = [str(one.id) for one in tasks]
        perform("activity", "complete", tasks[0], by=by)
    change(alice, "activities", verb="complete", id=ids)
    with acme.scope() as session:
        assert None not in session.scalars(select(Activity.done_at)).all()
    made = last_change(acme)
    assert (made.done, made.left_out) == (2, 1)
    receipt = alice.client.get(f"/activities/bulk/{made.id}").text
    assert "as it stands" in receipt


def task_ids(acme: Workspace) -> list[str]:
    with acme.scope() as session:
        return [str(one) for one in session.scalars(select(Activity.id))]


def test_deleting_many_takes_what_lies_below_and_comes_back_as_one(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    ids = firms(alice, 2)
    with acme.acting(alice) as by:
        person = make_contact(by, account_id=ids[0])
        make_activity(by, account_id=ids[0], contact_id=person.id)
        make_activity(by, account_id=ids[1])
        make_activity(by)  # Of nobody, so it stays.
        perform("contact", "delete", make_contact(by, account_id=ids[1]), by=by)
    asked = alice.client.post("/accounts/bulk/ask", data={"verb": "delete", "id": ids})
    assert "Delete 2 accounts?" in asked.text
    assert "Deleted with them: 1 contact, 2 activities." in asked.text
    alone = alice.client.post("/activities/bulk/ask", data={"verb": "delete", "id": task_ids(acme)})
    assert "Deleted with them" not in alone.text
    change(alice, verb="delete", id=ids)
    assert cities(acme) == {}
    made = last_change(acme)
    told = "Deleted 2 accounts. Deleted with them: 1 contact, 2 activities."
    assert told in alice.client.get("/accounts").text
    assert told in alice.client.get(f"/accounts/bulk/{made.id}").text
    assert "Nothing here yet" in alice.client.get("/contacts").text
    alice.client.post(f"/accounts/{ids[1]}/restore")  # With its activity, before the others.
    alice.client.post(f"/accounts/bulk/{made.id}/undo")
    back = alice.client.get(f"/accounts/bulk/{last_change(acme).id}").text
    assert "Brought back with them: 1 contact, 1 activity." in back
    assert len(cities(acme)) == 2
    assert "Frank" in alice.client.get("/contacts").text


def test_rows_that_vanish_meanwhile_are_told(acme: Workspace, alice: Person, firms: Firms) -> None:
    ids = firms(alice, 3)
    with acme.acting(alice) as by:
        gone = by.session.get_one(Account, ids[1])
        perform("account", "delete", gone, by=by)
    answer = set_city(alice, ids)
    made = last_change(acme)
    assert (made.done, made.left_out) == (2, 1)
    assert "It is gone." in alice.client.get(answer.headers["Location"]).text
    assert set(cities(acme).values()) == {"Leeds"}


def test_nothing_left_to_change_is_told_and_leaves_no_batch(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    ids = firms(alice, 1)
    with acme.acting(alice) as by:
        perform("account", "delete", by.session.get_one(Account, ids[0]), by=by)
    answer = set_city(alice, ids)
    assert answer.status_code == 422
    assert "None of these can be changed" in answer.text
    assert set_city(alice, []).status_code == 422
    assert set_city(alice, ["nonsense"]).status_code == 422


def test_a_value_that_does_not_fit_stands_beside_its_field_and_nothing_is_lost(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    ids = firms(alice, 2)
    answer = alice.client.post(
        "/accounts/bulk",
        data={"verb": "update", "id": ids, "set": ["email", "city"], "email": "no", "city": "Hull"},
        headers=HTMX,
    )
    assert answer.status_code == 422
    assert "name@example.com" in answer.text
    assert 'value="Hull"' in answer.text
    assert f'name="id" value="{",".join(ids)}"' in answer.text
    assert set(cities(acme).values()) == {None}
    empty = alice.client.post(
        "/accounts/bulk", data={"verb": "update", "id": ids, "set": ["name"], "name": ""}
    )
    assert empty.status_code == 422
    assert "Please fill in this field." in empty.text


@pytest.mark.parametrize("key", ["created_at", "search_text", "next_step"])
def test_a_field_that_nobody_may_write_is_refused(
    acme: Workspace, alice: Person, firms: Firms, key: str
) -> None:
    answer = change(alice, verb="update", id=firms(alice, 1), set=[key], **{key: "x"})
    assert answer.status_code == 422
    with acme.scope() as session:
        assert session.scalars(select(BulkChange.id)).all() == []


def test_a_field_that_the_role_may_not_write_is_barred(
    acme: Workspace, alice: Person, bob: Person, firms: Firms
) -> None:
    ids = firms(bob, 1)
    with acme.scope() as session:
        role = session.scalars(select(Role).where(Role.key == "sales_rep")).one()
        session.add(FieldRule(role_id=role.id, record_type="account", field="city", access=1))
        role.stamp = new_id()
    asked = bob.client.post("/accounts/bulk/ask", data={"verb": "update", "id": ids})
    assert 'value="city"' not in asked.text
    answer = set_city(bob, ids)
    assert answer.status_code == 403
    assert set(cities(acme).values()) == {None}


def test_whoever_may_only_read_is_offered_nothing(
    acme: Workspace, alice: Person, dora: Person, firms: Firms
) -> None:
    ids = firms(alice, 1)
    page = dora.client.get("/accounts").text
    assert "data-bulkbar" not in page
    assert "c-check" not in page
    for verb in ("update", "assign", "delete"):
        assert change(dora, verb=verb, id=ids).status_code == 403
    assert change(dora, verb="explode", id=ids).status_code == 404


def test_a_list_offers_the_verbs_of_the_role(acme: Workspace, alice: Person, firms: Firms) -> None:
    firms(alice, 1)
    page = alice.client.get("/accounts").text
    bar = page.partition("data-bulkbar")[2].partition("</form>")[0]
    assert re.findall(r'name="verb" value="(\w+)"', bar)[:1] == ["assign"]
    assert {"assign", "update", "delete"} <= set(re.findall(r'name="verb" value="(\w+)"', bar))


def test_a_receipt_is_for_whoever_may_do_the_verb(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firms: Firms
) -> None:
    set_city(alice, firms(alice, 2))
    url = f"/accounts/bulk/{last_change(acme).id}"
    assert alice.client.get(url).status_code == 200
    assert dora.client.get(url).status_code == 404
    assert bob.client.get(url).status_code == 200
    assert alice.client.get(url.replace("accounts", "contacts")).status_code == 404
    assert "Leeds" in alice.client.get(url).text


def test_one_bad_record_leaves_the_others_changed(acme: Workspace, alice: Person) -> None:
    """A parent that is one of the rows would be its own: that row alone is left out."""
    with acme.acting(alice) as by:
        ids = [str(make_account(by, f"Firm {number}").id) for number in range(3)]
    answer = change(alice, verb="update", id=ids, set=["parent_id"], parent_id=ids[0])
    assert answer.status_code == 303
    made = last_change(acme)
    assert (made.done, made.left_out) == (2, 1)
