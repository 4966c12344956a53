"""Workspaces from before templates and documents: their shipped roles are given the rights once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from app.identity.models import Role
from app.identity.models.access import Grant
from tenants.history import TENANT
from tests.cast import Person, Workspace

KINDS = ("template", "document")


def give(session: Session) -> None:
    """What the migration says of rights."""
    for one in TENANT.upgrade("0075"):
        if "INSERT INTO grants" in one and any(f"'{kind}'" in one for kind in KINDS):
            session.execute(text(one))


def given(session: Session) -> set[tuple[str | None, str, str]]:
    found = select(Role.key, Grant.record_type, Grant.verb).join(Role, Role.id == Grant.role_id)
    return {tuple(row) for row in session.execute(found.where(Grant.record_type.in_(KINDS)))}


@pytest.fixture
def session(acme: Workspace, alice: Person) -> Iterator[Session]:
    """The workspace as it was before anybody had these rights."""
    with acme.scope() as opened:
        opened.execute(delete(Grant).where(Grant.record_type.in_(KINDS)))
        yield opened


def test_shipped_roles_get_what_new_workspaces_give_them(session: Session) -> None:
    give(session)
    everybody = ("admin", "manager", "sales_rep", "service_agent", "marketer")
    assert given(session) == {
        ("admin", "template", "manage"),
        ("manager", "template", "manage"),
        ("admin", "document", "manage"),
        ("admin", "document", "seal"),
        ("manager", "document", "seal"),
        *((key, "document", "share") for key in everybody),
    }


def test_what_somebody_decided_on_stays_as_it_is(session: Session) -> None:
    give(session)
    role = session.scalars(select(Role.id).where(Role.key == "manager")).one()
    session.execute(delete(Grant).where(Grant.role_id == role, Grant.record_type == "document"))
    before = given(session)
    give(session)
    assert given(session) == before
