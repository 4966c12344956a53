"""Whatever ends a visit to Acme, the next visitor of the same connection finds nothing of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.cli.postgres.databases import DatabaseUrls
from app.identity.models import User
from tenants.database import db
from tenants.scope import ScopeError, tenant_scope
from tests.cast import Workspace
from tests.isolation.bare import connection_is_bare
from tests.laundry import open_connection

Ending = Callable[[Workspace, "Outside"], None]
ENDINGS: dict[str, Ending] = {}


class Outside:
    """Logins other than the application's, for endings that somebody else causes."""

    def __init__(self, owner: Engine, superuser_url: str) -> None:
        self.owner = owner
        self.superuser_url = superuser_url


class Stopped(BaseException):
    """What a worker's signal raises in the middle of a request."""


def ending(work: Ending) -> Ending:
    ENDINGS[work.__name__] = work
    return work


def touch(session: Session) -> None:
    """Do what a visit does: read rows and change some."""
    assert session.scalars(select(User.name)).all()
    session.execute(text("UPDATE users SET name = name || ' of Acme'"))


def visit(acme: Workspace, *steps: Callable[[Session], object]) -> None:
    """A whole visit: the steps in one scope."""
    with acme.scope() as session:
        for step in steps:
            step(session)


def run(statement: str) -> Callable[[Session], object]:
    return lambda session: session.execute(text(statement))


def divide_by_zero(_session: Session) -> float:
    return 1 / 0


def stop(_session: Session) -> None:
    raise Stopped


@ending
def a_commit(acme: Workspace, outside: Outside) -> None:
    with acme.scope() as session:
        touch(session)


@ending
def a_rollback(acme: Workspace, outside: Outside) -> None:
    with acme.scope() as session:
        touch(session)
        session.rollback()


@ending
def an_exception(acme: Workspace, outside: Outside) -> None:
    with pytest.raises(ZeroDivisionError):
        visit(acme, touch, divide_by_zero)


@ending
def an_error_of_the_database(acme: Workspace, outside: Outside) -> None:
    with pytest.raises(DBAPIError):
        visit(acme, touch, run("SELECT * FROM nowhere"))


@ending
def an_error_that_was_swallowed(acme: Workspace, outside: Outside) -> None:
    with acme.scope() as session:
        touch(session)
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT * FROM nowhere"))
        session.rollback()
        touch(session)


@ending
def a_statement_that_took_too_long(acme: Workspace, outside: Outside) -> None:
    with pytest.raises(DBAPIError, match="statement timeout"):
        visit(acme, run("SET LOCAL statement_timeout = 20"), run("SELECT pg_sleep(2)"))


@ending
def a_deadlock(acme: Workspace, outside: Outside) -> None:
    """Two transactions take two rows in opposite order; whoever is chosen, the scope ends."""
    names = "SELECT id FROM users ORDER BY id"
    with acme.scope() as session:
        first, second, *_rest = session.execute(text(names)).scalars().all()
    lock = text(f'SELECT 1 FROM "{acme.facts.schema}".users WHERE id = :id FOR UPDATE')
    with outside.owner.connect() as other:
        other.execute(lock, {"id": second})

        def cross() -> None:
            try:
                other.execute(lock, {"id": first})
            except DBAPIError:
                other.rollback()

        crossing = threading.Thread(target=cross)
        try:
            with acme.scope() as session:
                mine = text("SELECT 1 FROM users WHERE id = :id FOR UPDATE")
                session.execute(mine, {"id": first})
                crossing.start()
                session.execute(mine, {"id": second})
        except DBAPIError:
            pass
        crossing.join()


@ending
def a_client_that_went_away(acme: Workspace, outside: Outside) -> None:
    def stream() -> Iterator[str]:
        with acme.scope() as session:
            yield from session.scalars(select(User.name))

    pages = stream()
    next(pages)
    pages.close()


@ending
def a_signal_to_the_worker(acme: Workspace, outside: Outside) -> None:
    with pytest.raises(Stopped):
        visit(acme, touch, stop)


@ending
def a_commit_in_the_middle(acme: Workspace, outside: Outside) -> None:
    with acme.scope() as session:
        touch(session)
        session.commit()
        touch(session)


@ending
def a_savepoint_that_was_rolled_back(acme: Workspace, outside: Outside) -> None:
    with acme.scope() as session:
        nested = session.begin_nested()
        touch(session)
        nested.rollback()
        touch(session)


@ending
def a_result_that_was_half_read(acme: Workspace, outside: Outside) -> None:
    with acme.scope() as session:
        rows = session.execute(select(User.name).execution_options(yield_per=1))
        next(rows)


@ending
def a_thread_that_was_started_inside(acme: Workspace, outside: Outside) -> None:
    seen: list[BaseException] = []

    def elsewhere() -> None:
        try:
            with acme.engine_app.app_context():
                db.session.execute(select(User.name)).all()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            seen.append(error)

    with acme.scope() as session:
        touch(session)
        session.commit()
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert isinstance(seen[0], ScopeError)


@ending
def a_connection_that_was_cut(acme: Workspace, outside: Outside) -> None:
    def cut(session: Session) -> None:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with open_connection(outside.superuser_url) as killer, killer.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", (pid,))
        killer.close()

    with pytest.raises(DBAPIError):
        visit(acme, touch, cut, touch)


@pytest.mark.parametrize("name", ENDINGS)
def test_the_next_visitor_finds_nothing_of_acme(
    name: str,
    narrow_acme: Workspace,
    narrow_globex: Workspace,
    owner: Engine,
    urls: DatabaseUrls,
    narrow_app: Flask,
) -> None:
    outside = Outside(owner, urls.superuser)
    for _round in range(1 if name == "a_deadlock" else 3):
        ENDINGS[name](narrow_acme, outside)
        connection_is_bare(narrow_app)
        with narrow_globex.scope() as session:
            assert session.scalars(select(User.name)).all() == ["Charlie Chen"]
            assert session.execute(text("SELECT current_user")).scalar() == (
                narrow_globex.facts.db_role
            )
        connection_is_bare(narrow_app)


def test_a_scope_does_not_open_inside_another(
    narrow_acme: Workspace, narrow_globex: Workspace
) -> None:
    with narrow_acme.scope() as session:
        touch(session)
        with pytest.raises(ScopeError), tenant_scope(narrow_globex.facts):
            pass
        assert len(session.scalars(select(User.name)).all()) == 3


def test_a_session_never_meets_the_rows_of_the_next_tenant(
    narrow_acme: Workspace, narrow_globex: Workspace
) -> None:
    with narrow_acme.scope() as session:
        held = session.scalars(select(User)).first()
    with narrow_globex.scope() as later:
        assert held not in later
        assert later.get(User, held.id) is None


def test_without_a_scope_no_transaction_begins(narrow_app: Flask) -> None:
    with narrow_app.app_context(), pytest.raises(ScopeError):
        db.session.execute(select(User.name))


def test_a_removed_session_does_not_begin_anew_without_its_tenant(narrow_acme: Workspace) -> None:
    with narrow_acme.scope():
        db.session.remove()
        with pytest.raises(ScopeError):
            db.session.execute(select(User.name))
