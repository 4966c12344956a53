"""What differs between plain PostgreSQL and Citus; nothing else in the house does.

On PostgreSQL each tenant has a role of its own and DDL and SET LOCAL travel as one string. Citus
spreads them to its workers statement by statement, and there roles are a fixed number of shared
buckets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

GROUP = "zuke_tenant"  # Every tenant's role is in it; rights on shared objects go to it once.
LOGIN = "zuke_app"  # What web and worker log in as.
BUCKET, BUCKETS = "zuke_bucket_", 64
LOCKED, DEADLOCK = "55P03", "40P01"  # SQLSTATEs that another try may mend.
RIGHTS_PER_GRANT = 160000  # The server version since which a grant says what it passes on.


@dataclass(frozen=True, slots=True)
class DatabaseKind:
    """How one kind of database wants roles and DDL."""

    own_role: bool
    one_string: bool

    def role_for(self, tenant_id: UUID) -> str:
        """The database role that the data of `tenant_id` is reached by."""
        if self.own_role:
            return f"t_{tenant_id.hex}"
        return f"{BUCKET}{tenant_id.int % BUCKETS:02d}"

    def make_role(self, role: str, server_version: int) -> list[str]:
        """The statements that make `role` and let the application's login wear it.

        The login gets nothing from the grant before it wears the role: it does not inherit, and
        from PostgreSQL 16 on the grant itself says so.
        """
        passes_on = " WITH INHERIT FALSE, SET TRUE" if server_version >= RIGHTS_PER_GRANT else ""
        create = f'CREATE ROLE "{role}" NOLOGIN INHERIT IN ROLE {GROUP}'
        if not self.own_role:
            create = (
                f"DO $make$ BEGIN {create};"
                " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $make$"
            )
        return [create, f'GRANT "{role}" TO {LOGIN}{passes_on}']

    def drop_role(self, role: str) -> list[str]:
        """The statements that remove a tenant's role; a bucket stays for its other tenants."""
        return [f'DROP ROLE IF EXISTS "{role}"'] if self.own_role else []

    def run(self, connection: Connection, statements: Sequence[str]) -> None:
        """Run DDL that takes no parameters, on the driver's own cursor.

        SQLAlchemy would look for parameters in it: `exec_driver_sql` fails on `%`, `text` on `:`.
        """
        cursor = connection.connection.cursor()
        try:
            for piece in self.pieces(statements):
                cursor.execute(piece)
        finally:
            cursor.close()

    def pieces(self, statements: Sequence[str]) -> Sequence[str]:
        """The statements as they travel: in one trip to the database where that is possible."""
        if not self.one_string:
            return statements
        return [";\n".join(statements)] if statements else []

    def wear(self, role: str, schema: str) -> Sequence[str]:
        """What gives a transaction the role and the search path of a tenant, as it travels."""
        return self.pieces(
            [f'SET LOCAL ROLE "{role}"', f'SET LOCAL search_path TO "{schema}", ext']
        )


POSTGRESQL = DatabaseKind(own_role=True, one_string=True)
CITUS = DatabaseKind(own_role=False, one_string=False)


def kind_of(connection: Connection) -> DatabaseKind:
    """Which kind of database this connection leads to."""
    found = connection.exec_driver_sql("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
    return CITUS if found.scalar() else POSTGRESQL


def kind_by_role(role: str) -> DatabaseKind:
    """Which kind of database gave a tenant this role, without asking it: each transaction does."""
    return CITUS if role.startswith(BUCKET) else POSTGRESQL


def server_version(connection: Connection) -> int:
    """The server's version as a number, such as 180006."""
    found = connection.exec_driver_sql("SELECT current_setting('server_version_num')::int")
    return int(found.scalar_one())


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE of a driver's error, wrapped by SQLAlchemy or not."""
    code: str | None = getattr(getattr(error, "orig", error), "pgcode", None)
    return code
