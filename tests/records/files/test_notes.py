"""Files that go with what is written down: on the note, and shown where it stands."""

from __future__ import annotations

from sqlalchemy import select
from werkzeug.test import TestResponse

from app.crm.models import Activity
from app.identity.models import Grant, Role
from app.kernel.ids import new_id
from tests.cast import HostClient, Person, Workspace
from tests.records.files.conftest import PDF, TEXT, body, kept, only, told, upload


def write(
    client: HostClient, url: str, *files: tuple[str, bytes], htmx: bool = False, **fields: str
) -> TestResponse:
    """Send the composer's form."""
    headers = {"HX-Request": "true"} if htmx else {}
    typed = {"kind": "note", "body": "See the offer.", **fields}
    return client.post(f"{url}/activities", headers=headers, **body(*files, **typed))


def notes(workspace: Workspace) -> list[str]:
    with workspace.scope() as session:
        return list(session.scalars(select(Activity.body).order_by(Activity.id)))


def test_a_note_carries_its_files_and_shows_them_on_the_timeline(
    acme: Workspace, bob: Person, fence: str
) -> None:
    answer = write(bob.client, fence, ("报价单.pdf", PDF), ("a.txt", TEXT), htmx=True)
    assert answer.status_code == 200
    assert {(one.record_type, one.name) for one in kept(acme)} == {
        ("activity", "报价单.pdf"),
        ("activity", "a.txt"),
    }
    for shown in (answer.text, bob.client.get(fence).text):
        for one in kept(acme):
            assert f'href="/files/{one.id}"' in shown
    assert [verb for verb, _names in told(acme)] == ["file_added", "file_added"]


def test_a_refused_note_keeps_no_file_and_a_refused_file_no_note(
    acme: Workspace, bob: Person, fence: str
) -> None:
    answer = write(bob.client, fence, ("a.txt", TEXT), htmx=True, body=" ")
    assert answer.status_code == 422
    answer = write(bob.client, fence, ("a.txt", TEXT), ("b.exe", b"MZ\0\0"), htmx=True)
    assert answer.status_code == 422
    assert "“b.exe” is a program" in answer.text
    assert "See the offer." in answer.text, "nothing typed is lost"
    assert kept(acme) == notes(acme) == []


def test_a_task_takes_no_files(acme: Workspace, bob: Person, fence: str) -> None:
    typed = {"kind": "task", "subject": "Call"}
    assert write(bob.client, fence, ("a.txt", TEXT), **typed).status_code == 303
    assert kept(acme) == []


def test_who_may_write_notes_but_not_change_them_attaches_files_all_the_same(
    acme: Workspace, bob: Person, fence: str
) -> None:
    with acme.scope() as session:
        role = session.scalars(select(Role).where(Role.key == "sales_rep")).one()
        role.stamp = new_id()
        for grant in session.scalars(select(Grant).where(Grant.role_id == role.id)):
            if (grant.record_type, grant.verb) == ("activity", "update"):
                session.delete(grant)
    assert write(bob.client, fence, ("a.txt", TEXT)).status_code == 303
    file = only(acme)
    assert bob.client.get(f"/files/{file.id}/content", buffered=True).data == TEXT
    assert upload(bob.client, f"/activities/{file.record_id}", ("b.txt", TEXT)).status_code == 403


def test_a_note_s_files_go_and_come_back_with_it(
    acme: Workspace, alice: Person, fence: str
) -> None:
    write(alice.client, fence, ("a.txt", TEXT))
    file = only(acme)
    alice.client.post(f"/activities/{file.record_id}/delete")
    assert f"/files/{file.id}" not in alice.client.get(fence).text
    assert alice.client.get(f"/files/{file.id}").status_code == 404
    alice.client.post(f"/activities/{file.record_id}/restore")
    assert f"/files/{file.id}" in alice.client.get(fence).text
