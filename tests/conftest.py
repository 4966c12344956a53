"""A real PostgreSQL, one database for each test worker, and the cast that every test shares."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, create_engine, update
from sqlalchemy.orm import Session

from app.cli.postgres.databases import DatabaseUrls, create_database, drop_database
from app.cli.postgres.server import ensure_running
from app.identity.outside import SEND_MAIL
from app.identity.outside import connect as connect_mail
from app.jobs.registry import EXTENSION, Registry, connect
from app.jobs.worker import Worker
from app.kernel.language import using
from app.mail.jobs import BREAKER
from app.mail.messages.sender import _breakers as own_breakers
from app.mail.send import send_mail
from app.modules import JOBS, install_record_types
from config.machine import read_machine
from config.settings import Settings
from tenants import resolve
from tenants.control import Tenant
from tenants.database import connect_app
from tenants.facts import TenantFacts
from tenants.lifecycle import NewTenant
from tenants.migrations import upgrade_control
from tests import cast
from tests.isolation.shared_tables import Watch, problems, watching
from tests.laundry import Laundry

MADE: list[Flask] = []  # The applications that live as long as their process.
MODULES = ("sales", "insight")  # What the houses have switched on: all that there is.

hypothesis_settings.register_profile("unhurried", deadline=None)  # No test is of elapsed time.
hypothesis_settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def shared_tables() -> Iterator[Watch]:
    """Sees every statement of the whole run that touches what tenants share."""
    with watching() as watch:
        yield watch


@pytest.fixture(autouse=True)
def _statements_on_shared_tables_name_their_tenant(shared_tables: Watch) -> Iterator[None]:
    """Turns any test red in which the service asked for several tenants' rows at once."""
    yield
    found = problems(shared_tables.take())
    assert not found, "\n".join(found)


@pytest.fixture(autouse=True)
def _no_mail_server_rests_longer_than_its_test() -> Iterator[None]:
    """What one test's mails met, at no server at all, is no later test's."""
    yield
    for app in MADE:
        app.extensions.pop(BREAKER, None)
    own_breakers.clear()


@pytest.fixture(autouse=True)
def _nobody_s_language_is_left_over() -> Iterator[None]:
    """Lets each test begin in English, whatever the requests of the one before spoke."""
    with using("en"):
        yield


@pytest.fixture(scope="session")
def test_server() -> Iterator[str]:
    """The superuser's URL of the server that was named, else of one of our own."""
    named = read_machine().test_superuser_url
    if named:
        yield named
        return
    server = ensure_running()
    yield server.superuser_url
    server.stop()


@pytest.fixture(scope="session")
def urls(test_server: str) -> Iterator[DatabaseUrls]:
    """This worker's database; two runs at the same time on one server don't meet."""
    name = f"zuke_test_{os.getpid()}"
    yield create_database(test_server, name)
    drop_database(test_server, name)


@pytest.fixture(scope="session")
def settings(urls: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """What the service is told in tests; nothing of it comes from the environment."""
    files: Path = tmp_path_factory.mktemp("files")
    return Settings(
        zuke_env="test",
        database_url=urls.app,
        database_owner_url="",
        secret_key="a-secret-for-tests-and-nothing-else-0123",
        base_url=f"http://{cast.SERVICE_HOST}",
        smtp_url="smtp://127.0.0.1:1",
        mail_from="Zuke <no-reply@zuke.test>",
        inbound_mail_domain="in.zuke.test",
        files_url=files.as_uri(),
        outgoing_loopback=True,  # Receivers of webhooks stand on this machine.
        operator_two_factor=False,  # Where it is asked for, the test says so.
        api_per_second=100_000,  # Tests call as fast as they can.
        database_pool_size=4,
    )


@pytest.fixture(scope="session")
def owner(urls: DatabaseUrls) -> Iterator[Engine]:
    """The owner's login, with the shared tables migrated."""
    engine = create_engine(urls.owner, connect_args={"options": "-c timezone=UTC"})
    upgrade_control(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def engine_app(settings: Settings) -> Flask:
    """An application that is nothing but its settings and its database connection."""
    app = Flask("engine")
    app.extensions["settings"] = settings
    connect_app(app, settings)
    MADE.append(app)
    return app


@pytest.fixture(scope="session")
def app(settings: Settings, owner: Engine) -> Flask:
    """The whole application."""
    from app import create_app

    made = create_app(settings)
    made.testing = True
    made.config["PROPAGATE_EXCEPTIONS"] = False
    MADE.append(made)
    return made


@pytest.fixture(scope="session")
def houses(owner: Engine) -> tuple[TenantFacts, TenantFacts]:
    """Acme and Globex with the people who work there, made once."""
    install_record_types()
    acme = NewTenant(
        slug="acme",
        name="Acme Ltd",
        zone="Europe/London",
        currency="GBP",
        country="GB",
        modules=MODULES,
    )
    globex = NewTenant(slug="globex", name="Globex Corp", zone="America/New_York", modules=MODULES)
    made = (
        cast.found(owner, acme, cast.ALICE, (cast.BOB, cast.DORA)),
        cast.found(owner, globex, cast.CHARLIE),
    )
    ends = datetime.now(UTC) + timedelta(days=3650)  # Tests move the clock by months.
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).values(trial_ends_at=ends))
    return replace(made[0], trial_ends_at=ends), replace(made[1], trial_ends_at=ends)


@pytest.fixture(scope="session")
def laundry(urls: DatabaseUrls, houses: tuple[TenantFacts, TenantFacts]) -> Iterator[Laundry]:
    """Knows the state that every test begins with."""
    made = Laundry(urls.superuser)
    yield made
    made.close()


@pytest.fixture
def clean(laundry: Laundry) -> Iterator[None]:
    """Undo at its end whatever the test wrote."""
    resolve.forget()
    yield
    laundry.wash()
    resolve.forget()


@pytest.fixture
def acme(clean: None, houses: tuple[TenantFacts, TenantFacts], engine_app: Flask) -> cast.Workspace:
    return cast.Workspace(houses[0], engine_app)


@pytest.fixture
def globex(
    clean: None, houses: tuple[TenantFacts, TenantFacts], engine_app: Flask
) -> cast.Workspace:
    return cast.Workspace(houses[1], engine_app)


@pytest.fixture
def fresh(clean: None, owner: Engine, engine_app: Flask) -> Callable[[str], cast.Workspace]:
    """Make workspaces that nobody has used before; they are gone after the test."""

    def made(slug: str) -> cast.Workspace:
        part = cast.Part(f"Owner of {slug}", f"owner@{slug}.example", "owner")
        facts = cast.found(owner, NewTenant(slug=slug, name=slug.title()), part)
        return cast.Workspace(facts, engine_app)

    return made


@pytest.fixture
def alice(acme: cast.Workspace, app: Flask) -> cast.Person:
    """The owner of Acme."""
    return cast.find_person(cast.ALICE, acme, app)


@pytest.fixture
def bob(acme: cast.Workspace, app: Flask) -> cast.Person:
    """A sales rep of Acme."""
    return cast.find_person(cast.BOB, acme, app)


@pytest.fixture
def dora(acme: cast.Workspace, app: Flask) -> cast.Person:
    """A colleague at Acme who may only read."""
    return cast.find_person(cast.DORA, acme, app)


@pytest.fixture
def charlie(globex: cast.Workspace, app: Flask) -> cast.Person:
    """The owner of Globex, a stranger at Acme."""
    return cast.find_person(cast.CHARLIE, globex, app)


@pytest.fixture
def no_files(settings: Settings) -> Iterator[None]:
    """Leave the folders of all workspaces empty."""
    yield
    shutil.rmtree(Path(urlsplit(settings.files_url).path) / "tenants", ignore_errors=True)


@pytest.fixture
def worker(engine_app: Flask, settings: Settings, app: Flask) -> Iterator[Worker]:
    """A worker that knows every kind of job."""
    connect(engine_app, Registry(JOBS))
    connect_mail(engine_app, send_mail)
    yield Worker(engine_app, settings, None, threads=1, grace=5)
    engine_app.extensions.pop(EXTENSION, None)
    engine_app.extensions.pop(SEND_MAIL, None)


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self, traveller: time_machine.Coordinates) -> None:
        self._traveller = traveller

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def move_to(self, moment: datetime) -> None:
        """Make it `moment`."""
        self._traveller.move_to(moment, tick=False)

    def shift(self, by: timedelta) -> None:
        """Let `by` pass."""
        self._traveller.shift(by)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Stop the clock at the present second."""
    with time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as traveller:
        yield Clock(traveller)
