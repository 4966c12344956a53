"""Records over the API: list, create, read, change, delete, actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.events import Event
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.records.api.conftest import Programs, fields_in


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [one["name"] for one in response.json["data"]]


def test_a_record_made_over_the_api_is_shown_found_changed_and_deleted(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    made = api.post("accounts", {"name": "Fence & Sons", "phone": "020 7946 0018"})
    assert made.status_code == 201
    record = made.json
    assert made.headers["Location"] == f"/api/v1/accounts/{record['id']}"
    assert UUID(record["id"]).version == 7
    assert record["phone"] == "+442079460018"
    assert record["owner_id"] == str(alice.user_id)
    assert record["created_at"].endswith("Z")
    assert set(record) == {"id", *registry().type("account").by_key}

    one = f"accounts/{record['id']}"
    assert api.get(one).json == record
    changed = api.patch(one, {"name": "王小明公司"})
    assert changed.status_code == 200
    assert api.get(one).json == changed.json
    assert "王小明公司" in changed.text
    assert names(api.get("accounts?q=wxm")) == ["王小明公司"]
    gone = api.delete(one)
    assert (gone.status_code, gone.data) == (204, b"")
    assert api.get(one).status_code == 404
    assert names(api.get("accounts")) == []
    back = api.post(f"{one}/restore")
    assert back.status_code == 200
    assert back.json["name"] == "王小明公司"
    assert names(api.get("accounts")) == ["王小明公司"]


def test_every_change_over_the_api_leaves_an_event_that_says_so(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    record = api.make()
    api.patch(f"accounts/{record['id']}", {"city": "York"})
    with acme.acting(alice) as by:
        events = by.session.scalars(
            select(Event).where(Event.record_id == UUID(record["id"])).order_by(Event.id)
        ).all()
        assert [(one.verb, one.via, one.actor_id) for one in events] == [
            ("created", "api", alice.user_id),
            ("updated", "api", alice.user_id),
        ]


def test_a_list_is_filtered_sorted_cut_and_paged(alice: Person, program: Programs) -> None:
    api = program(alice)
    for name, city in (("Anna", "Leeds"), ("Bert", "York"), ("Cora", "Leeds"), ("Dirk", None)):
        api.make(name=name, city=city)
    assert names(api.get("accounts?sort=name")) == ["Anna", "Bert", "Cora", "Dirk"]
    assert names(api.get("accounts?sort=-name&city=Leeds")) == ["Cora", "Anna"]
    assert names(api.get("accounts?sort=name&city__in=Leeds,York&city__ne=York")) == [
        "Anna",
        "Cora",
    ]
    assert names(api.get("accounts?sort=name&city__isnull=true")) == ["Dirk"]
    assert names(api.get("accounts?q=bert")) == ["Bert"]
    first = api.get("accounts?sort=name&limit=3")
    assert names(first) == ["Anna", "Bert", "Cora"]
    second = api.get(f"accounts?sort=name&limit=3&cursor={first.json['next']}")
    assert names(second) == ["Dirk"]
    assert second.json["next"] is None
    narrow = api.get("accounts?sort=name&limit=1&fields=name,owner_id").json["data"][0]
    assert set(narrow) == {"id", "name", "owner_id"}
    assert set(api.get("accounts?limit=1&fields=id").json["data"][0]) == {"id"}
    assert "total" not in first.json
    for kind in ("capped", "exact"):
        counted = api.get(f"accounts?limit=1&city=Leeds&total={kind}").json
        assert (counted["total"], counted["total_is_exact"]) == (2, True)


def test_a_parameter_of_no_meaning_is_refused_by_its_name(alice: Person, program: Programs) -> None:
    api = program(alice)
    record = api.make()
    for query, field in {
        "nothing=1": "nothing",
        "name__like=1": "name__like",
        "name_sort=1": "name_sort",
        "sort=nothing": "sort",
        "sort=tags": "sort",
        "sort=name,city": "sort",
        "limit=0": "limit",
        "limit=201": "limit",
        "limit=ten": "limit",
        "limit=１": "limit",
        "limit=99999999999999999999": "limit",
        "cursor=abc": "cursor",
        "fields=name,nothing": "fields",
        "fields=,": "fields",
        "total=all": "total",
        "city=a&city=b": "city",
        "sort=name&sort=city": "sort",
        "created_at__gte=soon": "created_at__gte",
        "custom=1": "custom",
        "version=1": "version",
    }.items():
        assert fields_in(api.get(f"accounts?{query}")) == [field], query
    assert fields_in(api.get(f"accounts/{record['id']}?expand=1")) == ["expand"]
    assert fields_in(api.post("accounts?x=1", {"name": "A"})) == ["x"]
    assert fields_in(api.delete(f"accounts/{record['id']}?force=1")) == ["force"]
    assert names(api.get("accounts")) == ["Fence & Sons"]


EVERYTHING = {
    "id": "00000000-0000-7000-8000-000000000000",
    "tenant_id": "x",
    "version": 7,
    "by": "x",
    "record": "x",
    "verb": "delete",
    "is_admin": True,
    "role": "owner",
    "role_id": "x",
    "created_at": "2026-01-01T00:00:00Z",
    "created_by_id": "00000000-0000-7000-8000-000000000000",
    "updated_at": "2026-01-01T00:00:00Z",
    "updated_by_id": None,
    "deleted_at": None,
    "deleted_by_id": None,
    "delete_batch_id": None,
    "custom": {},
    "search_text": "x",
    "search_grams": ["x"],
    "name_sort": "x",
    "next_step": "x",
    "next_step_at": None,
    "last_activity_at": None,
    "password_hash": "x",
    "stripe_customer": "x",
    "plan": "x",
    "__class__": "x",
    "": "x",
}


def test_no_column_beyond_the_declared_fields_can_be_written(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    record = api.make()
    one = f"accounts/{record['id']}"
    for key, value in EVERYTHING.items():
        assert fields_in(api.patch(one, {"city": "York", key: value})) == [key]
        assert fields_in(api.post("accounts", {"name": "Other", key: value})) == [key]
    assert api.get(one).json == record
    assert names(api.get("accounts")) == ["Fence & Sons"]


def test_an_action_is_a_verb_below_the_record(alice: Person, program: Programs) -> None:
    api = program(alice)
    task = api.post("activities", {"kind": "task", "subject": "Call them"}).json
    one = f"activities/{task['id']}"
    assert task["done_at"] is None
    done = api.post(f"{one}/complete")
    assert done.status_code == 200
    assert done.json["done_at"] is not None
    assert api.post(f"{one}/complete").status_code == 422
    assert fields_in(api.post(f"{one}/reopen", {"owner_id": None})) == ["owner_id"]
    assert api.post(f"{one}/reopen", {}).json["done_at"] is None
    for verb in ("update", "delete", "create", "read", "win", "restore/x", "__init__"):
        assert api.post(f"{one}/{verb}").status_code == 404, verb
    assert api.post(f"{one}/restore").status_code == 404
    assert api.call("PUT", one, {}).status_code == 405
    assert api.post(one, {}).status_code == 405
    assert api.get(f"{one}/complete").status_code == 405


def test_a_follow_up_written_over_the_api_stands_on_its_customer(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    account = api.make()
    written = api.post(
        "activities",
        {
            "kind": "follow_up",
            "body": "They want green fences.",
            "about_type": "account",
            "about_id": account["id"],
            "next_at": "2027-01-01T09:00:00Z",
        },
    )
    assert written.status_code == 201
    assert written.json["account_id"] == account["id"]
    seen = api.get(f"accounts/{account['id']}").json
    assert seen["next_step"] == "Follow up: They want green fences."
    assert seen["next_step_at"] == "2027-01-01T09:00:00Z"
    planned = api.get(f"activities?account_id={account['id']}&done_at__isnull=true").json["data"]
    assert [one["due_at"] for one in planned] == ["2027-01-01T09:00:00Z"]


def test_an_unknown_collection_is_not_there(alice: Person, program: Programs) -> None:
    api = program(alice)
    for path in ("spaceships", "users", "account", "Accounts", "events", "idempotency_keys"):
        assert api.get(path).status_code == 404
        assert api.post(path, {"name": "x"}).status_code == 404


def test_problems_speak_the_language_that_was_asked_for(alice: Person, program: Programs) -> None:
    api = program(alice)
    english = api.get("accounts/x", Accept_Language="en").json
    chinese = api.get("accounts/x", Accept_Language="zh-CN").json
    assert set(english) == set(chinese) == {"type", "title", "status", "detail"}
    assert english["detail"] == "There is no such record."


def test_answers_are_never_stored(alice: Person, program: Programs) -> None:
    answer = program(alice).get("accounts")
    assert "no-store" in answer.headers["Cache-Control"]
