"""A starter gives roles the Homes of its trade, and nothing that is not there."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from app.founding import make_homes
from app.home.operations.homes import OF_ROLE, home_of, role_home
from app.home.pages.content import content
from app.home.pages.tiles import tiles
from app.identity.models import Role
from app.identity.operations.roles import list_roles
from tenants.lifecycle import NewTenant
from tenants.starters import list_starters, load_starter
from tests.cast import Part, Person, Workspace, found


@pytest.mark.parametrize("key", [one.key for one in list_starters()])
def test_all_that_a_starter_puts_on_home_is_there_and_can_be_shown(
    acme: Workspace, alice: Person, key: str
) -> None:
    with acme.acting() as service:
        make_homes(service, load_starter(key))
    with acme.acting(alice) as by:
        for role in list_roles(by):
            home = role_home(by, role)
            assert home.origin == OF_ROLE
            assert home.widgets
            assert all(one.is_there for one in tiles(home.widgets, by))
            assert not any(content(one, by).problem for one in home.widgets)


def test_people_meet_the_home_of_their_role(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting() as service:
        make_homes(service, load_starter("hotel"))
    with acme.acting(alice) as by:
        assert [one.of for one in home_of(by).widgets][:1] == ["team-day"]
    with acme.acting(bob) as by:
        assert [one.of for one in home_of(by).widgets] == ["activities-by-week", "account"]


def test_a_workspace_that_is_founded_has_them(
    clean: None, owner: Engine, engine_app: Flask
) -> None:
    part = Part("Owner of Lodge", "owner@lodge.example", "owner")
    facts = found(owner, NewTenant(slug="lodge", name="Lodge", starter="hotel"), part)
    with Workspace(facts, engine_app).acting() as by:
        manager = by.session.scalars(select(Role).where(Role.key == "manager")).one()
        assert role_home(by, manager).origin == OF_ROLE
