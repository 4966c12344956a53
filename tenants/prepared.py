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
    Integer,
    Row,
    Select,
    String,
    Time,
    Uuid,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler

from tenants.engine import kind_by_role

MOST = 64  # Statements that one connection keeps; the least lately used makes room.
IS_DIRECT, PREPARED = "is_direct", "prepared"  # What is noted of a connection.
# What the driver answers with as SQLAlchemy would; a statement with others is run by SQLAlchemy.
NATIVE = (Boolean, Date, DateTime, Integer, JSONB, String, Time, Uuid)

_numbers = count(1)


class Prepared:
    """A SELECT that is prepared on each connection that runs it, where that is possible.

    One with a list among its parameters, or with values that SQLAlchemy must make our own types of,
    is run as if it were not prepared.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._is_native = all(isinstance(one.type, NATIVE) for one in statement.selected_columns)
        self._compiled: SQLCompiler | None = None
        self._asked: tuple[str, ...] = ()  # The names of its parameters.
        self._text = ""  # With $1 and so on in their places.

    def run(self, session: Session, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """The rows for the parameters in `values`, in the transaction of `session`.

        `values` may hold more than the statement asks for.
        """
        connection = session.connection()
        compiled = self._compiled or self._compile(connection)
        is_one_string = kind_by_role(session.info["tenant"].db_role).one_string
        if not self._is_native or compiled.post_compile_params or not is_one_string:
            return session.execute(self.statement, dict(values)).all()
        asked = tuple(values[name] for name in self._asked)
        if not connection.info.get(IS_DIRECT):
            given = {**compiled.params, **dict(zip(self._asked, asked, strict=True))}
            return connection.exec_driver_sql(str(compiled), given).all()
        held: dict[Prepared, str] = connection.info.setdefault(PREPARED, {})
        places = f"({', '.join(['%s'] * len(asked))})" if asked else ""
        name = held.pop(self, None)
        if name is not None:
            held[self] = name  # The last is the one that was used last.
            return connection.exec_driver_sql(f"EXECUTE {name}{places}", asked).all()
        return self._prepare(connection, held, places, asked)

    def _compile(self, connection: Connection) -> SQLCompiler:
        compiled = self.statement.compile(dialect=connection.dialect)
        if not isinstance(compiled, SQLCompiler):  # pragma: no cover - a SELECT is compiled by it.
            raise TypeError(f"{compiled!r} has no parameters.")
        if not compiled.post_compile_params:
            binds = {name: bind for bind, name in compiled.bind_names.items()}
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

    def _prepare(
        self, connection: Connection, held: dict[Prepared, str], places: str, asked: tuple[Any, ...]
    ) -> Sequence[Row[Any]]:
        """Prepare and run it in one trip; what failed is prepared anew under another name."""
        name = f"zuke_{next(_numbers)}"
        text = f"PREPARE {name} AS {self._text}".replace("%", "%%")
        pieces = [text, f"EXECUTE {name}{places}"]
        if len(held) >= MOST:
            pieces.insert(0, f"DEALLOCATE {held.pop(next(iter(held)))}")
        rows = connection.exec_driver_sql(";\n".join(pieces), asked).all()
        held[self] = name
        return rows


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
