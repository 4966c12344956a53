"""Many records by one call: all or none, or each with its result."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.crm.models import Account
from app.events import Event
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs, fields_in


def count(acme: Workspace) -> int:
    with acme.scope() as session:
        alive = select(func.count()).where(Account.deleted_at.is_(None))
        return session.scalar(alive) or 0


def named(*texts: str) -> list[dict[str, Any]]:
    return [{"name": text} for text in texts]


def test_records_are_made_all_together_in_one_batch(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    answer = program(alice).post("accounts/bulk", {"verb": "create", "records": named("A", "B")})
    assert answer.status_code == 200, answer.text
    assert [one["status"] for one in answer.json["results"]] == [201, 201]  # type: ignore[index]
    with acme.scope() as session:
        batches = set(session.scalars(select(Event.batch_id).where(Event.record_type == "account")))
    assert [str(one) for one in batches] == [answer.json["batch_id"]]  # type: ignore[index]


def test_one_that_does_not_fit_stops_all_and_is_named(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    records = [*named("A"), {"name": "B", "email": "no"}]
    answer = program(alice).post("accounts/bulk", {"verb": "create", "records": records})
    assert fields_in(answer) == ["records[1].email"]
    assert count(acme) == 0


def test_each_counts_for_itself_when_asked_for(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    records = [*named("A"), {"name": "B", "email": "no"}, *named("C")]
    body = {"verb": "create", "records": records, "each": True}
    answer = program(alice).post("accounts/bulk", body).json
    assert answer is not None
    assert [one["status"] for one in answer["results"]] == [201, 422, 201]
    assert answer["results"][1]["errors"][0]["field"] == "email"
    assert (answer["done"], answer["left_out"], count(acme)) == (2, 1, 2)


def test_records_are_changed_each_to_its_own_values_and_the_page_takes_it_back(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        ids = [str(make_account(by, name, city="Hull").id) for name in ("A", "B")]
    records = [{"id": ids[0], "city": "York"}, {"id": ids[1], "city": "Leeds", "tags": ["VIP"]}]
    answer = program(alice).post("accounts/bulk", {"verb": "update", "records": records})
    assert answer.status_code == 200, answer.text
    with acme.scope() as session:
        assert set(session.scalars(select(Account.city))) == {"York", "Leeds"}
    url = f"/accounts/bulk/{answer.json['batch_id']}"  # type: ignore[index]
    assert "Changed 2 accounts." in alice.client.get(url).text
    alice.client.post(f"{url}/undo")
    with acme.scope() as session:
        assert set(session.scalars(select(Account.city))) == {"Hull"}
        assert set(session.scalars(select(Account.tags))) == {None}


def test_what_the_role_does_not_reach_is_told_for_each(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        hers = str(make_account(by, "Hers").id)
    with acme.acting(bob) as by:
        his = str(make_account(by, "His").id)
    body = {"verb": "delete", "records": [{"id": his}, {"id": hers}]}
    api = program(bob)
    refused = api.post("accounts/bulk", body)
    assert refused.status_code in (403, 404)
    assert count(acme) == 2
    answer = api.post("accounts/bulk", body | {"each": True}).json
    assert answer is not None
    assert answer["results"][0]["status"] == 200
    assert answer["results"][1]["status"] in (403, 404)
    assert count(acme) == 1


def test_a_scope_narrows_what_many_records_may_suffer(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        one = str(make_account(by).id)
    api = program(alice, "account:read", "account:update")
    assert (
        api.post("accounts/bulk", {"verb": "delete", "records": [{"id": one}]}).status_code == 403
    )
    changed = {"verb": "update", "records": [{"id": one, "city": "York"}]}
    assert api.post("accounts/bulk", changed).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "verb"),
        ({"verb": 5, "records": []}, "verb"),
        ({"verb": "create"}, "records"),
        ({"verb": "create", "records": []}, "records"),
        ({"verb": "create", "records": ["x"]}, "records"),
        ({"verb": "create", "records": [{}] * 1001}, "records"),
        ({"verb": "create", "records": [{}], "each": "yes"}, "each"),
        ({"verb": "update", "records": [{"city": "York"}]}, "records[0].id"),
        ({"verb": "update", "records": [{"id": "x", "city": "York"}]}, "records[0].id"),
        ({"verb": "create", "records": [{"name": "A", "by": 1}]}, "records[0].by"),
        ({"verb": "create", "records": [{"name": "A"}], "more": 1}, "more"),
    ],
)
def test_what_makes_no_sense_is_named(
    acme: Workspace, alice: Person, program: Programs, body: Any, field: str
) -> None:
    assert fields_in(program(alice).post("accounts/bulk", body)) == [field]


def test_verbs_are_those_of_the_type(acme: Workspace, alice: Person, program: Programs) -> None:
    api = program(alice)
    for verb in ("read", "explode", "complete"):
        answer = api.post("accounts/bulk", {"verb": verb, "records": [{"id": str(alice.user_id)}]})
        assert answer.status_code == 404, verb


def test_a_repeated_call_does_nothing_twice(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api, body = program(alice), {"verb": "create", "records": named("A", "B")}
    first = api.post("accounts/bulk", body, Idempotency_Key="once")
    again = api.post("accounts/bulk", body, Idempotency_Key="once")
    assert first.json == again.json
    assert count(acme) == 2


def test_a_record_is_given_once(acme: Workspace, alice: Person, program: Programs) -> None:
    with acme.acting(alice) as by:
        one = str(make_account(by).id)
    body = {"verb": "update", "records": [{"id": one, "city": "York"}] * 2}
    assert fields_in(program(alice).post("accounts/bulk", body)) == ["records[1].id"]


def test_a_change_of_many_is_taken_back_but_for_what_was_touched_since(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    ids = [api.make(name=name, city="Leeds")["id"] for name in ("A", "B")]
    records = [{"id": one, "city": "York"} for one in ids]
    batch = api.post("accounts/bulk", {"verb": "update", "records": records}).json["batch_id"]
    told = api.get(f"accounts/bulk/{batch}").json
    assert (told["verb"], told["state"], told["done"], told["can_undo"]) == (
        "update",
        "done",
        2,
        True,
    )
    api.patch(f"accounts/{ids[1]}", {"city": "Hull"})
    key = {"Idempotency_Key": "back"}
    undone = api.post(f"accounts/bulk/{batch}/undo", **key)
    assert undone.status_code == 200, undone.text
    assert (undone.json["done"], undone.json["left_out"]) == (1, 1)
    assert undone.json["undoes_id"] == batch
    assert api.post(f"accounts/bulk/{batch}/undo", **key).json == undone.json
    assert [api.get(f"accounts/{one}").json["city"] for one in ids] == ["Leeds", "Hull"]
    again = api.post(f"accounts/bulk/{batch}/undo")
    assert again.status_code == 422
    told = api.get(f"accounts/bulk/{batch}").json
    assert (told["can_undo"], told["undone_by_id"]) == (False, undone.json["id"])
    assert "undone already" in told["why_not_undo"]


def test_a_change_of_many_is_taken_back_by_who_may_and_below_its_own_type(
    acme: Workspace, alice: Person, bob: Person, dora: Person, charlie: Person, program: Programs
) -> None:
    api = program(alice)
    record = {"id": api.make(city="Leeds")["id"], "city": "York"}
    batch = api.post("accounts/bulk", {"verb": "update", "records": [record]}).json["batch_id"]
    place = f"accounts/bulk/{batch}"
    for person, status in ((bob, 403), (dora, 404), (charlie, 404)):
        assert program(person).post(f"{place}/undo").status_code == status
    assert program(charlie).get(place).status_code == 404
    assert api.get(f"contacts/bulk/{batch}").status_code == 404
    assert api.post(f"contacts/bulk/{batch}/undo").status_code == 404
    assert program(alice, "account:read").post(f"{place}/undo").status_code in (403, 404)
    assert program(alice, "account:*").post(f"{place}/undo").status_code == 200


def test_very_many_are_taken_back_by_a_worker_and_it_says_so(
    acme: Workspace, alice: Person, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = program(alice)
    records = [{"id": api.make(name=name)["id"], "city": "York"} for name in "ABC"]
    batch = api.post("accounts/bulk", {"verb": "update", "records": records}).json["batch_id"]
    monkeypatch.setattr("app.records.bulk.begin.AT_ONCE", 2)
    begun = api.post(f"accounts/bulk/{batch}/undo")
    assert (begun.status_code, begun.json["state"]) == (202, "waiting")
    assert api.get(begun.headers["Location"].removeprefix("/api/v1/")).json["total"] == 3
