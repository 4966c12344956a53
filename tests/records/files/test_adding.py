"""Adding files to a record, and what is told of it."""

from __future__ import annotations

from app.records.files.models import Drawing
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.records.files.conftest import (
    PDF,
    TEXT,
    kept,
    on_disk,
    only,
    picture,
    told,
    upload,
    used,
)
from tests.records.pages.conftest import statements


def test_a_file_is_kept_on_the_record_and_told_on_its_timeline(
    acme: Workspace, bob: Person, fence: str, settings: Settings
) -> None:
    answer = upload(bob.client, fence, ("报价单.pdf", PDF))
    assert (answer.status_code, answer.headers["Location"]) == (303, fence)
    file = only(acme)
    assert (file.name, file.kind, file.size, file.number) == ("报价单.pdf", "pdf", len(PDF), 1)
    assert (file.record_type, f"/accounts/{file.record_id}") == ("account", fence)
    assert file.created_by_id == bob.user_id
    assert [one.name for one in on_disk(settings, acme)] == [file.stored]
    assert on_disk(settings, acme, "arriving") == []
    assert told(acme) == [("file_added", [None, "报价单.pdf"])]
    page = bob.client.get(fence).text
    assert "“报价单.pdf” was added." in page
    assert "added the file “报价单.pdf”" in page
    assert f'href="/files/{file.id}/content"' in page


def test_its_bytes_come_back_as_they_were_and_only_to_be_saved(
    acme: Workspace, bob: Person, fence: str
) -> None:
    upload(bob.client, fence, ("报价单.pdf", PDF))
    answer = bob.client.get(f"/files/{only(acme).id}/content", buffered=True)
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "%E6%8A%A5%E4%BB%B7%E5%8D%95.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_several_files_come_at_once_or_none_of_them(
    acme: Workspace, bob: Person, fence: str, settings: Settings
) -> None:
    answer = upload(bob.client, fence, ("a.txt", TEXT), ("b.exe", b"MZ\0\0"))
    assert answer.status_code == 422
    assert "“b.exe” is a program." in answer.text
    assert kept(acme) == []
    assert used(acme) == 0
    assert on_disk(settings, acme) == on_disk(settings, acme, "arriving") == []
    assert upload(bob.client, fence, ("a.txt", TEXT), ("b.pdf", PDF)).status_code == 303
    assert [one.name for one in kept(acme)] == ["a.txt", "b.pdf"]
    assert used(acme) == len(TEXT) + len(PDF)


def test_the_script_is_answered_in_place(acme: Workspace, bob: Person, fence: str) -> None:
    answer = upload(bob.client, fence, ("a.txt", TEXT), htmx=True)
    assert answer.status_code == 200
    assert "files-changed" in answer.headers["HX-Trigger"]
    refused = upload(bob.client, fence, ("b.exe", b"MZ\0\0"), htmx=True)
    assert refused.status_code == 422
    assert "toast-bad" in refused.text
    assert "is a program" in refused.text


def test_a_form_without_a_file_says_so(acme: Workspace, bob: Person, fence: str) -> None:
    answer = bob.client.post(f"{fence}/files", data={"file": ""})
    assert answer.status_code == 422
    assert "Choose a file." in answer.text
    assert "“empty.txt” is empty." in upload(bob.client, fence, ("empty.txt", b"")).text


def test_a_file_that_is_not_what_its_name_says_is_kept_as_what_it_is(
    acme: Workspace, bob: Person, fence: str
) -> None:
    answer = upload(bob.client, fence, ("photo.jpg", PDF), htmx=True)
    assert "“photo.jpg” is really PDF. It is kept as that." in answer.text
    assert (only(acme).kind, only(acme).drawing) == ("pdf", Drawing.NONE)


def test_a_picture_waits_for_being_drawn(acme: Workspace, bob: Person, fence: str) -> None:
    upload(bob.client, fence, ("photo.png", picture()))
    assert only(acme).drawing == Drawing.WAITING
    page = bob.client.get(fence).text
    assert "files-look-" in page
    assert "/preview/" not in page


def test_who_may_only_read_the_record_sees_its_files_and_adds_none(
    acme: Workspace, bob: Person, dora: Person, fence: str
) -> None:
    upload(bob.client, fence, ("a.txt", TEXT))
    page = dora.client.get(fence).text
    assert "a.txt" in page
    assert "data-files-form" not in page
    assert upload(dora.client, fence, ("b.txt", TEXT)).status_code == 403
    assert len(kept(acme)) == 1


def test_no_page_asks_for_files_before_there_is_one(
    acme: Workspace, bob: Person, fence: str
) -> None:
    with acme.acting(bob) as by:
        from app.records.files.places import are_any

        assert not are_any(by)
    upload(bob.client, fence, ("a.txt", TEXT))
    with acme.acting(bob) as by:
        assert are_any(by)


def test_a_file_added_meanwhile_stands_in_nobody_s_way_who_edits_the_record(
    acme: Workspace, bob: Person, fence: str
) -> None:
    """An event of a file makes no version of the record, so it overtakes no edit."""
    bob.client.post(f"{fence}/edit", data={"version": "1", "city": "Leeds"})
    upload(bob.client, fence, ("a.txt", TEXT))
    late = bob.client.post(f"{fence}/edit", data={"version": "1", "city": "York"})
    assert late.status_code == 409
    assert "Leeds" in late.text, "the change that came first is told, whatever came after it"
    saved = bob.client.post(f"{fence}/edit", data={"version": "2", "city": "York"})
    assert saved.status_code == 303


def test_a_page_without_files_asks_nothing_and_one_with_many_asks_as_often_as_with_few(
    bob: Person, fence: str
) -> None:
    def asked() -> list[str]:
        assert bob.client.get(fence).status_code == 200
        with statements() as seen:
            bob.client.get(fence)
        return [one for one in seen if "FROM files" in one]

    assert asked() == []
    upload(bob.client, fence, ("a.txt", TEXT))
    few = len(asked())
    upload(bob.client, fence, *((f"{number}.txt", TEXT) for number in range(12)))
    assert few == len(asked()) == 1
