"""Makes, prepares and drops databases of the service on any server, given its superuser's URL."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection, cursor
from sqlalchemy.engine import URL, make_url

ROLES_SQL = Path(__file__).with_name("roles.sql")
DATABASE_SQL = Path(__file__).with_name("database.sql")

OWNER = "zuke_owner"
APP = "zuke_app"

# Any fixed number: all commands that change the server's roles take turns on it.
TURN = 7_382_215


@dataclass(frozen=True)
class DatabaseUrls:
    """The three sign-ins of one database: the superuser's is never given to a service."""

    superuser: str
    owner: str  # DATABASE_OWNER_URL
    app: str  # DATABASE_URL


def bootstrap(superuser_url: str, database: str) -> DatabaseUrls:
    """Make the database, its roles, extensions and revocations where missing; return its URLs.

    The logins' passwords are derived one-way from the superuser's, so that a server has the same
    ones in every database and test worker. A superuser without a password gives logins without.
    """
    urls = urls_of(superuser_url, database)
    repair(superuser_url, database, (urls.owner, urls.app))
    return urls


def repair(superuser_url: str, database: str, logins: Iterable[str]) -> None:
    """Put a database right: made if missing, roles with their attributes and passwords, rights.

    `logins` are the URLs that services use; each one's password is set where it opens no door.
    """
    with open_cursor(superuser_url) as maintenance:
        maintenance.execute("SELECT pg_advisory_lock(%s)", (TURN,))
        maintenance.execute(ROLES_SQL.read_text())
        for login in logins:
            _set_password(maintenance, make_url(login))
        if not _exists(maintenance, database):
            _create(maintenance, database)
        with open_cursor(urls_of(superuser_url, database).superuser) as inside:
            inside.execute(DATABASE_SQL.read_text())


def create_database(superuser_url: str, name: str) -> DatabaseUrls:
    """Return a fresh database for tests, dropping what a broken run left under its name.

    Its commits don't wait for the disk: nobody needs a test's data after a power failure.
    """
    drop_database(superuser_url, name)
    urls = bootstrap(superuser_url, name)
    with open_cursor(superuser_url) as maintenance:
        statement = sql.SQL("ALTER DATABASE {} SET synchronous_commit = off")
        maintenance.execute(statement.format(sql.Identifier(name)))
    return urls


def drop_database(superuser_url: str, name: str) -> None:
    """Drop a database and the tenants' roles that nothing else of the server refers to."""
    with open_cursor(superuser_url) as maintenance:
        roles = _tenant_roles(superuser_url, name) if _exists(maintenance, name) else []
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        maintenance.execute(statement.format(sql.Identifier(name)))
        for role in roles:
            maintenance.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def urls_of(superuser_url: str, database: str) -> DatabaseUrls:
    """Return the sign-ins that `bootstrap` gives the database."""
    superuser = make_url(superuser_url).set(database=database)

    def login(name: str) -> str:
        derived = _derive(superuser.password, name)
        # Not by set(), which takes None for "leave it".
        url = URL.create(
            superuser.drivername,
            username=name,
            password=derived,
            host=superuser.host,
            port=superuser.port,
            database=database,
            query=superuser.query,
        )
        return url.render_as_string(hide_password=False)

    return DatabaseUrls(superuser.render_as_string(hide_password=False), login(OWNER), login(APP))


def other_sessions(superuser_url: str) -> int:
    """Return how many sessions of programs, ours excepted, the server has."""
    with open_cursor(superuser_url) as maintenance:
        maintenance.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        row = maintenance.fetchone()
    return int(row[0]) if row else 0


def _derive(password: str | None, name: str) -> str | None:
    if not password:
        return None
    return hmac.new(password.encode(), name.encode(), hashlib.sha256).hexdigest()[:40]


def _set_password(maintenance: cursor, login: URL) -> None:
    """Set the login's password unless it opens the door already.

    A needless ALTER ROLE would wait for, or collide with, another worker's.
    """
    if login.password is None or login.username not in {OWNER, APP}:
        return
    try:
        _connect(login.set(database="postgres").render_as_string(hide_password=False)).close()
    except psycopg2.OperationalError:
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        role, password = sql.Identifier(login.username or ""), sql.Literal(str(login.password))
        maintenance.execute(statement.format(role, password))


def _create(maintenance: cursor, database: str) -> None:
    """Create the database in UTF-8 with the server's own UTF-8 locale, else C.UTF-8."""
    maintenance.execute("SELECT datctype FROM pg_database WHERE datname = 'template0'")
    row = maintenance.fetchone()
    found = str(row[0]) if row else ""
    locale = found if found.upper().endswith(("UTF-8", "UTF8")) else "C.UTF-8"
    statement = sql.SQL(
        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE {} LC_CTYPE {}"
    )
    maintenance.execute(
        statement.format(sql.Identifier(database), sql.Literal(locale), sql.Literal(locale))
    )


def _exists(maintenance: cursor, database: str) -> bool:
    maintenance.execute("SELECT FROM pg_database WHERE datname = %s", (database,))
    return maintenance.rowcount > 0


def _tenant_roles(superuser_url: str, database: str) -> list[str]:
    """Return the roles of the database's tenants: each has the schema of its own name."""
    inside_url = urls_of(superuser_url, database).superuser
    with open_cursor(inside_url) as inside:
        inside.execute(
            "SELECT rolname FROM pg_roles JOIN pg_namespace ON nspname = rolname"
            " WHERE rolname LIKE 't\\_%'"
        )
        return [str(row[0]) for row in inside.fetchall()]


def _connect(url: str) -> connection:
    """Open a connection of psycopg2 from a URL of SQLAlchemy."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg2.connect(plain, connect_timeout=5)


@contextmanager
def open_cursor(url: str) -> Iterator[cursor]:
    """Give a cursor whose every statement commits at once, as CREATE DATABASE demands."""
    opened = _connect(url)
    try:
        opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with opened.cursor() as ours:
            yield ours
    finally:
        opened.close()
