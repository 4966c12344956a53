"""How much is taken: of one file, of one request, of a workspace, of the disk."""

from __future__ import annotations

import errno
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.records.files import operations
from app.records.files.models import FileStorage
from app.records.files.storage import LIMIT, USUAL
from app.web import uploads
from config.settings import Settings
from tenants import files as tenant_files
from tenants import resolve
from tests.cast import Person, Workspace
from tests.records.files.conftest import TEXT, body, kept, on_disk, told, upload, used


@pytest.fixture
def small(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may have a thousand bytes."""
    monkeypatch.setattr(
        uploads.Drafts,
        "__init__",
        _with_limit(uploads.Drafts.__init__, 1000),
    )


def _with_limit(plain: Any, most: int) -> Any:
    return lambda self, tenant_id, _most: plain(self, tenant_id, most)


def fill(workspace: Workspace, taken: int) -> None:
    """Let the files of a workspace take so much."""
    with workspace.scope() as session:
        session.execute(update(FileStorage).values(used=taken))


def test_a_file_that_is_too_large_is_turned_away_by_name(
    acme: Workspace, bob: Person, fence: str, settings: Settings, small: None
) -> None:
    assert upload(bob.client, fence, ("a.txt", b"x" * 1000)).status_code == 303
    answer = upload(bob.client, fence, ("b.txt", b"x" * 1001), htmx=True)
    assert answer.status_code == 413
    assert "“b.txt” is too large" in answer.text
    assert len(kept(acme)) == 1
    assert on_disk(settings, acme, "arriving") == []


def test_a_request_that_is_too_large_is_turned_away_before_it_is_read(
    bob: Person, fence: str, settings: Settings
) -> None:
    class Unread(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            raise AssertionError("it was read")

    answer = bob.client.post(
        f"{fence}/files",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={
            "wsgi.input": Unread(),
            "CONTENT_LENGTH": str(settings.max_upload_bytes + 1),
        },
    )
    assert answer.status_code == 413


def test_a_body_without_a_length_ends_where_it_is_too_long(
    acme: Workspace, bob: Person, fence: str, settings: Settings
) -> None:
    """Chunks that never end: no more is written than one file may have."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'

    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            piece = head if self.given == 0 else b"y" * min(len(buffer), 65536)
            buffer[: len(piece)] = piece
            self.given += len(piece)
            return len(piece)

    stream = Endless()
    answer = bob.client.post(
        f"{fence}/files",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={
            "wsgi.input": io.BufferedReader(stream),
            "wsgi.input_terminated": True,
            "CONTENT_LENGTH": "",
        },
    )
    assert answer.status_code == 413
    assert stream.given < settings.max_file_bytes + 2_000_000
    assert on_disk(settings, acme, "arriving") == []


def test_twenty_files_come_at_once_and_no_more(acme: Workspace, bob: Person, fence: str) -> None:
    many = [(f"{number}.txt", TEXT) for number in range(21)]
    answer = upload(bob.client, fence, *many, htmx=True)
    assert answer.status_code == 413
    assert "at most 20 files" in answer.text
    assert upload(bob.client, fence, *many[:20]).status_code == 303
    assert len(kept(acme)) == 20


def test_other_routes_take_no_more_than_before(bob: Person, settings: Settings) -> None:
    form = body(("a", b"x" * (settings.max_body_bytes + 1)), last_name="Fence")
    assert bob.client.post("/contacts/new", **form).status_code == 413


def test_a_stranger_sends_no_more_than_before(
    app: Any, acme: Workspace, fence: str, settings: Settings
) -> None:
    from tests.cast import visitor

    stranger = visitor(app, acme)
    answer = stranger.post(f"{fence}/files", **body(("a", b"x" * (settings.max_body_bytes + 1))))
    assert answer.status_code == 413
    assert on_disk(settings, acme, "arriving") == []


def test_the_room_of_a_workspace_is_kept_to_the_byte(
    acme: Workspace, bob: Person, fence: str, settings: Settings
) -> None:
    upload(bob.client, fence, ("a.txt", TEXT))
    fill(acme, USUAL - len(TEXT))
    assert upload(bob.client, fence, ("fits.txt", TEXT)).status_code == 303
    assert used(acme) == USUAL
    answer = upload(bob.client, fence, ("b.txt", b"1"), htmx=True)
    assert answer.status_code == 402
    assert "5.0 GB of 5.0 GB" in answer.text
    assert used(acme) == USUAL
    assert len(kept(acme)) == len(on_disk(settings, acme)) == 2
    page = upload(bob.client, fence, ("b.txt", b"1"))
    assert page.status_code == 402
    assert "There is no room for this file" in page.text


def test_the_plan_says_how_much_room_there_is(acme: Workspace, bob: Person, fence: str) -> None:
    with acme.acting(bob) as by:
        from app.records.files.storage import limit_of

        assert limit_of(by) == USUAL
        assert limit_of(replace(by, tenant=replace(by.tenant, limits={LIMIT: 10}))) == 10


def test_a_record_has_a_bounded_number_of_files(
    acme: Workspace, bob: Person, fence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST", 1)
    assert upload(bob.client, fence, ("a.txt", TEXT)).status_code == 303
    assert "at most 1 files" in upload(bob.client, fence, ("b.txt", TEXT)).text
    assert len(kept(acme)) == 1


@pytest.mark.parametrize("moment", ["while it comes", "when it gets its place"])
def test_a_full_disk_is_told_and_leaves_neither_row_nor_file(
    acme: Workspace,
    bob: Person,
    fence: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        if moment == "while it comes":
            patch.setattr(Path, "touch", full)
        else:
            patch.setattr(tenant_files.os, "fsync", full)
        answer = upload(bob.client, fence, ("a.txt", TEXT), htmx=True)
        assert answer.status_code == 507
        assert "There is no space left for files" in answer.text
    assert kept(acme) == told(acme) == []
    assert used(acme) == 0
    assert on_disk(settings, acme) == on_disk(settings, acme, "arriving") == []
    assert upload(bob.client, fence, ("a.txt", TEXT)).status_code == 303, "and it recovers"


def test_a_workspace_that_is_read_only_takes_no_files(
    acme: Workspace, bob: Person, fence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tenants.facts import State, TenantFacts

    upload(bob.client, fence, ("a.txt", TEXT))
    (file,) = kept(acme)
    monkeypatch.setattr(TenantFacts, "is_read_only", property(lambda self: bool(State)))
    resolve.forget()
    assert upload(bob.client, fence, ("b.txt", TEXT)).status_code == 403
    for verb in ("edit", "delete", "restore"):
        answer = bob.client.post(f"/files/{file.id}/{verb}", data={"name": "x"})
        assert answer.status_code in (403, 404)
    assert bob.client.get(f"/files/{file.id}/content", buffered=True).data == TEXT
    assert "data-files-form" not in bob.client.get(fence).text


def test_the_settings_tell_what_is_used(
    acme: Workspace, alice: Person, bob: Person, fence: str
) -> None:
    assert "No files yet" in alice.client.get("/settings/storage").text
    upload(bob.client, fence, ("a.txt", b"x" * 2_500_000))
    page = alice.client.get("/settings/storage").text
    assert "2.5 MB" in page
    assert "of 5.0 GB in use" in page
    assert bob.client.get("/settings/storage").status_code == 403
