"""If our own switch of tenants were broken, the database would refuse instead of obeying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from app.identity.models import User
from tenants import scope
from tenants.facts import TenantFacts
from tests.cast import Workspace
from tests.isolation.bare import connection_is_bare

Wear = Callable[[Connection, TenantFacts], None]


def role_of(connection: Connection, tenant: TenantFacts) -> None:
    connection.exec_driver_sql(f'SET LOCAL ROLE "{tenant.db_role}"')


def path_of(connection: Connection, tenant: TenantFacts) -> None:
    connection.exec_driver_sql(f'SET LOCAL search_path TO "{tenant.schema}", ext')


def nothing(_connection: Connection, _tenant: TenantFacts) -> None:
    pass


MUTANTS: dict[str, Wear] = {
    "nothing is switched": nothing,
    "the search path is forgotten": role_of,
    "the role is forgotten": path_of,
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_switch_that_forgets_something_reaches_nothing(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    monkeypatch.setattr(scope, "wear", MUTANTS[mutant])
    with pytest.raises(DBAPIError), acme.scope() as session:
        session.scalars(select(User.name)).all()


def test_a_switch_that_mixes_two_tenants_reaches_neither(
    acme: Workspace, globex: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mixed(connection: Connection, tenant: TenantFacts) -> None:
        role_of(connection, tenant)
        path_of(connection, globex.facts)

    monkeypatch.setattr(scope, "wear", mixed)
    with pytest.raises(DBAPIError), acme.scope() as session:
        session.scalars(select(User.name)).all()


def test_a_switch_for_the_whole_session_is_seen_by_the_tests(
    narrow_acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof of the proof: what pool reuse is tested with does notice."""

    def for_good(connection: Connection, tenant: TenantFacts) -> None:
        connection.exec_driver_sql(f'SET ROLE "{tenant.db_role}"')
        connection.exec_driver_sql(f'SET search_path TO "{tenant.schema}", ext')

    monkeypatch.setattr(scope, "wear", for_good)
    with narrow_acme.scope() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(AssertionError):
        connection_is_bare(narrow_acme.engine_app)


@pytest.mark.parametrize("name", ['t_x"; RESET ROLE; --', "T_X", "", "t x", "public\n", "1t"])
def test_a_name_that_is_none_opens_no_scope(acme: Workspace, name: str) -> None:
    forged = Workspace(replace(acme.facts, db_role=name), acme.engine_app)
    with pytest.raises(scope.ScopeError, match="can't name"), forged.scope():
        pass
    with acme.scope() as session:
        assert session.scalars(select(User.name)).all()
