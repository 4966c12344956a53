"""Files over the API: with the rights of person and token, once for each key."""

from __future__ import annotations

import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.cast import Person, Workspace
from tests.factories import make_account, make_file
from tests.records.api.conftest import Program, Programs, fields_in, program
from tests.records.api.test_openapi import read
from tests.records.api.test_openapi_whole import problems
from tests.records.files.conftest import PDF, TEXT, kept, only, picture, told

__all__ = ["program"]


def send(
    api: Program, path: str, *files: tuple[str, bytes], key: str = "", **fields: str
) -> TestResponse:
    """Send files as a program does."""
    headers = {"Authorization": f"Bearer {api.token}"} | ({"Idempotency-Key": key} if key else {})
    data: dict[str, Any] = {**fields, "file": [(io.BytesIO(raw), name) for name, raw in files]}
    return api.app.test_client().post(
        f"/api/v1/{path}",
        data=data,
        headers=headers,
        base_url=f"http://{api.host}",
        content_type="multipart/form-data",
    )


def content(api: Program, path: str) -> TestResponse:
    """The bytes of a file, read to their end."""
    answer = api.get(path)
    answer.get_data()
    answer.close()
    return answer


@pytest.fixture
def firm(acme: Workspace, bob: Person) -> str:
    """The API's address of Bob's firm."""
    with acme.acting(bob) as by:
        return f"accounts/{make_account(by).id}"


def shown(api: Program, answer: TestResponse, method: str, path: str) -> Any:
    """The answer, held against what the document says of the call."""
    document = read(api)
    call = document["paths"][path][method]
    schema = call["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    assert problems(document, schema, answer.json) == []
    return answer.json


def test_a_program_adds_lists_and_fetches_files(
    acme: Workspace, bob: Person, program: Programs, firm: str
) -> None:
    api = program(bob)
    answer = send(api, f"{firm}/files", ("报价单.pdf", PDF), description="for May")
    assert answer.status_code == 201, answer.text
    made = shown(api, answer, "post", "/accounts/{record_id}/files")
    assert answer.headers["Location"] == f"/api/v1/files/{made['id']}"
    assert (made["name"], made["description"]) == ("报价单.pdf", "for May")
    assert (made["kind"], made["media_type"], made["size"]) == ("pdf", "application/pdf", len(PDF))
    listed = shown(api, api.get(f"{firm}/files"), "get", "/accounts/{record_id}/files")
    assert [one["id"] for one in listed["data"]] == [made["id"]]
    one = shown(api, api.get(f"files/{made['id']}"), "get", "/files/{file_id}")
    assert one == made
    bytes_of = content(api, f"files/{made['id']}/content")
    assert (bytes_of.data, bytes_of.mimetype) == (PDF, "application/pdf")
    assert bytes_of.headers["Content-Disposition"].startswith("attachment")


def test_a_file_is_changed_replaced_deleted_and_brought_back(
    acme: Workspace, bob: Person, program: Programs, firm: str
) -> None:
    api = program(bob)
    made = send(api, f"{firm}/files", ("a.txt", TEXT))
    path = f"files/{made.json['id']}"
    changed = api.patch(path, {"name": "b.txt"}, If_Match=made.headers["ETag"])
    assert shown(api, changed, "patch", "/files/{file_id}")["name"] == "b.txt"
    assert api.patch(path, {"name": "c.txt"}, If_Match=made.headers["ETag"]).status_code == 412
    assert fields_in(api.patch(path, {"name": ""})) == ["name"]
    assert fields_in(api.patch(path, {"size": 1})) == ["size"]
    newer = send(api, f"{path}/versions", ("b.pdf", PDF))
    assert shown(api, newer, "post", "/files/{file_id}/versions")["number"] == 2
    versions = shown(api, api.get(f"{path}/versions"), "get", "/files/{file_id}/versions")
    assert [one["number"] for one in versions["data"]] == [2, 1]
    assert content(api, f"{path}/content?number=1").data == TEXT
    assert api.get(f"{path}/content?number=9").status_code == 404
    assert fields_in(api.get(f"{path}/content?number=x")) == ["number"]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert shown(api, api.post(f"{path}/restore"), "post", "/files/{file_id}/restore")
    assert api.get(path).status_code == 200
    assert [verb for verb, _names in told(acme)] == [
        "file_added",
        "file_renamed",
        "file_replaced",
        "file_deleted",
        "file_restored",
    ]


def test_the_same_key_adds_the_same_file_once(
    acme: Workspace, bob: Person, program: Programs, firm: str
) -> None:
    api = program(bob)
    first = send(api, f"{firm}/files", ("a.txt", TEXT), key="one")
    again = send(api, f"{firm}/files", ("a.txt", TEXT), key="one")
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(kept(acme)) == 1
    assert send(api, f"{firm}/files", ("a.txt", b"other"), key="one").status_code == 422
    assert len(kept(acme)) == 1


def test_what_is_no_form_with_one_file_is_refused(
    acme: Workspace, bob: Person, program: Programs, firm: str
) -> None:
    api = program(bob)
    assert api.post(f"{firm}/files", {"name": "a.txt"}).status_code == 415
    assert fields_in(send(api, f"{firm}/files")) == ["file"]
    assert fields_in(send(api, f"{firm}/files", ("a", TEXT), ("b", TEXT))) == ["file"]
    assert fields_in(send(api, f"{firm}/files", ("a", TEXT), colour="red")) == ["colour"]
    assert fields_in(send(api, f"{firm}/files", ("a.exe", b"MZ\0\0"))) == ["file"]
    assert kept(acme) == []


def test_a_token_that_reads_only_fetches_files_and_changes_none(
    acme: Workspace, bob: Person, program: Programs, firm: str
) -> None:
    with acme.acting(bob) as by:
        file_id = make_file(by, "account", firm.rpartition("/")[2]).id
    api = program(bob, "account:read")
    assert content(api, f"files/{file_id}/content").data == b"Offer"
    assert send(api, f"{firm}/files", ("a.txt", TEXT)).status_code == 403
    assert api.patch(f"files/{file_id}", {"name": "x"}).status_code == 403
    assert api.delete(f"files/{file_id}").status_code == 403
    other = program(bob, "contact:*")
    assert other.get(f"files/{file_id}").status_code == 404
    assert other.get(f"{firm}/files").status_code in (403, 404)
    assert only(acme).name == "offer.txt"


def test_a_picture_is_told_by_its_content_over_the_api_too(
    acme: Workspace, bob: Person, program: Programs, firm: str
) -> None:
    answer = send(program(bob), f"{firm}/files", ("a.pdf", picture("JPEG")))
    assert (answer.json["kind"], answer.json["media_type"]) == ("jpeg", "image/jpeg")
