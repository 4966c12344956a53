"""Puts the test database back to what it was when the cast had just been made.

Tests commit for real. Afterwards every table is emptied and filled from a copy, in one round trip
and with foreign keys asleep, so that no order of tables has to be known.
"""

from __future__ import annotations

import psycopg2
from psycopg2.errors import DeadlockDetected
from psycopg2.extensions import connection, cursor
from sqlalchemy.engine import make_url

TABLES = """
    SELECT n.nspname, c.relname, array_agg(quote_ident(a.attname) ORDER BY a.attnum)
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relkind = 'r' AND (n.nspname LIKE 't\\_%' OR n.nspname = 'control')
        AND c.relname <> 'alembic_version'
    GROUP BY n.nspname, c.relname
"""


class Laundry:
    """Knows the clean state of one database."""

    def __init__(self, superuser_url: str) -> None:
        self.connection = open_connection(superuser_url)
        self.connection.autocommit = True
        with self.connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA clean")
            cursor.execute(TABLES)
            steps = []
            for number, (schema, table, columns) in enumerate(cursor.fetchall()):
                name, names = f'"{schema}"."{table}"', ", ".join(columns)
                steps.append(f"DELETE FROM {name};")
                cursor.execute(f"CREATE TABLE clean.c{number} AS SELECT {names} FROM {name}")
                if cursor.rowcount:
                    steps.append(f"INSERT INTO {name} ({names}) SELECT * FROM clean.c{number};")
                else:
                    cursor.execute(f"DROP TABLE clean.c{number}")
            cursor.execute("SELECT schema_name FROM control.tenant")
            self.kept = tuple(row[0] for row in cursor.fetchall())
        self.steps = "\n".join(
            ["BEGIN;", "SET LOCAL session_replication_role = replica;", *steps, "COMMIT;"]
        )

    def wash(self) -> None:
        """Remove the tenants that a test made and undo what it wrote in the others."""
        with self.connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
            cursor.execute(
                "SELECT schema_name FROM control.tenant WHERE schema_name <> ALL(%s)",
                (list(self.kept),),
            )
            for (schema,) in cursor.fetchall():
                cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
                cursor.execute(f'DROP ROLE IF EXISTS "{schema}"')
            self._put_back(cursor)

    def _put_back(self, at: cursor) -> None:
        """What a test left running may hold rows for a moment: whoever is ended tries again."""
        for tries_left in (2, 1, 0):
            try:
                at.execute(self.steps)
                return
            except DeadlockDetected:
                at.execute("ROLLBACK")
                if not tries_left:
                    raise

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


def open_connection(url: str) -> connection:
    """A plain connection of the driver from a URL of SQLAlchemy."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg2.connect(plain)
