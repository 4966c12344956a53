"""The database connection of the web and the worker, and the base of the shared tables.

A connection that has visited many tenants keeps their catalogue in memory for good (0.35 to
0.5 MB a tenant), so it is replaced after a bound of distinct tenants.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from select import POLLERR, POLLHUP, POLLIN, poll
from time import monotonic
from typing import Any
from uuid import UUID, SafeUUID

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg2.extensions import new_array_type, new_type, register_type
from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from config.settings import Settings
from tenants.prepared import note_poolers

CONTROL_NAMING = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
}
CONNECT_TIMEOUT = 3  # Seconds; a page must not wait longer for a database that is away.
TRUSTED_FOR = 1.0  # Seconds for which a connection that has just worked is taken to work still.

db = SQLAlchemy(session_options={"expire_on_commit": False})


class ControlBase(DeclarativeBase):
    """Every table of the schema `control`, which all tenants share and none may read."""

    metadata = MetaData(schema="control", naming_convention=CONTROL_NAMING)


COUNTERS = "counters"  # The pool of those who count while their request holds a connection.


def engine_options(settings: Settings, statement_timeout_ms: int) -> dict[str, Any]:
    """Engine options for a pool that heals by itself and whose statements end in time."""
    return {
        "pool_size": settings.database_pool_size,
        "max_overflow": 2,
        "pool_timeout": 3,
        "pool_recycle": 1800,
        "hide_parameters": True,  # What people wrote is no business of a log.
        "connect_args": {
            "connect_timeout": CONNECT_TIMEOUT,
            "application_name": "zuke",
            "options": f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC",
        },
    }


def connect_app(app: Flask, settings: Settings, *, statement_timeout_ms: int | None = None) -> None:
    """Give `app` its engine and bound what a pooled connection may visit."""
    timeout = statement_timeout_ms or settings.statement_timeout_ms
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options = engine_options(settings, timeout)
    few = {"url": settings.database_url, **options, "pool_size": 1, "max_overflow": 1}
    app.config["SQLALCHEMY_BINDS"] = {COUNTERS: few}
    db.init_app(app)
    with app.app_context():
        bound_distinct_tenants(db.engine, settings.tenants_per_connection)
        try_idle_connections(db.engine)
        try_idle_connections(db.engines[COUNTERS])
        read_ids_fast(db.engine)
        note_poolers(db.engine)


def try_idle_connections(engine: Engine) -> None:
    """Try a connection before it is handed out, unless it worked a moment ago and lies still.

    `pool_pre_ping` tries every one, which costs each request of a busy server one more trip to the
    database. A server that ends a connection says so on it, so one with something to read is tried
    too. As with `pool_pre_ping`, all that are pooled are replaced when one is found dead.
    """

    @event.listens_for(engine, "checkin")
    def _worked(_dbapi: object, record: ConnectionPoolEntry) -> None:
        record.info["worked_at"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _try(dbapi: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        worked_at = record.info.get("worked_at")
        if worked_at is None:
            return  # It was just made.
        if monotonic() - worked_at < TRUSTED_FOR and not _has_news(dbapi):
            return
        try:
            engine.dialect.do_ping(dbapi)
        except engine.dialect.loaded_dbapi.Error as error:
            if not engine.dialect.is_disconnect(error, dbapi, None):
                raise
            raise InvalidatePoolError("A pooled connection was dead.") from error


def _has_news(dbapi: Any) -> bool:
    """True when the server has sent what nobody asked for, or has closed the connection."""
    if dbapi.closed:
        return True
    watched = poll()
    watched.register(dbapi.fileno(), POLLIN | POLLHUP | POLLERR)
    return bool(watched.poll(0))


def read_ids_fast(engine: Engine) -> None:
    """Let each connection make ids in half the time that `UUID(text)` takes: a page has hundreds.

    The database writes them in one way alone, so none of the spellings that UUID knows are tried.
    """

    @event.listens_for(engine, "connect")
    def _register(dbapi: Any, _record: ConnectionPoolEntry) -> None:
        register_type(READ_ID, dbapi)
        register_type(READ_IDS, dbapi)


def _read_id(text: str | bytes | None, _cursor: object) -> UUID | None:
    if not isinstance(text, str):
        return None
    made = object.__new__(UUID)
    object.__setattr__(made, "int", int(text.replace("-", ""), 16))
    object.__setattr__(made, "is_safe", SafeUUID.unknown)
    return made


READ_ID = new_type((2950,), "ID", _read_id)  # The numbers are those of uuid and uuid[].
READ_IDS = new_array_type((2951,), "IDS", READ_ID)


def bound_distinct_tenants(engine: Engine, bound: int) -> None:
    """Replace a pooled connection once it has visited `bound` distinct tenants."""

    @event.listens_for(engine, "checkin")
    def _retire(_dbapi: object, record: ConnectionPoolEntry) -> None:
        if len(record.info.get("tenants", ())) >= bound:
            record.info.pop("tenants")
            record.invalidate(soft=True)


def owner_engine(settings: Settings) -> Engine:
    """An engine of the owner's login, for provisioning and migrations; never in the web."""
    url = settings.database_owner_url or settings.database_url
    return create_engine(
        url,
        pool_size=4,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT, "options": "-c timezone=UTC"},
    )


@contextmanager
def counting_session() -> Iterator[Session]:
    """As `control_session`, for whoever holds a connection of the pool already.

    Its connections are of a pool of their own: of one pool, as many as it has could each hold one
    and wait for a second.
    """
    with Session(db.engines[COUNTERS], expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def control_session() -> Iterator[Session]:
    """A short transaction on the shared tables, outside any tenant's scope; commits at its end."""
    with Session(db.engine, expire_on_commit=False) as session, session.begin():
        yield session
