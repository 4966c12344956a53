"""What `bootstrap` makes, on a real server of whatever version the tests run on."""

import psycopg2
import pytest

from app.cli.postgres.databases import (
    bootstrap,
    create_database,
    drop_database,
    open_cursor,
    other_sessions,
)


def value(url, query):
    with open_cursor(url) as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_a_second_bootstrap_changes_nothing(superuser_url, database):
    name = value(database.app, "SELECT current_database()")
    assert bootstrap(superuser_url, name) == database
    assert value(database.app, "SELECT session_user") == "zuke_app"
    assert value(database.owner, "SELECT session_user") == "zuke_owner"


def test_chinese_is_trigram_indexed(database):
    assert value(database.app, "SELECT ext.show_trgm('王小明') <> '{}'") is True


@pytest.mark.parametrize(
    "attack",
    [
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE ROLE mine",
        "SELECT query_to_xml('SELECT 1', true, true, '')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_create(0)",
        "SELECT pg_read_file('/etc/passwd')",
        "SET ROLE zuke_owner",
    ],
)
def test_the_applications_login_may_do_nothing_by_itself(database, attack):
    with open_cursor(database.app) as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(attack)


def test_the_owner_makes_a_tenants_role_in_the_group(database):
    with open_cursor(database.owner) as cursor:
        cursor.execute("CREATE ROLE t_0cli NOLOGIN INHERIT IN ROLE zuke_tenant")
        cursor.execute("CREATE SCHEMA t_0cli")
        cursor.execute("GRANT t_0cli TO zuke_app")
    with open_cursor(database.app) as cursor:
        cursor.execute("BEGIN; SET LOCAL ROLE t_0cli; SELECT pg_has_role('zuke_tenant', 'USAGE')")
        assert cursor.fetchone()[0] is True


def test_dropping_a_database_takes_its_tenants_roles_along(superuser_url, worker_id):
    name = f"zuke_drop_{worker_id}"
    urls = create_database(superuser_url, name)
    with open_cursor(urls.owner) as cursor:
        cursor.execute("CREATE ROLE t_0drop NOLOGIN IN ROLE zuke_tenant")
        cursor.execute("CREATE SCHEMA t_0drop")
        cursor.execute("GRANT USAGE ON SCHEMA t_0drop TO t_0drop")
    drop_database(superuser_url, name)
    assert value(superuser_url, "SELECT count(*) FROM pg_roles WHERE rolname = 't_0drop'") == 0
    assert other_sessions(superuser_url) >= 0
