"""Two workspaces whose rows have the same ids: whoever asks gets their own."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from app.identity.models import Team
from tests.cast import Workspace

SAME = [UUID(int=number) for number in range(1, 21)]


def fill(session: Session, marker: str) -> None:
    """Give a workspace teams with ids that the other workspace has too."""
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    for number, same in enumerate(SAME):
        name = f"{marker} {number}"
        session.add(Team(id=same, name=name, path=f"{same}/", created_at=moment))


@pytest.fixture
def twins(acme: Workspace, globex: Workspace) -> tuple[Workspace, Workspace]:
    for workspace in (acme, globex):
        with workspace.scope() as session:
            fill(session, workspace.facts.slug)
    return acme, globex


def test_reading_by_id_gives_ones_own_row(twins: tuple[Workspace, Workspace]) -> None:
    for _round in range(10):
        for workspace in twins:
            with workspace.scope() as session:
                names = [session.get_one(Team, same).name for same in SAME]
            assert names == [f"{workspace.facts.slug} {number}" for number in range(20)]


def test_changing_by_id_leaves_the_twin_alone(twins: tuple[Workspace, Workspace]) -> None:
    acme, globex = twins
    with acme.scope() as session:
        session.execute(update(Team).where(Team.id == SAME[0]).values(name="changed"))
        session.execute(delete(Team).where(Team.id.in_(SAME[10:])))
    with globex.scope() as session:
        assert session.get_one(Team, SAME[0]).name == "globex 0"
        assert session.scalar(select(func.count()).where(Team.id.in_(SAME))) == 20


def test_statements_written_by_hand_stay_inside_too(twins: tuple[Workspace, Workspace]) -> None:
    acme, globex = twins
    with acme.scope() as session:
        session.execute(text("UPDATE teams SET name = 'by hand'"))
    with globex.scope() as session:
        names = session.execute(text("SELECT name FROM teams WHERE name = 'by hand'")).all()
    assert names == []


def test_a_statement_prepared_for_one_is_not_remembered_for_the_other(
    narrow_acme: Workspace, narrow_globex: Workspace
) -> None:
    """The compiled statement is cached and the connection is the same: the schema is not in it."""
    for workspace in (narrow_acme, narrow_globex):
        with workspace.scope() as session:
            fill(session, workspace.facts.slug)
    query = select(Team.name).where(Team.id == SAME[3])
    for workspace in (narrow_acme, narrow_globex) * 5:
        with workspace.scope() as session:
            assert session.scalar(query) == f"{workspace.facts.slug} 3"
