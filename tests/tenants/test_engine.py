from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    text,
)

from app.cli.postgres.databases import DatabaseUrls
from tenants.engine import CITUS, POSTGRESQL, kind_of
from tenants.facts import State, TenantFacts
from tenants.schema import render
from tenants.scope import wear

ID = UUID("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001")


def test_a_role_for_each_tenant_and_buckets_where_tenants_are_many() -> None:
    assert POSTGRESQL.role_for(ID) == "t_0190aaaabbbb7ccc8dddeeeeffff0001"
    assert CITUS.role_for(ID) == "zuke_bucket_01"


def test_the_grant_passes_nothing_on_where_the_server_can_say_so() -> None:
    assert POSTGRESQL.make_role("t_x", 150004)[1] == 'GRANT "t_x" TO zuke_app'
    assert POSTGRESQL.make_role("t_x", 180000)[1].endswith("WITH INHERIT FALSE, SET TRUE")


def test_a_bucket_outlives_its_tenants() -> None:
    assert POSTGRESQL.drop_role("t_x") == ['DROP ROLE IF EXISTS "t_x"']
    assert CITUS.drop_role("zuke_bucket_01") == []


def test_a_bucket_is_made_once_and_used_again(owner: Engine) -> None:
    with owner.connect() as connection:
        transaction = connection.begin()
        for _tenant in range(2):
            CITUS.run(connection, CITUS.make_role("zuke_bucket_63", 150000))
        found = "SELECT count(*) FROM pg_roles WHERE rolname = 'zuke_bucket_63'"
        assert connection.execute(text(found)).scalar() == 1
        transaction.rollback()


def test_ddl_with_signs_that_drivers_look_for_runs_as_it_stands(owner: Engine) -> None:
    metadata = MetaData()
    checks = (CheckConstraint("note NOT LIKE '%s' AND note <> ':z'", name="ck_odd"),)
    Table("odd", metadata, Column("note", String(20), server_default="100 %"), *checks)
    with owner.connect() as connection:
        assert kind_of(connection) is POSTGRESQL
        connection.rollback()
        for kind in (POSTGRESQL, CITUS):
            transaction = connection.begin()
            connection.exec_driver_sql("CREATE SCHEMA odd")
            kind.run(connection, ["SET LOCAL search_path TO odd", *render(metadata)])
            connection.exec_driver_sql("INSERT INTO odd DEFAULT VALUES")
            assert connection.exec_driver_sql("SELECT note FROM odd").scalar() == "100 %"
            transaction.rollback()


def test_a_scope_is_one_trip_and_on_citus_a_statement_each(urls: DatabaseUrls) -> None:
    engine, sent = create_engine(urls.superuser), []
    role = POSTGRESQL.role_for(ID)
    own = TenantFacts(id=ID, slug="x", name="X", db_role=role, schema=role, state=State.ACTIVE)
    bucket = replace(own, db_role=CITUS.role_for(ID))

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    with engine.connect() as connection:
        for tenant, trips in ((own, 1), (bucket, 2)):
            transaction = connection.begin()
            connection.exec_driver_sql(f'CREATE ROLE "{tenant.db_role}" NOLOGIN')
            event.listen(engine, "before_cursor_execute", note)
            wear(connection, tenant)
            event.remove(engine, "before_cursor_execute", note)
            assert len(sent) == trips
            assert [one.count("SET LOCAL") for one in sent] == [2 // trips] * trips
            sent.clear()
            worn = text("SELECT current_user, current_setting('search_path')")
            assert connection.execute(worn).one() == (tenant.db_role, f"{tenant.schema}, ext")
            transaction.rollback()
    engine.dispose()


def test_nothing_to_run_is_nothing_to_run(owner: Engine) -> None:
    with owner.connect() as connection:
        POSTGRESQL.run(connection, [])
