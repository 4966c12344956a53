"""Renaming, describing, replacing, deleting and bringing back; all of them at once as a zip."""

from __future__ import annotations

import io
import zipfile

import pytest
from werkzeug.test import TestResponse

from app.records.files.models import File
from tests.cast import HostClient, Person, Workspace
from tests.records.files.conftest import PDF, TEXT, kept, only, told, upload, used


@pytest.fixture
def offer(acme: Workspace, bob: Person, fence: str) -> File:
    """Bob's offer on his firm."""
    upload(bob.client, fence, ("offer.txt", TEXT))
    return only(acme)


def new_version(client: HostClient, file: File, name: str, raw: bytes) -> TestResponse:
    data = {"file": (io.BytesIO(raw), name)}
    return client.post(f"/files/{file.id}/versions", data=data)


def test_a_file_is_renamed_and_described(acme: Workspace, bob: Person, offer: File) -> None:
    data = {"name": "../报价\u202e单.txt", "description": "  for  May "}
    assert bob.client.post(f"/files/{offer.id}/edit", data=data).status_code == 303
    assert (only(acme).name, only(acme).description) == ("报价单.txt", "for May")
    assert told(acme)[1:] == [
        ("file_renamed", ["offer.txt", "报价单.txt"]),
        ("file_described", ["报价单.txt", "报价单.txt"]),
    ]
    page = bob.client.get(f"/accounts/{offer.record_id}").text
    assert "renamed the file offer.txt to 报价单.txt" in page


def test_a_file_without_a_name_is_refused_beside_the_field(
    acme: Workspace, bob: Person, offer: File
) -> None:
    data = {"name": " . ", "description": "kept"}
    answer = bob.client.post(f"/files/{offer.id}/edit", data=data)
    assert answer.status_code == 422
    assert "Give the file a name." in answer.text
    assert ">kept</textarea>" in answer.text
    long = bob.client.post(f"/files/{offer.id}/edit", data={"name": "a", "description": "x" * 501})
    assert "At most 500 characters." in long.text
    assert only(acme).name == "offer.txt"


def test_a_new_version_keeps_the_old_one(acme: Workspace, bob: Person, offer: File) -> None:
    assert new_version(bob.client, offer, "offer 2.pdf", PDF).status_code == 303
    file = only(acme)
    assert (file.name, file.kind, file.number) == ("offer 2.pdf", "pdf", 2)
    assert used(acme) == len(TEXT) + len(PDF)
    assert told(acme)[1:] == [("file_replaced", ["offer.txt", "offer 2.pdf"])]
    page = bob.client.get(f"/files/{offer.id}").text
    assert f"/files/{offer.id}/versions/1" in page
    now = bob.client.get(f"/files/{offer.id}/content", buffered=True)
    before = bob.client.get(f"/files/{offer.id}/versions/1", buffered=True)
    assert (now.data, before.data) == (PDF, TEXT)
    assert "offer.txt" in before.headers["Content-Disposition"]
    assert bob.client.get(f"/files/{offer.id}/versions/3").status_code == 404


def test_a_refused_version_leaves_the_file_as_it_was(
    acme: Workspace, bob: Person, offer: File
) -> None:
    answer = new_version(bob.client, offer, "offer.exe", b"MZ\0\0")
    assert answer.status_code == 422
    assert "is a program" in answer.text
    assert bob.client.post(f"/files/{offer.id}/versions", data={}).status_code == 422
    assert (only(acme).number, used(acme)) == (1, len(TEXT))


def test_a_deleted_file_is_gone_and_comes_back(acme: Workspace, bob: Person, offer: File) -> None:
    fence = f"/accounts/{offer.record_id}"
    assert bob.client.post(f"/files/{offer.id}/delete").status_code == 303
    page = bob.client.get(fence).text
    assert f'action="/files/{offer.id}/restore"' in page, "it can be undone"
    assert f'href="/files/{offer.id}"' not in page
    for address in ("", "/content", "/versions/1"):
        assert bob.client.get(f"/files/{offer.id}{address}").status_code == 404
    assert "Deleted files" in bob.client.get(f"{fence}/files").text
    assert bob.client.post(f"/files/{offer.id}/restore").status_code == 303
    assert bob.client.get(f"/files/{offer.id}/content", buffered=True).data == TEXT
    assert [verb for verb, _names in told(acme)] == ["file_added", "file_deleted", "file_restored"]
    assert bob.client.post(f"/files/{offer.id}/restore").status_code == 404, "undo twice"


def test_files_go_and_come_back_with_their_record(
    acme: Workspace, bob: Person, alice: Person, offer: File
) -> None:
    fence = f"/accounts/{offer.record_id}"
    assert alice.client.post(f"{fence}/delete").status_code == 303
    assert bob.client.get(f"/files/{offer.id}/content").status_code == 404
    assert alice.client.post(f"{fence}/restore").status_code == 303
    assert bob.client.get(f"/files/{offer.id}/content", buffered=True).data == TEXT


def test_who_may_not_change_the_record_changes_none_of_its_files(
    acme: Workspace, dora: Person, offer: File
) -> None:
    before = told(acme)
    for verb in ("edit", "delete"):
        answer = dora.client.post(f"/files/{offer.id}/{verb}", data={"name": "mine"})
        assert answer.status_code == 403
    assert new_version(dora.client, offer, "mine.txt", TEXT).status_code == 403
    page = dora.client.get(f"/files/{offer.id}").text
    assert "file-form" not in page.replace("record-form file-form", "")
    assert dora.client.get(f"/files/{offer.id}/content", buffered=True).data == TEXT
    assert (told(acme), only(acme).name) == (before, "offer.txt")


def test_all_files_come_as_one_zip(acme: Workspace, bob: Person, fence: str) -> None:
    upload(bob.client, fence, ("报价单.pdf", PDF), ("a.txt", TEXT), ("a.txt", b"other"))
    answer = bob.client.get(f"{fence}/files.zip", buffered=True)
    assert answer.mimetype == "application/zip"
    assert "Fence%20%26%20Sons.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        assert pack.testzip() is None
        held = {name: pack.read(name) for name in pack.namelist()}
    assert held == {"报价单.pdf": PDF, "a.txt": TEXT, "a (2).txt": b"other"}
    bob.client.post(f"/files/{kept(acme)[0].id}/delete")
    with zipfile.ZipFile(
        io.BytesIO(bob.client.get(f"{fence}/files.zip", buffered=True).data)
    ) as pack:
        assert pack.namelist() == ["a.txt", "a (2).txt"]


def test_a_record_without_files_has_no_zip(bob: Person, fence: str) -> None:
    assert bob.client.get(f"{fence}/files.zip").status_code == 404
