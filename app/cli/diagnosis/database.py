"""The database server and our database on it: reachable, recent, in UTF-8, with its settings."""

from collections.abc import Iterator

from psycopg2 import Error, OperationalError
from psycopg2.extensions import cursor

from app.cli.diagnosis.finding import Finding, fail, ok, warn
from app.cli.diagnosis.rights import RIGHTS
from app.cli.postgres.databases import open_cursor

OLDEST, NEWEST, RECOMMENDED = 15, 18, 18
EXTENSIONS = ("btree_gin", "citext", "pg_trgm", "unaccent")
LOCKS = 1024
FIX = "Run `zuke doctor --fix --superuser-url URL`, or app/cli/postgres/*.sql as a superuser."


def diagnose_database(app_url: str, owner_url: str) -> Iterator[Finding]:
    """Look at the database through the application's login, and try the owner's."""
    if not app_url:
        yield fail("database", "DATABASE_URL is not set.", "Set it to the login zuke_app.")
        return
    try:
        with open_cursor(app_url) as database:
            yield ok("database", "The application's login reaches the database.")
            yield from _look(database)
    except OperationalError as error:
        yield _unreachable("database", "DATABASE_URL", error)
        return
    yield _owner(owner_url)


def _look(database: cursor) -> Iterator[Finding]:
    """Yield a finding of every check; one that the database refuses is itself a finding."""
    for check in (_version, _encoding, _trigrams, _extensions, _locks, *RIGHTS):
        try:
            yield check(database)
        except OperationalError:
            raise
        except Error as error:
            topic = check.__name__.strip("_")
            yield fail(topic, f"The database refused to be asked: {str(error).strip()}", FIX)


def _owner(owner_url: str) -> Finding:
    if not owner_url:
        return warn(
            "owner login",
            "DATABASE_OWNER_URL is not set, so nothing can be migrated or provisioned from here.",
            "Set it for the command line and `zuke worker --owner`, never for the web.",
        )
    try:
        with open_cursor(owner_url):
            return ok("owner login", "The owner's login reaches the database.")
    except OperationalError as error:
        return _unreachable("owner login", "DATABASE_OWNER_URL", error)


def _unreachable(topic: str, variable: str, error: OperationalError) -> Finding:
    reason = next(iter(str(error).strip().splitlines()), "no reason given")
    return fail(topic, f"The database cannot be reached: {reason}", f"Look at {variable}.")


def _version(database: cursor) -> Finding:
    number = int(_value(database, "SHOW server_version_num"))
    major = number // 10_000
    if major < OLDEST:
        return fail("version", f"PostgreSQL {major} is too old.", f"Upgrade to {RECOMMENDED}.")
    if major > NEWEST:
        sentence = f"PostgreSQL {major} is newer than any that was tried."
        return warn("version", sentence, f"Use {RECOMMENDED}, or read the release notes first.")
    return ok("version", f"PostgreSQL {major}.")


def _encoding(database: cursor) -> Finding:
    """Read datctype: PostgreSQL 18 has no SHOW lc_ctype."""
    database.execute(
        "SELECT pg_encoding_to_char(encoding), datctype"
        " FROM pg_database WHERE datname = current_database()"
    )
    row = database.fetchone() or ("", "")
    encoding, ctype = str(row[0]), str(row[1])
    if encoding == "UTF8" and ctype.upper().replace("-", "").endswith("UTF8"):
        return ok("encoding", f"UTF8 with LC_CTYPE {ctype}.")
    return fail(
        "encoding",
        f"The encoding is {encoding} with LC_CTYPE {ctype}; Chinese would not be searched.",
        "Create the database anew: TEMPLATE template0 ENCODING 'UTF8' LC_CTYPE 'C.UTF-8'.",
    )


def _trigrams(database: cursor) -> Finding:
    if _value(database, "SELECT ext.show_trgm('王小明') <> '{}'"):
        return ok("trigrams", "Chinese text is trigram-indexed.")
    return fail(
        "trigrams",
        "Chinese text is not trigram-indexed, and no query would say so.",
        "Create the database anew with LC_CTYPE 'C.UTF-8'.",
    )


def _extensions(database: cursor) -> Finding:
    database.execute(
        "SELECT extname FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace"
        " WHERE n.nspname = 'ext'"
    )
    found = {str(row[0]) for row in database.fetchall()}
    missing = [name for name in EXTENSIONS if name not in found]
    if missing:
        return fail("extensions", f"Schema ext lacks {', '.join(missing)}.", FIX)
    return ok("extensions", f"Schema ext has {', '.join(EXTENSIONS)}.")


def _locks(database: cursor) -> Finding:
    locks = int(_value(database, "SHOW max_locks_per_transaction"))
    if locks >= LOCKS:
        return ok("locks", f"max_locks_per_transaction is {locks}.")
    return warn(
        "locks",
        f"max_locks_per_transaction is {locks}: dumps of a few hundred workspaces will fail.",
        f"Set max_locks_per_transaction = {LOCKS} in postgresql.conf and restart the server.",
    )


def _value(database: cursor, query: str) -> str:
    database.execute(query)
    row = database.fetchone()
    return row[0] if row else ""
