"""Imports by programs: a file and a mapping, its counts, its failures, stopping and undoing."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.crm.models import Contact
from app.jobs.worker import Worker
from tests.cast import Person, Workspace
from tests.records.api.conftest import Program, Programs, program
from tests.records.imports.conftest import allow, living, mapped, sheet

__all__ = ["program"]
COLUMNS = {"Last": "last_name", "Mail": "email"}


def send(
    api: Program, file: bytes | None, path: str = "contacts/import", key: str = "", **form: Any
) -> TestResponse:
    data = {
        name: text if isinstance(text, str) else json.dumps(text) for name, text in form.items()
    }
    if file is not None:
        data["file"] = (io.BytesIO(file), "people.csv")  # type: ignore[assignment]
    headers = {"Authorization": f"Bearer {api.token}"} | ({"Idempotency-Key": key} if key else {})
    return api.app.test_client().post(
        f"/api/v1/{path}",
        data=data,
        headers=headers,
        content_type="multipart/form-data",
        base_url=f"http://{api.host}",
    )


FILE = sheet(["Last", "Mail"], ["Archer", "a@example.com"], ["Baker", "nonsense"])
MAPPING = mapped(COLUMNS).to_json()


def test_a_program_imports_a_file_and_fetches_what_failed(
    acme: Workspace,
    alice: Person,
    program: Programs,
) -> None:
    api = program(alice)
    answer = send(api, FILE, mapping=MAPPING)
    assert answer.status_code == 202, answer.text
    made = answer.json
    assert made is not None
    assert answer.headers["Location"] == f"/api/v1/imports/{made['id']}"
    assert (made["state"], made["created"], made["failed"], made["rows"]) == ("done", 1, 1, 2)
    assert living(acme, Contact, Contact.last_name) == ["Archer"]
    failures = api.get(made["failures"].removeprefix("/api/v1/"))
    assert failures.text.splitlines()[1].startswith("Baker,nonsense,Mail: Enter an e-mail")
    assert api.get(f"imports/{made['id']}").json == made
    listed = api.get("imports").json["data"]
    assert [one["id"] for one in listed] == [made["id"]]
    undone = api.post(f"imports/{made['id']}/undo")
    assert undone.status_code == 200
    assert undone.json["undone_at"]
    assert living(acme, Contact, Contact.last_name) == []
    assert api.post(f"imports/{made['id']}/undo").status_code == 422


def test_without_a_mapping_it_is_guessed_and_a_trial_keeps_nothing(
    acme: Workspace,
    alice: Person,
    program: Programs,
) -> None:
    api = program(alice)
    file = sheet(["Last name", "E-mail"], ["Archer", "a@example.com"])
    trial = send(api, file, dry_run="true").json
    assert trial is not None
    assert (trial["is_dry_run"], trial["created"]) == (True, 1)
    assert living(acme, Contact, Contact.last_name) == []
    assert send(api, file).json["created"] == 1  # type: ignore[index]
    assert living(acme, Contact, Contact.last_name, Contact.email) == [("Archer", "a@example.com")]


def test_the_same_key_imports_the_same_file_once(
    acme: Workspace,
    alice: Person,
    program: Programs,
) -> None:
    api = program(alice)
    first = send(api, FILE, mapping=MAPPING, key="one")
    again = send(api, FILE, mapping=MAPPING, key="one")
    assert (again.status_code, again.json) == (202, first.json)
    assert living(acme, Contact, Contact.last_name) == ["Archer"]
    assert send(api, FILE, mapping=MAPPING, key="one", dry_run="true").status_code == 422


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"mapping": "{"}, "mapping"),
        ({"mapping": "[" * 100_000}, "mapping"),
        ({"mapping": [1]}, "mapping"),
        ({"mapping": {"columns": [{"source": "Nix", "field": "email"}]}}, "columns.0.source"),
        ({"mapping": {"columns": [{"source": "Mail", "field": "x"}]}}, "columns.0.field"),
        ({"mapping": {"columns": [{"source": "Mail", "field": "id"}]}}, "columns.0.field"),
        ({"mapping": {"columns": [{"source": "Mail", "field": "updated_at"}]}}, "columns.0.field"),
        ({"mapping": {"columns": [], "mode": "update"}}, "match_on"),
        ({"mapping": MAPPING | {"mode": "both", "match_on": "title"}}, "match_on"),
        ({"mapping": MAPPING | {"distinct_by": "Nix"}}, "distinct_by"),
        ({"mapping": MAPPING | {"what": 1}}, "what"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_sense_is_told_by_its_place_and_nothing_comes_in(
    acme: Workspace,
    alice: Person,
    program: Programs,
    form: dict[str, Any],
    field: str,
) -> None:
    answer = send(program(alice), FILE, **form)
    assert answer.status_code == 422, answer.text
    assert field in [one["field"] for one in answer.json["errors"]]  # type: ignore[index]
    assert living(acme, Contact, Contact.id) == []


def test_a_body_without_a_file_or_with_something_else_is_refused(
    acme: Workspace,
    alice: Person,
    program: Programs,
) -> None:
    api = program(alice)
    assert send(api, None).status_code == 422
    assert send(api, b"").status_code == 422
    assert send(api, b"%PDF-1.7 and so on").status_code == 422
    assert send(api, b"Last,Mail\n").status_code == 422
    assert api.post("contacts/import", {"mapping": {}}).status_code == 415


def test_rights_decide_who_imports_and_who_sees_it(
    acme: Workspace,
    alice: Person,
    bob: Person,
    charlie: Person,
    program: Programs,
) -> None:
    made = send(program(alice), FILE, mapping=MAPPING).json
    assert made is not None
    for other in (program(bob), program(charlie)):
        assert other.get(f"imports/{made['id']}").status_code == 404
        assert other.post(f"imports/{made['id']}/undo").status_code == 404
        assert other.post(f"imports/{made['id']}/cancel").status_code == 404
        assert other.get(f"imports/{made['id']}/failures").status_code == 404
        assert other.get("imports").json["data"] == []
    assert send(program(bob), FILE, mapping=MAPPING).status_code == 403
    assert "/contacts/import" not in program(bob).get("openapi.json").json["paths"]
    assert "/contacts/import" in program(alice).get("openapi.json").json["paths"]
    allow(acme, "sales_rep", "import")
    assert send(program(bob), FILE, mapping=MAPPING).status_code == 202
    allow(acme, "sales_rep", "create", reach=None)
    assert send(program(bob), FILE, mapping=MAPPING).status_code == 403


def test_a_long_import_is_followed_and_cancelled(
    acme: Workspace,
    alice: Person,
    program: Programs,
    worker: Worker,
    in_pieces: None,
) -> None:
    api = program(alice)
    rows = [[f"P{number}", ""] for number in range(9)]
    made = send(api, sheet(["Last", "Mail"], *rows), mapping=MAPPING).json
    assert made is not None
    assert made["state"] == "waiting"
    worker.drain(1)
    assert api.get(f"imports/{made['id']}").json["done"] == 4
    assert api.post(f"imports/{made['id']}/cancel").json["state"] == "cancelled"
    assert api.post(f"imports/{made['id']}/cancel").status_code == 422
    worker.drain()
    assert len(living(acme, Contact, Contact.id)) == 4
