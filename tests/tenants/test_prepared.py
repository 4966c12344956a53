"""Prepared statements: each workspace reads its own rows by them, and faults leave none behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, Select, bindparam, event, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.crm.models import Account
from app.identity.models import User
from tenants import prepared
from tenants.database import db
from tenants.prepared import Prepared, of_any_length
from tests.cast import Person, Workspace
from tests.factories import make_account

NAMES: Select[UUID, str] = (
    select(Account.id, Account.name).where(Account.name > bindparam("after")).order_by(Account.name)
)
NAME_LENGTH = Account.__table__.c.name.type.length
AFTER = {"after": "", "nobody asks for this": 1}


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that run inside the block, without what a scope begins with."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "SET LOCAL" not in statement:
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def names(session: Session, asked: Prepared) -> list[str]:
    return [row.name for row in asked.run(session, AFTER)]


def process(session: Session) -> int:
    return int(session.scalar(text("SELECT pg_backend_pid()")) or 0)


def known_names(session: Session) -> set[str]:
    found = "SELECT name FROM pg_prepared_statements WHERE name LIKE 'zuke%'"
    return set(session.scalars(text(found)))


def kept_names(session: Session) -> int:
    return len(known_names(session))


@pytest.fixture(autouse=True)
def one_connection(engine_app: Flask) -> None:
    """A pool that is empty at first, so that one connection serves the scopes of a test."""
    with engine_app.app_context():
        db.engine.dispose()


@pytest.fixture
def firms(acme: Workspace, globex: Workspace, alice: Person, charlie: Person) -> None:
    """A firm of the same kind in each of two workspaces."""
    with acme.acting(alice) as by:
        make_account(by, name="Birch")
    with globex.acting(charlie) as by:
        make_account(by, name="Elm")


def test_a_statement_is_read_once_and_then_only_named(acme: Workspace, firms: None) -> None:
    asked = Prepared(NAMES)
    with acme.scope() as session, statements() as seen:
        assert names(session, asked) == names(session, asked) == ["Birch"]
        assert kept_names(session) == 1
    assert [one.startswith("EXECUTE zuke_") for one in seen] == [True, True, False]


def test_each_workspace_reads_its_own_rows_by_the_same_statement(
    acme: Workspace, globex: Workspace, firms: None
) -> None:
    asked = Prepared(NAMES)
    processes = set()
    for _time in range(8):  # More often than the database asks before it keeps a plan.
        for workspace, own in ((acme, ["Birch"]), (globex, ["Elm"])):
            with workspace.scope() as session:
                assert names(session, asked) == own
                processes.add(process(session))
    assert len(processes) == 1, "one connection served both, or this proves nothing"


def test_a_statement_that_failed_can_be_run_afterwards(acme: Workspace, firms: None) -> None:
    wrong = Prepared(NAMES.where(func.length(Account.name) / bindparam("by", type_=None) > 0))
    sound = Prepared(NAMES)
    with acme.scope() as session:
        with pytest.raises(DBAPIError):
            wrong.run(session, {"after": "", "by": 0})
        session.rollback()
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT 1 / 0"))
        with pytest.raises(DBAPIError):  # Nothing runs in a transaction that has failed.
            sound.run(session, AFTER)
        session.rollback()
        assert names(session, sound) == ["Birch"]
        assert [row.name for row in wrong.run(session, {"after": "", "by": 1})] == ["Birch"]


def test_what_was_prepared_outlives_the_change_that_was_undone(
    acme: Workspace, firms: None
) -> None:
    asked = Prepared(NAMES)
    with acme.scope() as session:
        assert names(session, asked) == ["Birch"]
        session.rollback()
        with statements() as seen:
            assert names(session, asked) == ["Birch"]
    assert seen[0].startswith("EXECUTE")


def test_a_column_may_be_widened_under_it(acme: Workspace, owner: Engine, firms: None) -> None:
    name = of_any_length(Account.name).label("name")
    asked = Prepared(select(name).where(Account.name > bindparam("after")))
    with acme.scope() as session:
        assert names(session, asked) == ["Birch"]
    alter = f'ALTER TABLE "{acme.facts.schema}".accounts ALTER COLUMN name TYPE varchar({{}})'
    with owner.begin() as connection:
        connection.exec_driver_sql(alter.format(777))
    try:
        with acme.scope() as session:
            assert names(session, asked) == ["Birch"]
    finally:
        with owner.begin() as connection:
            connection.exec_driver_sql(alter.format(NAME_LENGTH))


def test_a_plan_whose_columns_became_others_is_forgotten(
    acme: Workspace, owner: Engine, firms: None
) -> None:
    asked = Prepared(select(Account.version.label("n")))
    alter = f'ALTER TABLE "{acme.facts.schema}".accounts ALTER COLUMN version TYPE {{}}'
    with acme.scope() as session:
        assert [row.n for row in asked.run(session, {})]
    with owner.begin() as connection:
        connection.exec_driver_sql(alter.format("bigint"))
    try:
        with acme.scope() as session:
            with pytest.raises(DBAPIError):
                asked.run(session, {})
            session.rollback()
            assert [row.n for row in asked.run(session, {})]
    finally:
        with owner.begin() as connection:
            connection.exec_driver_sql(alter.format("integer"))


def test_a_parameter_that_sqlalchemy_writes_itself_is_left_to_it(
    acme: Workspace, firms: None
) -> None:
    wanted = bindparam("wanted", type_=JSONB)
    asked = Prepared(select(Account.name).where(Account.custom != wanted))
    with acme.scope() as session, statements() as seen:
        assert [row.name for row in asked.run(session, {"wanted": {"x_size": 3}})] == ["Birch"]
    assert seen[0].startswith("SELECT")


def test_what_never_differs_is_spelt_out(acme: Workspace, firms: None) -> None:
    signs = "50 % of 'Birch' \\ %s $1"
    fixed = Prepared(select(Account.name, literal(signs).label("told")).where(Account.name != "%"))
    with acme.scope() as session:
        for _time in range(2):
            assert [tuple(row) for row in fixed.run(session, {})] == [("Birch", signs)]


def test_a_connection_keeps_a_bounded_number(
    acme: Workspace, firms: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "MOST", 3)
    asked = [Prepared(NAMES.limit(number)) for number in range(1, 7)]
    with acme.scope() as session:
        for one in asked * 2:
            assert names(session, one) == ["Birch"]
            assert kept_names(session) <= 3
        before = known_names(session)
        for one in (asked[5], asked[0], asked[5], asked[1], asked[2], asked[5]):
            names(session, one)
        assert len(before & known_names(session)) == 1, "the one that is used most often stays"


def test_behind_a_pooler_statements_are_sent_whole(
    acme: Workspace, firms: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "IS_DIRECT", "is_known_to_be_direct")
    asked = Prepared(NAMES)
    with acme.scope() as session, statements() as seen:
        assert names(session, asked) == names(session, asked) == ["Birch"]
    assert all(one.startswith("SELECT") for one in seen)


def test_a_connection_knows_that_it_leads_to_the_server_itself(acme: Workspace) -> None:
    with acme.scope() as session:
        assert session.connection().info[prepared.IS_DIRECT] is True


def test_lists_of_values_and_own_types_are_left_to_sqlalchemy(
    acme: Workspace, firms: None, alice: Person
) -> None:
    listed = Prepared(NAMES.where(Account.name.in_(bindparam("some", expanding=True))))
    tagged = Prepared(select(Account.name, Account.tags).where(Account.name > bindparam("after")))
    with acme.acting(alice) as by:
        make_account(by, name="Cedar", tags=("vip",))
    with acme.scope() as session, statements() as seen:
        assert [row.name for row in listed.run(session, {**AFTER, "some": ["Birch"]})] == ["Birch"]
        assert [row.tags for row in tagged.run(session, {"after": "C"})] == [("vip",)]
    assert not any("EXECUTE" in one for one in seen)


def test_values_are_as_sqlalchemy_answers_them(acme: Workspace, alice: Person) -> None:
    users = User.__table__
    whole = select(*(one for one in users.c if isinstance(one.type, prepared.NATIVE)))
    with acme.scope() as session:
        found = Prepared(whole).run(session, {})
        assert [tuple(row) for row in found] == [tuple(row) for row in session.execute(whole)]
        assert isinstance(found[0].id, UUID)
        assert found[0].id == UUID(str(found[0].id))
        assert hash(found[0].id) == hash(UUID(str(found[0].id)))
