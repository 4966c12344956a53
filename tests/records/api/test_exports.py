"""Exports over the API: asked for, followed, fetched and removed, within the token's scopes."""

from __future__ import annotations

import pytest

from app.jobs.worker import Worker
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Program, Programs
from tests.records.exports.conftest import rows_of

pytestmark = pytest.mark.usefixtures("no_files")


def firms(acme: Workspace, owner: Person) -> list[str]:
    with acme.acting(owner) as by:
        return [str(make_account(by, name, city="Leeds").id) for name in ("Gate", "Arch", "Wall")]


def fetched(api: Program, path: str) -> bytes:
    answer = api.get(path.removeprefix("/api/v1/"))
    assert answer.status_code == 200, answer.text
    raw = answer.data
    answer.close()
    return raw


def test_a_program_asks_for_a_file_follows_it_and_fetches_it(
    acme: Workspace, alice: Person, program: Programs, worker: Worker
) -> None:
    ids = firms(acme, alice)
    api = program(alice)
    body = {"query": "city=Leeds&sort=name", "fields": ["name", "owner_id"]}
    asked = api.post("accounts/export", body)
    assert asked.status_code == 202, asked.text
    assert (asked.json["state"], asked.json["rows"], asked.json["file"]) == ("waiting", 3, None)
    place = asked.headers["Location"].removeprefix("/api/v1/")
    assert api.get(f"{place}/file").status_code == 404
    worker.drain()
    told = api.get(place).json
    assert (told["state"], told["done"]) == ("done", 3)
    rows = rows_of(fetched(api, told["file"]))
    assert [row["Name"] for row in rows] == ["Arch", "Gate", "Wall"]
    assert list(rows[0]) == ["Name", "Owner", "Owner (ID)", "ID"]
    assert [one["id"] for one in api.get("exports").json["data"]] == [told["id"]]
    assert api.delete(place).status_code == 204
    assert api.get(place).status_code == 404
    ticked = api.post("accounts/export", {"ids": ids[:1], "format": "xlsx"})
    assert ticked.json["rows"] == 1
    stopped = api.post(f"exports/{ticked.json['id']}/cancel")
    assert stopped.json["state"] == "cancelled"
    assert api.post(f"exports/{ticked.json['id']}/cancel").status_code == 422


def test_a_token_exports_within_its_scopes_alone(
    acme: Workspace, alice: Person, program: Programs, worker: Worker
) -> None:
    firms(acme, alice)
    for scopes in (["account:read"], ["account:export"], ["contact:*"]):
        api = program(alice, *scopes)
        assert api.post("accounts/export", {}).status_code == 403, scopes
        assert api.get("exports").json["data"] == []
    narrow = program(alice, "account:read", "account:export")
    made = narrow.post("accounts/export", {"fields": ["name"]})
    assert made.status_code == 202, made.text
    worker.drain()
    assert narrow.get(f"exports/{made.json['id']}").json["state"] == "done"
    other = program(alice, "contact:*")
    assert other.get(f"exports/{made.json['id']}").status_code == 404
    assert other.delete(f"exports/{made.json['id']}").status_code == 404


def test_an_export_of_somebody_else_is_not_there(
    acme: Workspace, alice: Person, bob: Person, charlie: Person, program: Programs
) -> None:
    firms(acme, alice)
    made = program(alice).post("accounts/export", {}).json["id"]
    for person in (bob, charlie):
        api = program(person)
        for answer in (
            api.get(f"exports/{made}"),
            api.get(f"exports/{made}/file"),
            api.delete(f"exports/{made}"),
            api.post(f"exports/{made}/cancel"),
        ):
            assert answer.status_code == 404
    assert program(bob).post("accounts/export", {}).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"format": "exe"}, "format"),
        ({"format": 7}, "format"),
        ({"fields": []}, "fields"),
        ({"fields": "name"}, "fields"),
        ({"fields": ["name", "secret"]}, "fields"),
        ({"ids": []}, "ids"),
        ({"ids": ["nonsense"]}, "ids"),
        ({"query": 7}, "query"),
        ({"query": "nonsense=1"}, "nonsense"),
        ({"columns": "every"}, "columns"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_name(
    acme: Workspace, alice: Person, program: Programs, body: dict[str, object], field: str
) -> None:
    firms(acme, alice)
    answer = program(alice).post("accounts/export", body)
    assert answer.status_code == 422, answer.text
    assert field in [one["field"] for one in answer.json["errors"]]


def test_the_same_key_begins_one_export(acme: Workspace, alice: Person, program: Programs) -> None:
    firms(acme, alice)
    api = program(alice)
    first = api.post("accounts/export", {}, Idempotency_Key="once")
    assert api.post("accounts/export", {}, Idempotency_Key="once").json == first.json
    assert len(api.get("exports").json["data"]) == 1


def test_the_document_tells_of_exports_to_who_may_make_them(
    alice: Person, bob: Person, program: Programs
) -> None:
    paths = program(alice).get("openapi.json").json["paths"]
    assert {"/accounts/export", "/exports", "/exports/{id}/file"} <= set(paths)
    assert not [one for one in program(bob).get("openapi.json").json["paths"] if "export" in one]
