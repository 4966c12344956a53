"""Whoever runs the service no more is out at once, everywhere, and the firms see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.cli import main, operators
from app.cli.postgres.databases import DatabaseUrls
from app.identity.models import SupportGrant
from app.jobs.worker import Worker
from app.kernel import clock as real
from app.operator.accounts import create_operator, disable_operator
from config import settings as settings_file
from config.settings import Settings
from tenants.control import Job, Operator, OperatorEvent
from tests.cast import PASSWORD, HostClient, Person, Workspace, visitor
from tests.operator.conftest import OLGA
from tests.operator.test_support import allow, come_in, events, ticket_of

OTTO = "otto@zuke.example"
DISABLE = "/operator/people/disable"
WHY = {"email": OLGA, "reason": "Left the firm"}


@pytest.fixture
def otto(app: Flask, owner: Engine, olga: str) -> HostClient:
    """Another operator, signed in."""
    with Session(owner) as session, session.begin():
        create_operator(session, email=OTTO, name="Otto Oak", password=PASSWORD, now=real.now())
    client = visitor(app)
    assert client.post("/operator/login", data={"email": OTTO, "password": PASSWORD}).location
    client.visit(None)
    return client


@pytest.fixture
def run(app: Flask, settings: Settings) -> Callable[[], int]:
    """Let a worker do what waits."""
    return Worker(app, settings, threads=1, grace=5).drain


def test_their_sessions_end_and_they_can_not_sign_in(
    console: HostClient, otto: HostClient, app: Flask
) -> None:
    assert console.get("/operator").status_code == 200
    assert otto.post(DISABLE, data=WHY).status_code == 303
    assert console.get("/operator").status_code == 303
    again = visitor(app).post("/operator/login", data={"email": OLGA, "password": PASSWORD})
    assert again.status_code == 422
    page = otto.get("/operator/people").text
    assert "Olga Orr" in page
    assert "Disabled" in page


def test_support_is_out_before_any_worker_runs_and_the_audit_tells_why(
    app: Flask,
    acme: Workspace,
    alice: Person,
    console: HostClient,
    otto: HostClient,
    run: Callable[[], int],
) -> None:
    inside = come_in(app, acme, ticket_of(console, allow(alice)))
    assert inside.get("/accounts").status_code == 200
    otto.post(DISABLE, data=WHY)
    assert inside.get("/accounts").status_code == 302
    run()
    told = events(acme)[-1]
    assert told.verb == "support_withdrawn"
    assert told.changes["operator"] == [None, "Olga Orr"]
    page = alice.client.get("/settings/audit").text
    assert "they work for the service no more" in page
    with acme.scope() as session:
        grant = session.scalars(select(SupportGrant)).one()
        assert (grant.ended_at is not None, grant.token_digest) == (True, None)


def test_a_ticket_that_was_not_used_yet_opens_nothing(
    app: Flask, acme: Workspace, alice: Person, console: HostClient, otto: HostClient
) -> None:
    ticket = ticket_of(console, allow(alice))
    otto.post(DISABLE, data=WHY)
    client = visitor(app, acme)
    client.post("/support/enter", data={"ticket": ticket})
    assert client.get("/accounts").status_code == 302


def test_who_is_let_in_again_is_not_inside_any_more(
    app: Flask,
    acme: Workspace,
    alice: Person,
    console: HostClient,
    otto: HostClient,
    owner: Engine,
    run: Callable[[], int],
) -> None:
    inside = come_in(app, acme, ticket_of(console, allow(alice)))
    otto.post(DISABLE, data=WHY)
    run()
    with Session(owner) as session, session.begin():
        session.execute(update(Operator).values(is_active=True))
    assert inside.get("/accounts").status_code == 302


def test_a_colleague_s_access_stays(
    app: Flask, acme: Workspace, alice: Person, console: HostClient, otto: HostClient
) -> None:
    inside = come_in(app, acme, ticket_of(otto, allow(alice)))
    otto.post(DISABLE, data=WHY)
    assert inside.get("/accounts").status_code == 200


def test_nobody_disables_themselves_or_without_a_reason(
    otto: HostClient, owner: Engine, console: HostClient
) -> None:
    myself = otto.post(DISABLE, data={"email": OTTO, "reason": "Tired"})
    assert (myself.status_code, "disable yourself" in myself.text) == (422, True)
    nothing = otto.post(DISABLE, data={"email": OLGA, "reason": " "})
    assert (nothing.status_code, "Say why" in nothing.text) == (422, True)
    assert otto.post(DISABLE, data={"email": "no@zuke.example", "reason": "x"}).status_code == 404
    otto.post(DISABLE, data=WHY)
    twice = otto.post(DISABLE, data=WHY)
    assert (twice.status_code, "sign in already" in twice.text) == (422, True)
    with Session(owner) as session:
        asked = select(OperatorEvent).where(OperatorEvent.verb == "operator_disabled")
        (told,) = session.scalars(asked)
        assert (told.details["email"], told.details["reason"]) == (OLGA, "Left the firm")


def test_a_stranger_disables_nobody(app: Flask, olga: str, owner: Engine) -> None:
    assert visitor(app).post(DISABLE, data=WHY).status_code == 401
    with Session(owner) as session:
        assert session.scalars(select(Operator.is_active)).all() == [True]


def test_only_workspaces_that_they_may_be_in_are_asked(
    owner: Engine, acme: Workspace, alice: Person, console: HostClient, app: Flask
) -> None:
    come_in(app, acme, ticket_of(console, allow(alice)))
    with Session(owner) as session, session.begin():
        disable_operator(session, OLGA, reason="", now=real.now() + timedelta(days=4))
        assert not session.scalars(select(Job).where(Job.kind == "end_support_of_operator")).all()
    with Session(owner) as session, session.begin():
        session.execute(update(Operator).values(is_active=True))
        disable_operator(session, OLGA, reason="", now=real.now())
        (job,) = session.scalars(select(Job).where(Job.kind == "end_support_of_operator"))
        assert job.tenant_id == acme.facts.id


@pytest.fixture
def zuke(
    urls: DatabaseUrls, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., int]]:
    """Type a command, with the owner's login."""
    for name, value in {
        "ZUKE_ENV": "test",
        "DATABASE_URL": urls.app,
        "DATABASE_OWNER_URL": urls.owner,
        "SECRET_KEY": settings.secret_key,
        "BASE_URL": settings.base_url,
    }.items():
        monkeypatch.setenv(name, value)
    settings_file.command_settings.cache_clear()
    yield lambda *words: main.run(main.build_parser((operators,)).parse_args(words))
    settings_file.command_settings.cache_clear()


def test_the_command_disables_and_enables(
    console: HostClient, zuke: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert zuke("operators", "disable", "--email", OLGA, "--reason", "Left") == 0
    assert console.get("/operator").status_code == 303
    assert zuke("operators", "disable", "--email", OLGA) == 1
    assert zuke("operators", "enable", "--email", OLGA) == 0
    assert zuke("operators", "disable", "--email", "nobody@zuke.example") == 1
    assert "is out" in capsys.readouterr().out
