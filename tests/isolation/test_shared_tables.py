"""Every statement on the tables that tenants share names one tenant, or is an exception with a
reason. `tests/conftest.py` asks this of every test; here a walk through web, jobs and commands
meets every table and every exception, and mistakes of each kind are seen.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, func, insert, or_, select, text, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ClauseElement

from app.cli import demo_data, jobs, main, operators, tenants, tokens, users
from app.cli.postgres.databases import DatabaseUrls
from app.jobs.enqueue import enqueue, enqueue_service
from app.jobs.worker import Worker
from app.kernel import clock
from app.kernel.ids import new_id
from app.modules import tenant_schema
from config import settings as settings_file
from config.settings import Settings
from tenants import migrations, resolve
from tenants.control import SERVICE, Domain, Hit, Job, MailHint, OperatorEvent, Tenant
from tenants.database import ControlBase, control_session
from tests.cast import PASSWORD, HostClient, Person, Workspace, visitor
from tests.isolation.shared_tables import (
    EXCEPTIONS,
    OF_THE_SERVICE,
    TENANT,
    Watch,
    problems,
    unbound,
)
from tests.operator.conftest import console, olga

__all__ = ["console", "olga"]

COMMANDS = (tenants, users, tokens, jobs, operators, demo_data)
MOMENT = clock.now()


@pytest.fixture
def zuke(
    urls: DatabaseUrls, settings: Settings, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., int]]:
    """Type a command; it runs in this process, so that its statements are seen."""
    for name, value in {
        "ZUKE_ENV": "test",
        "DATABASE_URL": urls.app,
        "DATABASE_OWNER_URL": urls.owner,
        "SECRET_KEY": settings.secret_key,
        "BASE_URL": settings.base_url,
    }.items():
        monkeypatch.setenv(name, value)
    settings_file.command_settings.cache_clear()
    log = logging.getLogger()
    handlers, level = log.handlers[:], log.level
    yield lambda *words: main.run(main.build_parser(COMMANDS).parse_args(words))
    log.handlers, log.level = handlers, level
    settings_file.command_settings.cache_clear()


def walk_through_pages(
    app: Flask, acme: Workspace, alice: Person, console: HostClient, owner: Engine
) -> None:
    """Pages of the service, of a workspace by its slug and by a host of its own, of operators."""
    with Session(owner) as session, session.begin():
        session.add(Domain(host="crm.acme.example", tenant_id=acme.facts.id, proved_at=MOMENT))
    guest, stranger = visitor(app), visitor(app, acme)
    for path in ("/", "/?workspace=acme", "/metrics", "/readyz"):
        assert guest.get(path).status_code == 200
    assert guest.post("/find", data={"email": alice.email}).status_code == 200
    guest.host = "crm.acme.example"
    assert guest.get("/login").status_code == 200
    stranger.post("/login", data={"email": alice.email, "password": PASSWORD.lower()})
    stranger.post("/login", data={"email": alice.email, "password": PASSWORD})
    for path in ("/", "/accounts"):
        assert alice.client.get(path).status_code == 200
    invited = {"email": "erin@acme.example", "role": "viewer"}
    alice.client.post("/settings/users/invite", data=invited)
    listed = ("", "?q=a&after=a", "/fleet", "/payments", "/erased")
    for path in listed:
        assert console.get(f"/operator{path}").status_code == 200
    console.post("/operator/logout")


def walk_through_jobs(app: Flask, settings: Settings, acme: Workspace, owner: Engine) -> None:
    """A worker's day: what is due, what is lost, what is scheduled, what is old."""
    with acme.scope():
        for kind in ("nobody_knows_it", "nor_this"):
            enqueue(acme.actor(), kind, {}, key=kind)
    with acme.engine_app.app_context(), control_session() as session:
        enqueue_service(session, "prune_jobs", {})
    worker = Worker(app, settings, owner)
    with app.app_context():
        worker.upkeep()
    assert worker.drain() > 1
    with app.app_context(), control_session() as session:
        lost = {"state": "running", "lease_until": clock.now() - timedelta(days=1)}
        session.execute(update(Job).where(Job.kind == "nor_this").values(lost))
    with app.app_context():
        worker.upkeep()
    assert worker.drain() >= 0


def walk_through_commands(zuke: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed on the machine."""
    erin = ("--tenant", "acme", "--email", "erin@acme.example")
    umbra = ("--slug", "umbra", "--name", "Umbra", "--owner", "ulla@umbra.example")
    for words in (
        ("tenants", "create", *umbra, "--starter", "hotel"),
        ("tenants", "list"),
        ("tenants", "status"),
        ("tenants", "migrate"),
        ("tenants", "suspend", "umbra"),
        ("tenants", "resume", "umbra"),
        ("demo-data", "umbra", "--accounts", "2"),
        ("tenants", "erase", "umbra", "--yes"),
        ("users", "create", *erin, "--name", "Erin"),
        ("tokens", "create", "--tenant", "acme", "--user", "alice@acme.example", "--name", "T"),
        ("jobs", "list"),
        ("jobs", "list", "--tenant", "acme"),
        ("jobs", "retry", "--all"),
        ("operators", "list"),
        ("operators", "disable", "--email", "olga@zuke.example"),
    ):
        assert zuke(*words) == 0, words


def test_web_jobs_and_commands_name_the_tenant_whose_rows_they_mean(
    app: Flask,
    settings: Settings,
    acme: Workspace,
    globex: Workspace,
    alice: Person,
    console: HostClient,
    owner: Engine,
    zuke: Callable[..., int],
    shared_tables: Watch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).where(Tenant.id == globex.facts.id).values(version="0000"))
    walk_through_pages(app, acme, alice, console, owner)
    walk_through_jobs(app, settings, acme, owner)
    with Session(owner) as session, session.begin():
        session.execute(update(Job).values(state="dead"))
        head = acme.facts.version
        session.execute(update(Tenant).where(Tenant.id == globex.facts.id).values(version=head))
    walk_through_commands(zuke, monkeypatch)
    assert migrations.check(owner, tenant_schema().metadata) == []

    uses = shared_tables.take()
    assert problems(uses) == []
    touched = {table for use in uses for table in use.tables}
    assert touched >= {table.name for table in ControlBase.metadata.sorted_tables}
    met = {use.exception for use in uses} - {None}
    assert met == EXCEPTIONS.keys()


def test_every_shared_table_says_how_it_names_its_tenant() -> None:
    tables = {table.name: table for table in ControlBase.metadata.sorted_tables}
    assert tables.keys() | {"alembic_version"} == TENANT.keys() | OF_THE_SERVICE.keys()
    for name, columns in TENANT.items():
        assert columns <= set(tables[name].columns.keys())


def test_exceptions_are_few_and_each_has_a_reason() -> None:
    assert len(EXCEPTIONS) <= 23
    assert all(len(reason.split()) > 3 for reason in EXCEPTIONS.values())


ID = new_id()
OTHER = aliased(Job)
MEANS_ONE: dict[str, ClauseElement] = {
    "by its column": select(Job).where(Job.tenant_id == ID, Job.state == "ready"),
    "of a few that are named": select(Tenant.name).where(Tenant.slug.in_(["acme", "globex"])),
    "through a join": select(Job).join(Tenant, Tenant.id == Job.tenant_id).where(
        Tenant.slug == "acme"
    ),
    "with what belongs to it, if anything": select(Job).where(Job.tenant_id == ID).outerjoin(
        Tenant, Tenant.id == Job.tenant_id
    ),
    "through a subquery": select(Tenant).where(
        Tenant.id == select(Domain.tenant_id).where(Domain.host == "a.b").scalar_subquery()
    ),
    "whichever holds": select(Job).where(
        or_(Job.tenant_id == ID, (Job.tenant_id == SERVICE) & (Job.state == "done"))
    ),
    "compared with itself": select(Job).where(
        Job.tenant_id == ID,
        select(OTHER.id).where(OTHER.tenant_id == ID, OTHER.key == Job.key).exists(),
    ),
    "deleted": delete(MailHint).where(MailHint.tenant_id == ID),
    "counted by its key": select(Hit.n).where(Hit.key == "k"),
}  # fmt: skip
MEANS_ALL: dict[str, ClauseElement] = {
    "without a condition": select(Job),
    "by another column": select(Job).where(Job.kind == "send_mail"),
    "by its primary key alone": update(Job).where(Job.id == ID).values(state="dead"),
    "all but one": select(Job).where(Job.tenant_id != ID),
    "or anything else": select(Job).where(or_(Job.tenant_id == ID, Job.state == "dead")),
    "joined to everybody": select(Job).join(Tenant, Tenant.id == Job.tenant_id),
    "bound in another's name": select(OTHER).join(Job, Job.key == OTHER.key).where(
        Job.tenant_id == ID
    ),
    "in an outer join": select(Job).outerjoin(
        Tenant, (Tenant.id == Job.tenant_id) & (Job.tenant_id == ID)
    ),
    "in a part": select(Tenant).where(
        Tenant.id == select(Domain.tenant_id).limit(1).scalar_subquery()
    ),
    "in a count beside": select(
        Tenant.slug, select(func.count()).select_from(OTHER).scalar_subquery()
    ).where(Tenant.id == ID),
    "everything is deleted": delete(MailHint),
    "history of all": select(OperatorEvent.details).where(OperatorEvent.verb == "suspended"),
}  # fmt: skip


@pytest.mark.parametrize("how", MEANS_ONE)
def test_a_statement_that_names_its_tenant_passes(how: str) -> None:
    assert unbound(MEANS_ONE[how]) == set()


@pytest.mark.parametrize("how", MEANS_ALL)
def test_a_statement_that_means_everybody_is_seen(how: str) -> None:
    assert unbound(MEANS_ALL[how]) != set()


def everybody_is_looked_up(name: str, settings: Settings) -> Any:
    """A resolver that reads every tenant and chooses in Python."""
    with control_session() as session:
        slug = name.removesuffix(f".{settings.service_host}")
        return next(t.facts() for t in session.scalars(select(Tenant)) if t.slug == slug)


def past_sqlalchemy(name: str, settings: Settings) -> Any:
    """A resolver that writes its own text, on the driver's cursor."""
    with control_session() as session:
        cursor = session.connection().connection.cursor()
        cursor.execute("SELECT slug FROM control.tenant")
    return resolve_as_ever(name, settings)


def in_a_text(name: str, settings: Settings) -> Any:
    """A resolver that writes its own text, through SQLAlchemy."""
    with control_session() as session:
        session.execute(text("SELECT slug FROM control.tenant WHERE id = id"))
    return resolve_as_ever(name, settings)


resolve_as_ever = resolve._look_up


@pytest.mark.parametrize("mistake", [everybody_is_looked_up, past_sqlalchemy, in_a_text])
def test_a_mistake_in_the_service_is_seen(
    app: Flask,
    acme: Workspace,
    shared_tables: Watch,
    monkeypatch: pytest.MonkeyPatch,
    mistake: Any,
) -> None:
    # As if it stood in the service itself: what tests write is passed over.
    monkeypatch.setitem(mistake.__globals__, "__name__", "tenants.resolve")
    monkeypatch.setattr(resolve, "_look_up", mistake)
    assert visitor(app, acme).get("/login").status_code == 200
    (found,) = problems(shared_tables.take())
    assert f"tenants.resolve.{mistake.__name__}" in found


def test_a_row_without_a_tenant_is_seen(
    acme: Workspace, shared_tables: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(session: Session, row: dict[str, object]) -> None:
        del row["tenant_id"]
        with session.begin_nested():
            session.execute(insert(Job).values(row))

    monkeypatch.setattr("app.jobs.enqueue._insert", forgetful)
    monkeypatch.setitem(forgetful.__globals__, "__name__", "app.jobs.enqueue")
    with pytest.raises(Exception, match="row-level security"), acme.scope():
        enqueue(acme.actor(), "greet", {})
    (found,) = problems(shared_tables.take())
    assert "inserted without a tenant: job" in found
