"""The doctor on a database that is well, and on databases that are not."""

import pytest
from psycopg2 import sql

from app.cli.diagnosis.database import diagnose_database
from app.cli.diagnosis.service import diagnose_service
from app.cli.postgres.databases import OWNER, drop_database, open_cursor, repair, urls_of
from config.settings import Settings


def levels(urls):
    return {each.topic: each.level for each in diagnose_database(urls.app, urls.owner)}


def as_superuser(urls, *statements):
    with open_cursor(urls.superuser) as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_a_prepared_database_is_well(database):
    assert set(levels(database).values()) == {"ok"}


@pytest.mark.parametrize(
    ("topic", "level", "damage"),
    [
        ("extensions", "fail", "DROP EXTENSION citext"),
        ("functions", "warn", "GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC"),
        ("public", "fail", "GRANT USAGE ON SCHEMA public TO PUBLIC"),
        ("public", "warn", "CREATE TABLE public.stray (id int)"),
        ("trigrams", "fail", "REVOKE USAGE ON SCHEMA ext FROM PUBLIC"),
        ("application login", "fail", "ALTER SCHEMA ext OWNER TO zuke_app"),
    ],
)
def test_damage_is_named(database, topic, level, damage):
    as_superuser(database, damage)
    assert levels(database)[topic] == level


def test_mending_makes_a_damaged_database_well(superuser_url, database):
    as_superuser(
        database,
        "DROP EXTENSION unaccent",
        "GRANT USAGE ON SCHEMA public TO PUBLIC",
        "GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC",
        "ALTER SCHEMA ext OWNER TO zuke_app",
    )
    with open_cursor(database.app) as cursor:
        cursor.execute("SELECT current_database()")
        name = cursor.fetchone()[0]
    repair(superuser_url, name, (database.owner, database.app))
    assert set(levels(database).values()) == {"ok"}


def test_a_database_under_ctype_c_is_refused(superuser_url, worker_id):
    name = f"zuke_ctype_{worker_id}"
    with open_cursor(superuser_url) as cursor:
        statement = sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
        cursor.execute(statement.format(sql.Identifier(name)))
    try:
        urls = urls_of(superuser_url, name)
        repair(superuser_url, name, (urls.owner, urls.app))
        found = levels(urls)
        assert (found["encoding"], found["trigrams"]) == ("fail", "fail")
    finally:
        drop_database(superuser_url, name)


def test_the_owners_login_is_refused_as_the_applications(database):
    found = {each.topic: each for each in diagnose_database(database.owner, database.owner)}
    assert found["application login"].level == "fail"
    assert OWNER in found["application login"].sentence


def test_a_database_out_of_reach_is_one_finding():
    (finding,) = diagnose_database("postgresql+psycopg2://zuke_app@127.0.0.1:1/zuke", "")
    assert finding.level == "fail"
    assert "\n" not in finding.sentence


def settings(**changes):
    good = {
        "zuke_env": "demo",
        "secret_key": "k" * 48,
        "base_url": "http://localhost:8000",
        "files_url": "",
        "smtp_url": "",
    }
    return Settings(**{**good, **changes})


@pytest.mark.parametrize(
    ("topic", "level", "changes"),
    [
        ("secret", "ok", {}),
        ("secret", "fail", {"secret_key": "changeme"}),
        ("address", "fail", {"zuke_env": "production"}),
        ("files", "fail", {"files_url": "file:///nowhere/at/all"}),
        ("files", "fail", {"files_url": "ftp://host/files"}),
        ("files", "ok", {"files_url": "s3://bucket/files"}),
        ("mail", "warn", {}),
        ("mail", "fail", {"smtp_url": "smtp://127.0.0.1:1"}),
        ("mail", "fail", {"smtp_url": "mail.example"}),
        ("stripe", "warn", {}),
        ("stripe", "fail", {"stripe_secret_key": "made-up"}),
    ],
)
def test_the_surroundings_are_named(topic, level, changes):
    found = {each.topic: each for each in diagnose_service(settings(**changes))}
    assert found[topic].level == level
    assert found[topic].remedy or level == "ok"
