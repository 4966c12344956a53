"""A pooled connection is replaced once it has visited many tenants: their catalogue stays in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from config.settings import Settings
from tenants.database import bound_distinct_tenants, db, engine_options
from tests.cast import Workspace


@pytest.fixture
def bounded(settings: Settings, acme: Workspace) -> Iterator[Flask]:
    """One connection that may visit two tenants."""
    app = Flask("bounded")
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    options = engine_options(settings, statement_timeout_ms=60_000)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options | {"pool_size": 1, "max_overflow": 0}
    db.init_app(app)
    with app.app_context():
        bound_distinct_tenants(db.engine, bound=2)
        engine = db.engine
    yield app
    engine.dispose()


def backend(workspace: Workspace, app: Flask) -> int:
    """The server process that serves a scope."""
    with Workspace(workspace.facts, app).scope() as session:
        return int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_one_tenant_keeps_its_connection(bounded: Flask, acme: Workspace) -> None:
    assert len({backend(acme, bounded) for _visit in range(5)}) == 1


def test_the_bound_of_distinct_tenants_replaces_it(
    bounded: Flask, acme: Workspace, globex: Workspace
) -> None:
    first = backend(acme, bounded)
    assert backend(globex, bounded) == first
    second = backend(acme, bounded)
    assert second != first
    assert backend(acme, bounded) == second
