"""The end of a workspace: asked for, announced, taken back; and then nothing is left of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from app.identity import outside
from app.identity.models import User
from app.identity.models.access import Grant
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.jobs.enqueue import enqueue
from app.jobs.worker import Worker
from app.kernel.ids import new_id
from app.leaving import erasure
from app.leaving.erasure import erase_workspace
from app.leaving.models import NOTICE, Farewell
from app.leaving.operations.farewell import remind, take_back
from app.mail.send import send_mail
from app.operator.accounts import create_operator
from config.settings import Settings
from tenants import resolve
from tenants.control import ErasureCertificate, Job, MailHint, OperatorEvent, Tenant
from tenants.lifecycle import suspend
from tests.cast import PASSWORD, HostClient, Part, Person, Workspace, find_person, visitor
from tests.conftest import Clock
from tests.factories import make_account, make_file

URL = "/settings/leaving"


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


@pytest.fixture
def eraser(worker: Worker, owner: Engine) -> Worker:
    """A worker that has the owner's login."""
    return replace(worker, owner=owner, name="eraser")


@pytest.fixture
def firm(fresh: Callable[[str], Workspace], app: Flask) -> Workspace:
    """A workspace that may be erased: the cast's may not."""
    made = fresh("initech")
    with app.app_context(), made.acting() as by:
        account = make_account(by, "Marker of Initech")
        make_file(by, "account", account.id, "offer.txt", b"Marker in a file")
    return made


@pytest.fixture
def peter(firm: Workspace, app: Flask) -> Person:
    """The owner of Initech."""
    part = Part("Owner of initech", "owner@initech.example", "owner")
    return find_person(part, firm, app)


@pytest.fixture
def console(app: Flask, owner: Engine, firm: Workspace, clock: Clock) -> HostClient:
    """The browser of Olga, who runs the service."""
    with Session(owner) as session, session.begin():
        created = {"email": "olga@zuke.example", "name": "Olga Orr", "password": PASSWORD}
        create_operator(session, **created, now=clock.now)
    client = visitor(app)
    data = {"email": "olga@zuke.example", "password": PASSWORD}
    assert client.post("/operator/login", data=data).status_code == 303
    client.visit(None)
    return client


def ask(person: Person, **changes: str) -> int:
    data = {"slug": "initech", "password": PASSWORD, "reason": "We close"} | changes
    return person.client.post(f"{URL}/end", data=data).status_code


def mails(owner: Engine) -> list[tuple[str, str]]:
    with Session(owner) as session:
        asked = select(Job).where(Job.kind.in_(("send_mail", "send_service_mail")))
        rows = session.scalars(asked.order_by(Job.created_at, Job.id)).all()
        return [(str(row.payload.get("to")), str(row.payload.get("subject"))) for row in rows]


def traces(owner: Engine, firm: Workspace, settings: Settings) -> list[str]:
    """Where something of the workspace is still to be found."""
    found = []
    facts = firm.facts
    with owner.connect() as connection:
        for what, statement in (
            ("schema", "SELECT count(*) FROM pg_namespace WHERE nspname = :name"),
            ("role", "SELECT count(*) FROM pg_roles WHERE rolname = :name"),
        ):
            if connection.execute(text(statement), {"name": facts.schema}).scalar():
                found.append(what)
    with Session(owner) as session:
        for table in (Job, MailHint):
            asked = select(func.count()).select_from(table).where(table.tenant_id == facts.id)
            if session.scalar(asked):
                found.append(table.__tablename__)
        row = session.get_one(Tenant, facts.id)
        if "initech" in (row.slug + row.name).lower():
            found.append("name")
    if (Path(urlsplit(settings.files_url).path) / "tenants" / facts.id.hex).exists():
        found.append("files")
    return found


def test_everybody_sees_before_it_until_when_and_what_to_do(
    firm: Workspace, peter: Person, app: Flask, clock: Clock
) -> None:
    with firm.acting() as by:
        role = role_by_key(by.session, "viewer")
        create_user(
            by, email="milton@initech.example", name="Milton W", role=role, password=PASSWORD
        )
    milton = find_person(Part("Milton W", "milton@initech.example", "viewer"), firm, app)
    told = "this workspace is erased, with everything in it"
    assert told not in milton.client.get("/").text
    assert ask(peter) == 303
    theirs, owners = milton.client.get("/accounts").text, peter.client.get("/").text
    assert told in theirs
    (day,) = re.findall(r"On ([^<]+) this workspace is erased", theirs)
    assert f"{clock.now + NOTICE:%b}" in day
    assert f"{clock.now + NOTICE:%Y}" in day
    assert "Ask an owner for what you need later" in theirs
    assert "Take it along" not in theirs
    assert told in owners
    assert "Take it along" in owners
    assert peter.client.post(f"{URL}/stay").status_code == 303
    assert told not in milton.client.get("/").text
    assert told not in peter.client.get("/").text


def test_the_end_comes_after_its_notice_and_leaves_a_certificate(
    firm: Workspace, peter: Person, eraser: Worker, owner: Engine, settings: Settings, clock: Clock
) -> None:
    assert ask(peter) == 303
    assert ("owner@initech.example", "Initech is to be erased") in [
        (to, subject.partition(" on ")[0]) for to, subject in mails(owner)
    ]
    assert "This workspace is to be erased" in peter.client.get(URL).text
    eraser.drain()
    clock.shift(NOTICE - timedelta(hours=1))
    eraser.drain()
    assert traces(owner, firm, settings) != []
    clock.shift(timedelta(hours=2))
    eraser.drain()
    eraser.drain()
    assert traces(owner, firm, settings) == []
    with Session(owner) as session:
        certificate = session.scalars(select(ErasureCertificate)).one()
    assert certificate.told["files"] == 1
    assert certificate.told["rows"]["accounts"] == 1
    assert "accounts: 1" in certificate.text
    assert "Owner of initech <owner@initech.example>" in certificate.text
    assert certificate.sha256 == sha256(certificate.text.encode()).hexdigest()
    assert certificate.files_gone_at is not None
    assert mails(owner)[-1][0] == "owner@initech.example"
    assert "Certificate" in mails(owner)[-1][1]
    resolve.forget()
    assert peter.client.get(URL).status_code == 404


def test_it_is_taken_back_and_never_comes(
    firm: Workspace, peter: Person, eraser: Worker, owner: Engine, clock: Clock, settings: Settings
) -> None:
    asked_at = clock.now
    ask(peter)
    assert peter.client.post(f"{URL}/stay").status_code == 303
    assert peter.client.post(f"{URL}/stay").status_code == 422
    clock.shift(NOTICE + timedelta(days=1))
    eraser.drain()
    assert "schema" in traces(owner, firm, settings)
    assert mails(owner)[-1][1] == "Initech stays"
    with Session(owner) as session:  # The operator reads both.
        mine = select(OperatorEvent.verb, OperatorEvent.details).where(
            OperatorEvent.tenant_id == firm.facts.id, OperatorEvent.verb.startswith("farewell_")
        )
        told = {row.verb: row.details for row in session.execute(mine)}
    assert set(told) == {"farewell_asked", "farewell_taken_back"}
    assert told["farewell_asked"]["until"].startswith(f"{asked_at + NOTICE:%Y-%m-%d}")


def test_what_is_taken_back_while_a_worker_is_about_to_erase_stays(
    firm: Workspace,
    peter: Person,
    eraser: Worker,
    owner: Engine,
    clock: Clock,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    erase = erasure.erase_workspace
    said = []
    extensions = firm.engine_app.extensions
    monkeypatch.setitem(extensions, outside.SEND_MAIL, send_mail)
    monkeypatch.setitem(extensions, "settings", settings)

    def taken_back_first(*given: Any, **named: Any) -> ErasureCertificate:
        with firm.acting(peter) as by:
            take_back(by)
        said.append("stays")
        return erase(*given, **named)

    monkeypatch.setattr(erasure, "erase_workspace", taken_back_first)
    ask(peter)
    clock.shift(NOTICE + timedelta(hours=1))
    eraser.drain()
    assert said == ["stays"]
    assert "schema" in traces(owner, firm, settings)
    with Session(owner) as session:
        assert session.scalars(select(ErasureCertificate)).all() == []
        assert session.scalars(select(Job).where(Job.state == "dead")).all() == []


def test_an_operators_reason_is_not_in_the_certificate(
    firm: Workspace, peter: Person, console: HostClient, eraser: Worker, owner: Engine
) -> None:
    reason = "They never pay and shout at us"
    place = "/operator/workspaces/initech"
    data = {"reason": reason, "slug": "initech"}
    assert console.post(f"{place}/erase", data=data).status_code == 303
    eraser.drain()
    eraser.drain()
    with Session(owner) as session:
        certificate = session.scalars(select(ErasureCertificate)).one()
        told = session.scalars(select(OperatorEvent).where(OperatorEvent.verb == "erased")).one()
    assert certificate.asked_by == "Olga Orr (Zuke)"
    assert reason not in certificate.text
    assert told.details["reason"] == reason


def test_who_asks_is_an_owner_who_knows_the_password_and_the_slug(
    firm: Workspace, peter: Person, alice: Person, bob: Person
) -> None:
    assert ask(peter, password="wrong-password") == 422
    assert ask(peter, slug="acme") == 422
    assert ask(bob) == 403
    assert ask(peter) == 303
    assert ask(peter) == 422, "once is enough"
    with firm.scope() as session:
        assert session.scalar(select(func.count()).select_from(Farewell)) == 1


def test_an_admin_who_may_take_everything_may_not_end_it(
    acme: Workspace, bob: Person, alice: Person
) -> None:
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        session.add(Grant(role_id=role.id, record_type="takeout", verb="make", reach=3))
        role.stamp = new_id()
    assert bob.client.get(URL).status_code == 200
    assert "Erase this workspace" not in bob.client.get(URL).text
    answer = bob.client.post(f"{URL}/end", data={"slug": "acme", "password": PASSWORD})
    assert answer.status_code == 403


def test_owners_are_reminded_a_week_and_a_day_before(
    firm: Workspace,
    peter: Person,
    owner: Engine,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(firm.engine_app.extensions, outside.SEND_MAIL, send_mail)
    monkeypatch.setitem(
        firm.engine_app.extensions, "settings", peter.client.application.extensions["settings"]
    )
    ask(peter)

    def reminded(days: float) -> int:
        before = len(mails(owner))
        clock.shift(timedelta(days=days))
        with firm.acting() as by:
            remind(by)
            remind(by)
        return len(mails(owner)) - before

    passed = (5, 1.5, 1, 5, 1)  # Days: 9, 7.5, 6.5, 1.5 and half a day are left.
    assert [reminded(days) for days in passed] == [0, 0, 1, 0, 1]


def test_the_neighbours_keep_everything(
    firm: Workspace, acme: Workspace, alice: Person, owner: Engine, settings: Settings, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, "Acme stays")
        make_file(by, "account", account.id, "stays.txt", b"stays")
    root = Path(urlsplit(settings.files_url).path) / "tenants" / acme.facts.id.hex
    before = sorted(root.rglob("*"))
    erase_workspace(owner, "initech", settings, asked_by="a test", now=clock.now)
    assert sorted(root.rglob("*")) == before
    assert "Acme stays" in alice.client.get("/accounts").text


def test_a_job_that_a_workspace_forged_erases_nothing(
    firm: Workspace, eraser: Worker, owner: Engine, settings: Settings
) -> None:
    with firm.acting() as by:
        enqueue(by, "erase_on_request", {})
        enqueue(by, "erase_by_operator", {"tenant_id": str(firm.facts.id)})
    eraser.drain()
    assert "schema" in traces(owner, firm, settings)


def test_a_suspended_firm_can_end_it_too(
    firm: Workspace, peter: Person, eraser: Worker, owner: Engine, clock: Clock, settings: Settings
) -> None:
    suspend(owner, "initech", now=clock.now)
    resolve.forget()
    assert ask(peter) == 303
    clock.shift(NOTICE + timedelta(minutes=1))
    eraser.drain()
    eraser.drain()
    assert traces(owner, firm, settings) == []


def test_a_certificate_is_in_the_language_of_the_firm_to_its_last_word(
    firm: Workspace, owner: Engine, settings: Settings, clock: Clock
) -> None:
    with Session(owner) as session, session.begin():
        session.get_one(Tenant, firm.facts.id).language = "zh-CN"
    done = erase_workspace(owner, "initech", settings, asked_by="王小明", now=clock.now)
    for line in (
        "数据清除证明",
        f"企业编号：{firm.facts.id}",
        f"清除时间：{clock.now.isoformat(timespec='seconds')}",
        "申请人：王小明",
    ):
        assert line in done.text.splitlines()
