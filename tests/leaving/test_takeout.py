"""Everything in one file: what is in it, who may have it, and what happens when the worker dies."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.documents.papers.letterhead import Wish as Head
from app.documents.papers.letterhead import letterhead, save_letterhead
from app.documents.papers.models import DocumentPicture
from app.events import Event
from app.identity.models import User
from app.jobs.progress import Work
from app.jobs.worker import Worker
from app.leaving.models import KEPT, State, Takeout
from app.leaving.operations.takeout import forget_takeouts
from app.records.door import perform
from app.records.files.models import File
from config.settings import Settings
from tenants import resolve
from tenants.control import Tenant
from tenants.lifecycle import suspend
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.documents.test_papers import picture
from tests.factories import make_account, make_contact, make_file

URL = "/settings/leaving"
CAST = ("alice", "bob", "dora")
Rows = list[dict[str, str]]


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


@pytest.fixture
def filled(acme: Workspace, alice: Person, app: object) -> Workspace:
    """Customers, one of them with a name that spreadsheets would run."""
    with acme.acting(alice) as by:
        fence = make_account(by, "=HYPERLINK(1)")
        make_account(by, "北风贸易有限公司")
        make_contact(by, account_id=fence.id)
    return acme


def ask(person: Person) -> TestResponse:
    return person.client.post(f"{URL}/files")


def only(workspace: Workspace) -> Takeout:
    with workspace.scope() as session:
        return session.scalars(select(Takeout)).one()


def fetch(person: Person, takeout: Takeout) -> zipfile.ZipFile:
    answer = person.client.post(f"{URL}/files/{takeout.id}/download", buffered=True)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/zip"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert sha256(answer.data).hexdigest() == takeout.sha256
    return zipfile.ZipFile(io.BytesIO(answer.data))


def rows(pack: zipfile.ZipFile, path: str) -> Rows:
    raw = pack.read(path)
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def verbs(workspace: Workspace) -> list[str]:
    with workspace.scope() as session:
        asked = (
            select(Event.verb).where(Event.record_type == "workspace").order_by(Event.at, Event.id)
        )
        return list(session.scalars(asked))


def test_everything_is_in_one_file_with_counts_and_hashes(
    filled: Workspace, alice: Person, worker: Worker
) -> None:
    assert "Nothing was taken out yet" in alice.client.get(URL).text
    assert ask(alice).status_code == 303
    assert "data-hx-trigger" in alice.client.get(URL).text
    worker.drain()
    page = alice.client.get(URL).text
    assert "Ready" in page
    pack = fetch(alice, only(filled))
    manifest = json.loads(pack.read("manifest.json"))
    assert manifest["missing"] == []
    assert {one["path"] for one in manifest["parts"]} | {"manifest.json"} == set(pack.namelist())
    for part in manifest["parts"]:
        content = pack.read(part["path"])
        assert (len(content), sha256(content).hexdigest()) == (part["bytes"], part["sha256"])
    accounts = rows(pack, "records/accounts.csv")
    assert {one["Name"] for one in accounts} == {"'=HYPERLINK(1)", "北风贸易有限公司"}
    counts = {one["path"]: one.get("rows") for one in manifest["parts"]}
    assert (counts["records/accounts.csv"], counts["records/contacts.csv"]) == (2, 1)
    assert rows(pack, "records/contacts.csv")[0]["Account"] == "'=HYPERLINK(1)"
    people = rows(pack, "people.csv")
    assert {one["email"] for one in people} == {
        f"{n}@acme.example" for n in ("alice", "bob", "dora")
    }
    history = rows(pack, "history.csv")
    assert ("Alice Archer", "created", "account") in {
        (one["who"], one["verb"], one["record_type"]) for one in history
    }
    assert verbs(filled) == ["takeout_begun", "taken_out", "takeout_fetched"]


def test_what_a_module_keeps_that_is_switched_off_is_in_it_too(
    filled: Workspace, alice: Person, worker: Worker, owner: Engine
) -> None:
    with filled.acting(alice) as by:
        perform("lead", "create", by=by, last_name="Fence", first_name="Frank")
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).where(Tenant.id == filled.facts.id).values(modules=[]))
    resolve.forget()
    ask(alice)
    worker.drain()
    leads = rows(fetch(alice, only(filled)), "records/leads.csv")
    assert [one["Last name"] for one in leads] == ["Fence"]


def test_no_password_and_no_key_is_in_it(filled: Workspace, alice: Person, worker: Worker) -> None:
    ask(alice)
    worker.drain()
    pack = fetch(alice, only(filled))
    everything = b"".join(pack.read(name) for name in pack.namelist())
    assert b"argon2" not in everything
    assert alice.user.password_hash is not None
    assert alice.user.password_hash.encode() not in everything


def test_it_is_made_in_the_language_of_whoever_asked(
    filled: Workspace, alice: Person, worker: Worker
) -> None:
    alice.client.set_cookie("lang", "zh-CN", domain=filled.host)
    ask(alice)
    worker.drain()
    head = list(rows(fetch(alice, only(filled)), "records/accounts.csv")[0])
    assert any("名称" in label for label in head), head


def test_files_lie_below_their_record_and_a_missing_one_is_told(
    filled: Workspace, alice: Person, worker: Worker, settings: Settings, app: object
) -> None:
    with filled.acting(alice) as by:
        account = make_account(by, "With files")
        make_file(by, "account", account.id, "offer.txt", b"hello")
        make_file(by, "account", account.id, "gone.txt", b"gone")
        gone = by.session.scalars(select(File).where(File.name == "gone.txt")).one()
    root = Path(urlsplit(settings.files_url).path) / "tenants" / filled.facts.id.hex / "files"
    (root / gone.stored).unlink()
    ask(alice)
    worker.drain()
    pack = fetch(alice, only(filled))
    listed = {one["name"]: one for one in rows(pack, "files.csv")}
    assert pack.read(listed["offer.txt"]["path"]) == b"hello"
    assert listed["gone.txt"]["sha256"] == "missing"
    assert json.loads(pack.read("manifest.json"))["missing"] == [listed["gone.txt"]["path"]]
    assert "1 file was not there any more" in alice.client.get(URL).text


def test_logo_and_seal_are_in_it_and_in_the_manifest_with_those_of_before(
    filled: Workspace, alice: Person, worker: Worker, app: object
) -> None:
    with filled.acting(alice) as by:
        save_letterhead(by, Head(logo=picture(colour="red"), seal=picture(colour="green")))
        first = letterhead(by).logo
    with filled.acting(alice) as by:
        save_letterhead(by, Head(logo=picture(colour="blue")))
        head = letterhead(by)
        wanted = {
            "letterhead/logo.png": head.logo,
            "letterhead/seal.png": head.seal,
            f"letterhead/earlier/{first}.png": first,
        }
        kept = {
            path: by.session.get_one(DocumentPicture, digest).content
            for path, digest in wanted.items()
        }
    assert first != head.logo
    ask(alice)
    worker.drain()
    pack = fetch(alice, only(filled))
    assert {path: pack.read(path) for path in kept} == kept
    told = {one["path"]: one for one in json.loads(pack.read("manifest.json"))["parts"]}
    for path, content in kept.items():
        assert told[path]["sha256"] == sha256(content).hexdigest()
        assert told[path]["bytes"] == len(content)
        assert "rows" not in told[path]


def test_a_suspended_workspace_gives_everything_out(
    filled: Workspace, alice: Person, worker: Worker, owner: Engine, clock: Clock
) -> None:
    suspend(owner, "acme", now=clock.now)
    resolve.forget()
    assert alice.client.get("/accounts").status_code == 403
    assert ask(alice).status_code == 303
    worker.drain()
    assert fetch(alice, only(filled)).testzip() is None


def test_only_who_may_gets_it(
    filled: Workspace, alice: Person, bob: Person, dora: Person, worker: Worker
) -> None:
    ask(alice)
    worker.drain()
    takeout = only(filled)
    for person in (bob, dora):
        assert person.client.get(URL).status_code == 403
        assert ask(person).status_code == 403
        for verb in ("download", "delete"):
            answer = person.client.post(f"{URL}/files/{takeout.id}/{verb}")
            assert answer.status_code == 403
    assert fetch(alice, takeout).testzip() is None


def test_another_workspace_knows_nothing_of_it(
    filled: Workspace, alice: Person, charlie: Person, worker: Worker, globex: Workspace
) -> None:
    with globex.acting(charlie) as by:
        make_account(by, "Globex secret")
    ask(alice)
    worker.drain()
    takeout = only(filled)
    assert charlie.client.post(f"{URL}/files/{takeout.id}/download").status_code == 404
    assert charlie.client.post(f"{URL}/files/{takeout.id}/delete").status_code == 404
    pack = fetch(alice, takeout)
    assert not any(b"Globex secret" in pack.read(name) for name in pack.namelist())


def test_one_is_made_at_a_time(filled: Workspace, alice: Person) -> None:
    assert ask(alice).status_code == 303
    answer = ask(alice)
    assert (answer.status_code, "being made already" in answer.text) == (422, True)


def test_who_lost_the_right_meanwhile_gets_no_file(
    filled: Workspace, alice: Person, bob: Person, worker: Worker
) -> None:
    ask(alice)
    with filled.scope() as session:
        role = session.get_one(User, bob.user_id).role_id
        session.execute(update(User).where(User.id == alice.user_id).values(role_id=role))
    worker.drain()
    takeout = only(filled)
    assert (takeout.state, takeout.size) == (State.FAILED, None)


def test_a_killed_worker_leaves_nothing_and_its_successor_begins_anew(
    filled: Workspace,
    alice: Person,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    clock: Clock,
) -> None:
    ask(alice)

    def die(*_args: object) -> str:
        raise SystemExit("killed before it was whole")

    with monkeypatch.context() as killing:
        killing.setattr("app.leaving.jobs.digest_of", die)
        with pytest.raises(SystemExit):
            worker.drain()
    room = Path(urlsplit(settings.files_url).path) / "tenants" / filled.facts.id.hex / "takeouts"
    assert [one for one in room.iterdir() if one.suffix == ".zip"] == []
    clock.shift(timedelta(minutes=5))
    successor = replace(worker, name="successor")
    with successor.app.app_context():
        successor.upkeep()
    clock.shift(timedelta(minutes=5))
    successor.drain()
    assert fetch(alice, only(filled)).testzip() is None


def test_the_file_goes_after_seven_days_and_by_hand(
    filled: Workspace, alice: Person, worker: Worker, clock: Clock, settings: Settings
) -> None:
    ask(alice)
    worker.drain()
    takeout = only(filled)
    room = Path(urlsplit(settings.files_url).path) / "tenants" / filled.facts.id.hex / "takeouts"
    assert len(list(room.iterdir())) == 1
    clock.shift(KEPT)
    assert alice.sign_in().post(f"{URL}/files/{takeout.id}/download").status_code == 404
    with worker.app.app_context(), filled.acting() as by:
        forget_takeouts(by)
    assert (only(filled).state, list(room.iterdir())) == (State.EXPIRED, [])
    client = alice.sign_in()
    assert client.post(f"{URL}/files/{takeout.id}/delete").status_code == 303
    with filled.scope() as session:
        assert session.scalars(select(Takeout)).all() == []


def test_one_that_is_being_made_can_be_stopped(
    filled: Workspace, alice: Person, worker: Worker
) -> None:
    ask(alice)
    assert alice.client.post(f"{URL}/files/{only(filled).id}/delete").status_code == 303
    worker.drain()
    with filled.scope() as session:
        assert session.scalars(select(Takeout)).all() == []
        assert session.scalars(select(Work.state)).one() == "cancelled"
