"""Without a scope the application's login reaches nothing; within one, one tenant and no other."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from app.cli.postgres.databases import DatabaseUrls
from app.kernel.model import Base
from tenants.control import SERVICE
from tests.cast import Workspace

TABLES = sorted(Base.metadata.tables)
VERBS = {
    "select": "SELECT * FROM {}",
    "insert": "INSERT INTO {} DEFAULT VALUES",
    "update": "UPDATE {} SET id = id",
    "delete": "DELETE FROM {}",
}


@pytest.fixture
def login(urls: DatabaseUrls, acme: Workspace) -> Iterator[Engine]:
    """The application's login without any of the application around it."""
    engine = create_engine(urls.app)
    yield engine
    engine.dispose()


def refusal(engine: Engine, statement: str) -> str | None:
    """The SQLSTATE of a statement in a transaction of its own."""
    with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
        connection.exec_driver_sql(statement)
    return refused.value.orig.pgcode


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", VERBS)
def test_the_bare_login_reaches_no_table(
    login: Engine, acme: Workspace, table: str, verb: str
) -> None:
    statement = VERBS[verb]
    assert refusal(login, statement.format(table)) == "42P01"
    named = f'"{acme.facts.schema}"."{table}"'
    assert refusal(login, statement.format(named)) == "42501"


def test_a_search_path_alone_opens_nothing(login: Engine, acme: Workspace) -> None:
    path = f'SET LOCAL search_path TO "{acme.facts.schema}"'
    assert refusal(login, f"{path}; SELECT * FROM users") == "42P01"


def test_a_role_alone_opens_nothing(login: Engine, acme: Workspace) -> None:
    assert refusal(login, f'SET LOCAL ROLE "{acme.facts.db_role}"; SELECT * FROM users') == "42P01"


def test_a_role_of_one_tenant_opens_no_other(
    login: Engine, acme: Workspace, globex: Workspace
) -> None:
    statement = (
        f'SET LOCAL ROLE "{acme.facts.db_role}"; '
        f'SET LOCAL search_path TO "{globex.facts.schema}"; SELECT * FROM users'
    )
    assert refusal(login, statement) == "42P01"
    named = f'SET LOCAL ROLE "{acme.facts.db_role}"; SELECT * FROM "{globex.facts.schema}".users'
    assert refusal(login, named) == "42501"


def test_nobody_of_the_service_has_more_than_its_part(owner: Engine, acme: Workspace) -> None:
    query = text(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolinherit, rolcreaterole "
        "FROM pg_roles WHERE rolname LIKE 'zuke\\_%' OR rolname LIKE 't\\_%'"
    )
    with owner.connect() as connection:
        roles = {row.rolname: row for row in connection.execute(query)}
    assert not any(row.rolsuper or row.rolbypassrls or row.rolcreatedb for row in roles.values())
    assert not roles["zuke_app"].rolinherit
    assert [name for name, row in roles.items() if row.rolcreaterole] == ["zuke_owner"]


def test_the_login_owns_nothing(owner: Engine, acme: Workspace) -> None:
    query = text(
        "SELECT relname FROM pg_class WHERE relowner = 'zuke_app'::regrole UNION ALL "
        "SELECT nspname FROM pg_namespace WHERE nspowner = 'zuke_app'::regrole"
    )
    with owner.connect() as connection:
        assert connection.execute(query).all() == []


def test_a_tenants_role_has_rights_in_its_own_schema_only(
    owner: Engine, acme: Workspace, globex: Workspace
) -> None:
    query = text(
        "SELECT DISTINCT n.nspname FROM pg_class AS c JOIN pg_namespace AS n "
        "ON n.oid = c.relnamespace, aclexplode(c.relacl) AS a WHERE a.grantee = to_regrole(:role)"
    )
    for workspace in (acme, globex):
        with owner.connect() as connection:
            found = connection.execute(query, {"role": workspace.facts.db_role}).scalars().all()
        assert found == [workspace.facts.schema]


def test_a_tenants_role_changes_no_structure(acme: Workspace) -> None:
    for statement in ("CREATE TABLE x (i int)", "DROP TABLE users", "TRUNCATE users"):
        with pytest.raises(ProgrammingError), acme.scope() as session:
            session.execute(text(statement))


def test_public_holds_nothing_and_no_function_runs_as_its_owner(
    owner: Engine, acme: Workspace
) -> None:
    query = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL "
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace <> 'pg_catalog'::regnamespace"
        " UNION ALL SELECT extname FROM pg_extension WHERE extname IN ('dblink', 'postgres_fdw')"
    )
    with owner.connect() as connection:
        assert connection.execute(query).all() == []


@pytest.mark.parametrize("table", ["tenant", "domain", "operator", "job", "hit", "mail_hint"])
def test_the_shared_tables_are_closed_inside_a_scope(acme: Workspace, table: str) -> None:
    with pytest.raises(ProgrammingError) as refused, acme.scope() as session:
        session.execute(text(f"SELECT * FROM control.{table}"))
    assert isinstance(refused.value.orig, psycopg2.errors.InsufficientPrivilege)


JOB = text(
    "INSERT INTO control.job (id, tenant_id, db_role, kind, payload, run_at, created_at) "
    "VALUES (gen_random_uuid(), :tenant, :role, 'x', '{}', now(), now())"
)


def test_a_tenant_enqueues_its_own_jobs_and_no_others(acme: Workspace, globex: Workspace) -> None:
    with acme.scope() as session:
        session.execute(JOB, {"tenant": acme.facts.id, "role": acme.facts.db_role})
    for tenant, role in (
        (globex.facts.id, globex.facts.db_role),
        (SERVICE, acme.facts.db_role),
        (SERVICE, "zuke_app"),
    ):
        with pytest.raises(ProgrammingError, match="row-level security"), acme.scope() as session:
            session.execute(JOB, {"tenant": tenant, "role": role})


ESCAPES = {
    "stacked": 'SELECT 1; RESET ROLE; SELECT * FROM "{schema}".users',
    "the login itself": 'SET LOCAL ROLE zuke_app; SELECT * FROM "{schema}".users',
    "the owner": "SET LOCAL ROLE zuke_owner",
    "another session user": "SET SESSION AUTHORIZATION zuke_owner",
    "by XML": "SELECT query_to_xml('SELECT * FROM \"{schema}\".users', true, false, '')",
    "by a table's XML": "SELECT table_to_xml('\"{schema}\".users'::regclass, true, false, '')",
    "by a schema's XML": "SELECT schema_to_xml('{schema}', true, false, '')",
    "by a large object": "SELECT lo_import('/etc/passwd')",
    "by a file": "SELECT pg_read_file('/etc/passwd')",
    "by a program": "COPY users TO PROGRAM 'cat'",
    "by the server's disk": "COPY users TO '/tmp/users'",
}


@pytest.mark.parametrize("way", ESCAPES)
def test_injected_sql_does_not_read_another_tenant_in_one_step(
    acme: Workspace, globex: Workspace, way: str
) -> None:
    """A stacked statement may leave the role, but what it reaches then is nothing either."""
    statement = ESCAPES[way].format(schema=globex.facts.schema)
    with pytest.raises(DBAPIError) as refused, acme.scope() as session:
        session.connection().exec_driver_sql(statement)
    assert refused.value.orig.pgcode == "42501"
