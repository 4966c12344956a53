"""One connection for everybody, so that whatever a visit leaves behind meets the next visitor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine

from config.settings import Settings
from tenants.database import bound_distinct_tenants, db, engine_options
from tenants.facts import TenantFacts
from tests.cast import Workspace


@pytest.fixture
def narrow_app(settings: Settings, owner: Engine) -> Iterator[Flask]:
    """An application with a pool of exactly one connection."""
    app = Flask("narrow")
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    options = engine_options(settings, statement_timeout_ms=60_000)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options | {"pool_size": 1, "max_overflow": 0}
    db.init_app(app)
    with app.app_context():
        bound_distinct_tenants(db.engine, settings.tenants_per_connection)
        engine = db.engine
    yield app
    engine.dispose()


@pytest.fixture
def narrow_acme(
    clean: None, houses: tuple[TenantFacts, TenantFacts], narrow_app: Flask
) -> Workspace:
    return Workspace(houses[0], narrow_app)


@pytest.fixture
def narrow_globex(
    clean: None, houses: tuple[TenantFacts, TenantFacts], narrow_app: Flask
) -> Workspace:
    return Workspace(houses[1], narrow_app)
