"""Uploads by people who mean harm: whose files are whose, what runs, what races, what is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import update

from app.crm.models import Account
from app.identity.models import Grant
from app.kernel.actor import Reach
from app.records.files.models import File, FileStorage
from app.records.files.storage import USUAL
from config.settings import Settings
from tests.attacks.previewing import preview
from tests.attacks.test_files_and_merges import grant, look_as
from tests.cast import HostClient, Person, Workspace
from tests.factories import make_account, make_file
from tests.isolation.routes import NEVER_USED, plain
from tests.records.files.conftest import TEXT, body, kept, on_disk, told, upload, used

pytestmark = pytest.mark.usefixtures("no_files")

ADDRESSES = ("", "/content", "/versions/1", "/preview/small", "/preview/large")
VERBS = ("edit", "delete", "restore", "versions")


@pytest.fixture
def hers(acme: Workspace, alice: Person) -> File:
    """A file on a firm of Alice's."""
    with acme.acting(alice) as by:
        return make_file(by, "account", make_account(by, "Larkspur").id, "larkspur.txt")


def answers(client: HostClient, file_id: object) -> list[tuple[str, int, str]]:
    """What every address of a file answers, without the id itself."""
    found = []
    for part in ADDRESSES:
        answer = client.get(f"/files/{file_id}{part}", buffered=True)
        found.append((part, answer.status_code, plain(answer).replace(str(file_id), "ID")))
    for verb in VERBS:
        answer = client.post(f"/files/{file_id}/{verb}", **body(("x.txt", TEXT), name="x"))
        found.append((verb, answer.status_code, plain(answer).replace(str(file_id), "ID")))
    return found


# Whose files are whose


def test_another_workspace_s_file_answers_as_one_that_never_was(
    acme: Workspace, charlie: Person, hers: File
) -> None:
    assert answers(charlie.client, hers.id) == answers(charlie.client, NEVER_USED)
    assert kept(acme)[0].name == "larkspur.txt"


def test_a_colleague_s_file_out_of_reach_answers_as_one_that_never_was(
    acme: Workspace, bob: Person, hers: File
) -> None:
    grant(acme, bob, "account", Reach.OWN)
    assert answers(bob.client, hers.id) == answers(bob.client, NEVER_USED)
    assert {status for _part, status, _text in answers(bob.client, hers.id)} == {404}
    fence = f"/accounts/{hers.record_id}"
    assert bob.client.get(f"{fence}/files").status_code == 404
    assert bob.client.get(f"{fence}/files.zip").status_code == 404
    assert upload(bob.client, fence, ("a.txt", TEXT)).status_code == 404


def test_who_loses_the_record_loses_its_files_at_once(
    acme: Workspace, bob: Person, alice: Person
) -> None:
    with acme.acting(bob) as by:
        file_id = make_file(by, "account", make_account(by).id).id
    assert bob.client.get(f"/files/{file_id}/content", buffered=True).status_code == 200
    with acme.scope() as session:
        session.execute(update(Grant).where(Grant.record_type == "account").values(reach=Reach.OWN))
    with acme.scope() as session:
        session.execute(update(Account).values(owner_id=alice.user_id))
    grant(acme, bob, "account", Reach.OWN)
    assert bob.client.get(f"/files/{file_id}/content").status_code == 404


def test_whoever_looks_as_a_role_or_a_colleague_changes_no_file(
    acme: Workspace, alice: Person, bob: Person, hers: File
) -> None:
    before = told(acme)
    for client in (preview(acme, alice, "admin"), look_as(acme, alice, bob)):
        for verb in VERBS:
            answer = client.post(f"/files/{hers.id}/{verb}", **body(("x.txt", TEXT), name="x"))
            assert answer.status_code in (403, 404)
        fence = f"/accounts/{hers.record_id}"
        assert upload(client, fence, ("x.txt", TEXT)).status_code == 403
        assert "data-files-form" not in client.get(fence).text
    assert told(acme) == before
    assert len(kept(acme)) == 1


def test_a_form_of_somebody_else_s_page_adds_nothing(
    acme: Workspace, bob: Person, hers: File
) -> None:
    fence = f"/accounts/{hers.record_id}"
    answer = bob.client.post(f"{fence}/files", csrf=False, **body(("a.txt", TEXT)))
    assert answer.status_code == 400
    assert len(kept(acme)) == 1


# Names and types


@pytest.mark.parametrize(
    "name",
    [
        "../../../../tmp/evil.txt",
        "..\\..\\evil.txt",
        "/etc/cron.d/evil",
        "%2e%2e%2fevil.txt",
        "a\x00.txt",
        "x" * 400 + ".txt",
        "\u202etxt.evil",
        "...",
        "CON",
        "{{7*7}}.txt",
        "<img src=x onerror=alert(1)>.txt",
        'a"; filename="evil.exe',
    ],
)
def test_a_name_leads_nowhere_and_breaks_nothing(
    acme: Workspace, alice: Person, settings: Settings, name: str
) -> None:
    with acme.acting(alice) as by:
        fence = f"/accounts/{make_account(by).id}"
    root = Path(urlsplit(settings.files_url).path)
    answer = upload(alice.client, fence, (name, TEXT))
    assert answer.status_code in (303, 422)
    mine = root / "tenants" / acme.facts.id.hex
    assert all(mine in one.parents for one in root.rglob("*") if one.is_file())
    for file in kept(acme):
        assert (mine / "files" / file.stored).is_file()
        page = alice.client.get(fence)
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        content = alice.client.get(f"/files/{file.id}/content", buffered=True)
        assert content.headers["Content-Disposition"].startswith("attachment")
        assert "\n" not in content.headers["Content-Disposition"]
        assert "evil.exe" not in content.headers["Content-Disposition"].replace("_", "")[:40]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.html", b"<!doctype html><script>alert(1)</script>"),
        ("a.xhtml", b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>"),
        ("a.jpg", b"<script>alert(1)</script>"),
        ("a.css", b"body { display: none }"),
        ("a.mjs", b"import 'x'; alert(1)"),
        ("a.gif", b"GIF89a/*" + b"\0" * 8 + b"*/=alert(1)"),
        ("a.pdf", b"%PDF-1.7\n<script>alert(1)</script>"),
    ],
)
def test_what_a_browser_could_run_is_only_saved(
    acme: Workspace, alice: Person, name: str, raw: bytes
) -> None:
    with acme.acting(alice) as by:
        fence = f"/accounts/{make_account(by).id}"
    assert upload(alice.client, fence, (name, raw)).status_code == 303
    (file,) = kept(acme)
    answer = alice.client.get(f"/files/{file.id}/content", buffered=True)
    assert answer.data == raw
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    barred = ("html", "svg", "xml", "script", "css")
    assert not any(word in answer.mimetype for word in barred)


def test_the_type_that_a_sender_claims_counts_for_nothing(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        fence = f"/accounts/{make_account(by).id}"
    raw = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
        b"Content-Type: text/html\r\n\r\nplain words\r\n--x--\r\n"
    )
    form = {"data": raw, "content_type": "multipart/form-data; boundary=x"}
    assert alice.client.post(f"{fence}/files", **form).status_code == 303
    assert kept(acme)[0].sent_as == "text/plain"


# Races and killings


def test_many_at_once_take_no_more_room_than_there_is(
    acme: Workspace, alice: Person, settings: Settings, app: Flask
) -> None:
    with acme.acting(alice) as by:
        fence = f"/accounts/{make_account(by).id}"
        make_file(by, "account", fence.rpartition("/")[2], content=b"x")
    with acme.scope() as session:
        session.execute(update(FileStorage).values(used=USUAL - 3 * len(TEXT)))
    clients = [alice.sign_in() for _number in range(4)]

    def send(number: int) -> int:
        return upload(clients[number % 4], fence, (f"{number}.txt", TEXT)).status_code

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(send, range(8)))
    assert sorted(found) == [303] * 3 + [402] * 5
    assert used(acme) == USUAL
    assert len(kept(acme)) == len(on_disk(settings, acme)) == 1 + 3


def test_a_worker_that_is_killed_while_a_file_comes_leaves_neither_row_nor_name(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    """Another process gets half of a file and is killed: no name of a file, and nothing counted."""
    with acme.acting(alice) as by:
        make_account(by)
    root = Path(urlsplit(settings.files_url).path)
    program = f"""
import os, signal
from pathlib import Path
from tenants.arriving import Arriving
from tenants.files import Folder
with Folder(Path({str(root / "tenants" / acme.facts.id.hex / "arriving")!r})).passing() as draft:
    coming = Arriving(draft, "a.txt", 1000)
    coming.write(b"half")
    coming.seek(0)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(on_disk(settings, acme, "arriving")) == 1, "it waits for the nightly sweep"
    assert on_disk(settings, acme) == []
    assert kept(acme) == []
    assert used(acme) == 0


def test_a_commit_that_fails_takes_the_file_with_it(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    with pytest.raises(RuntimeError, match="cut"), acme.acting(alice) as by:  # noqa: PT012
        make_file(by, "account", make_account(by).id)
        assert len(on_disk(settings, acme)) == 1
        raise RuntimeError("cut")
    assert on_disk(settings, acme) == []
    assert kept(acme) == []


def test_a_body_that_is_torn_keeps_nothing(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    with acme.acting(alice) as by:
        fence = f"/accounts/{make_account(by).id}"
    torn = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf a fi'
    form = {"data": torn, "content_type": "multipart/form-data; boundary=x"}
    assert alice.client.post(f"{fence}/files", **form).status_code in (400, 422)
    assert kept(acme) == []
    assert on_disk(settings, acme) == on_disk(settings, acme, "arriving") == []


def test_the_drafts_of_a_request_are_gone_whatever_it_answers(
    acme: Workspace, alice: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(alice) as by:
        fence = f"/accounts/{make_account(by).id}"

    def broken(*_given: object, **_named: object) -> None:
        raise ValueError("a mistake of ours")

    with monkeypatch.context() as patch:
        patch.setattr("app.records.routes.files.add_file", broken)
        assert upload(alice.client, fence, ("a.txt", TEXT)).status_code == 500
    assert on_disk(settings, acme, "arriving") == []
