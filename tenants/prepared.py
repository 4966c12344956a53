"""Statements that nearly every page runs: put together once, read by the database once.

Putting a statement together, and having it parsed and planned, costs a page as much as running it.
PostgreSQL keeps a prepared statement with the connection, and makes its plan anew by itself when
the search path names another workspace or a table was changed. Behind a pooler (PgBouncer in
transaction mode) each transaction may get another connection, so there it is sent whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    DateTime,
    Engine,
    Enum,
    Integer,
    Row,
    Select,
    String,
    Text,
    Time,
    Uuid,
    cast,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from tenants.engine import kind_by_role, sqlstate
from tenants.facts import TenantFacts

MOST = 64  # Statements that one connection keeps; the least lately used makes room.
IS_DIRECT, PREPARED = "is_direct", "prepared"  # What is noted of a connection.
# What the driver reads and writes as SQLAlchemy would; statements with others are left to it.
GIVEN = (Boolean, Date, DateTime, Integer, String, Time, Uuid)
NATIVE = (*GIVEN, JSONB)
CHANGED = "0A000"  # The SQLSTATE of a plan whose columns are of another type by now.

_numbers = count(1)


class Prepared:
    """A SELECT that is prepared on each connection that runs it, where that is possible.

    Its columns should be `of_any_length`.

    One with a list among its parameters, or with values that SQLAlchemy must make our own types of,
    is run as if it were not prepared.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._compiled: SQLCompiler | None = None
        self._is_fit = False  # To be prepared, or sent without SQLAlchemy's help.
        self._asked: tuple[str, ...] = ()  # The names of its parameters.
        self._text = ""  # With $1 and so on in their places.

    def run(self, session: Session, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """The rows for the parameters in `values`, in the transaction of `session`.

        `values` may hold more than the statement asks for.
        """
        connection = session.connection()
        compiled = self._compiled or self._compile(connection)
        tenant: TenantFacts = session.info["tenant"]
        if not self._is_fit or not kind_by_role(tenant.db_role).one_string:
            return session.execute(self.statement, dict(values)).all()
        asked = tuple(values[name] for name in self._asked)
        name = self._name_on(connection, tenant.version)
        if name is None:
            given = {**compiled.params, **dict(zip(self._asked, asked, strict=True))}
            return connection.exec_driver_sql(str(compiled), given).all()
        places = f"({', '.join(['%s'] * len(asked))})" if asked else ""
        try:
            return connection.exec_driver_sql(f"EXECUTE {name}{places}", asked).all()
        except DBAPIError as error:
            if sqlstate(error) == CHANGED:  # The next request prepares it anew.
                held: dict[Any, str] = connection.info[PREPARED]
                held.pop((self, tenant.version), None)
                held[name] = name  # No statement is found by it, and its turn to go will come.
            raise

    def _compile(self, connection: Connection) -> SQLCompiler:
        compiled = self.statement.compile(dialect=connection.dialect)
        if not isinstance(compiled, SQLCompiler):  # pragma: no cover - a SELECT is compiled by it.
            raise TypeError(f"{compiled!r} has no parameters.")
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._is_fit = (
            not compiled.post_compile_params
            and all(_is_one_of(GIVEN, one.type) for one in binds.values())
            and all(_is_one_of(NATIVE, one.type) for one in self.statement.selected_columns)
        )
        if self._is_fit:
            self._asked = tuple(name for name in compiled.params if binds[name].required)
            places = {name: f"${number}" for number, name in enumerate(self._asked, 1)}
            # What never differs is spelt out, as an index on an expression is found by its letters.
            fixed = {
                name: _literal(connection, value)
                for name, value in compiled.params.items()
                if name not in places
            }
            self._text = str(compiled) % {**fixed, **places}
        self._compiled = compiled
        return compiled

    def _name_on(self, connection: Connection, version: str) -> str | None:
        """Its name on this connection, prepared now if need be; None where it is to be sent whole.

        Workspaces that were not migrated yet have names of their own, as their columns may be of
        other types.
        """
        if not connection.info.get(IS_DIRECT):
            return None
        held: dict[Any, str] = connection.info.setdefault(PREPARED, {})
        name = held.pop((self, version), None)
        if name is None:
            name = f"zuke_{next(_numbers)}"
            dbapi: Any = connection.connection.dbapi_connection
            try:
                with dbapi.cursor() as cursor:
                    if len(held) >= MOST:
                        oldest = next(iter(held))
                        cursor.execute(f"DEALLOCATE {held[oldest]}")
                        del held[oldest]
                    cursor.execute(f"PREPARE {name} AS {self._text}")
            except dbapi.Error:
                return None  # Sent whole, it fails for the same reason, and is told as any other.
        held[(self, version)] = name  # The last is the one that was used last.
        return name


def of_any_length(column: Any) -> Any:
    """A column with its texts as TEXT, so that it may be widened under a plan that is kept."""
    kind = column.type
    is_bounded = isinstance(kind, String) and not isinstance(kind, Enum) and kind.length
    return cast(column, Text) if is_bounded else column


def _is_one_of(kinds: tuple[type[TypeEngine[Any]], ...], found: TypeEngine[Any]) -> bool:
    """True of a type that neither side has to turn into another."""
    return isinstance(found, kinds) and not isinstance(found, Enum)


def _literal(connection: Connection, value: object) -> str:
    """A value as the driver writes it into a statement."""
    dbapi: Any = connection.connection.dbapi_connection
    with dbapi.cursor() as cursor:
        spelt: bytes = cursor.mogrify("%s", (value,))
    return spelt.decode()


def note_poolers(engine: Engine) -> None:
    """Note of each new connection whether it leads to one server process, or to a pooler.

    A pooler makes up the number of the process that a client would name to cancel a statement.
    """

    @event.listens_for(engine, "connect")
    def _note(dbapi: Any, record: ConnectionPoolEntry) -> None:
        with dbapi.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            record.info[IS_DIRECT] = cursor.fetchone()[0] == dbapi.info.backend_pid
        dbapi.rollback()
