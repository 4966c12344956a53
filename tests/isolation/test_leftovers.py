"""Workspaces come and go beside the others: nothing of the gone stays, nobody else notices."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.events.write import write_event
from app.identity.models import Team, User
from app.kernel.ids import new_id
from tenants.control import Job
from tenants.lifecycle import erase
from tests.cast import Workspace

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARKER = "marker-7f3a9c"


def places_with(owner: Engine, marker: str) -> list[str]:
    """Every table of the database in which some row holds the marker anywhere."""
    tables = text(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname LIKE 't\\_%' OR schemaname IN ('control', 'public', 'ext')"
    )
    with owner.connect() as connection:
        names = connection.execute(tables).scalars().all()
        return [
            name
            for name in names
            if connection.execute(
                text(f"SELECT EXISTS (SELECT FROM {name} AS row WHERE row::text LIKE :marker)"),
                {"marker": f"%{marker}%"},
            ).scalar()
        ]


def test_erasing_leaves_no_marker_in_the_database(
    owner: Engine, acme: Workspace, fresh: Callable[[str], Workspace]
) -> None:
    doomed = fresh("initech")
    with doomed.scope() as session:
        by = doomed.actor()
        team = Team(name=MARKER, path="x/", created_at=NOW)
        session.add(team)
        session.flush()
        write_event(by, "team", team.id, "created", changes={"name": [None, MARKER]})
    with Session(owner) as session, session.begin():
        session.add(
            Job(
                id=new_id(),
                tenant_id=doomed.facts.id,
                db_role=doomed.facts.db_role,
                kind="send_mail",
                payload={"text": MARKER},
                run_at=NOW,
                created_at=NOW,
            )
        )
    assert len(places_with(owner, MARKER)) == 3
    erase(owner, "initech", now=NOW)
    assert places_with(owner, MARKER) == []


def test_workspaces_come_and_go_while_the_others_work(
    owner: Engine, acme: Workspace, fresh: Callable[[str], Workspace]
) -> None:
    troubles: list[Exception] = []
    visits: list[list[str]] = []
    finished = threading.Event()

    def work() -> None:
        while not finished.is_set():
            try:
                with Workspace(acme.facts, acme.engine_app).scope() as session:
                    visits.append(sorted(session.scalars(select(User.name))))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test fails with it
                troubles.append(error)

    workers = [threading.Thread(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    chance = random.Random(20260302)
    alive: list[str] = []
    for letter in "abdefghj":
        alive.append(fresh(f"firm{letter}").facts.slug)
        if chance.random() < 0.5:
            erase(owner, alive.pop(chance.randrange(len(alive))), now=NOW)
    finished.set()
    for worker in workers:
        worker.join()
    assert troubles == []
    assert visits
    assert all(names == ["Alice Archer", "Bob Baker", "Dora Dunn"] for names in visits)


def test_the_heir_of_a_slug_inherits_nothing(
    owner: Engine, fresh: Callable[[str], Workspace]
) -> None:
    first = fresh("initech")
    with first.scope() as session:
        session.add(Team(name=MARKER, path="x/", created_at=NOW))
    erase(owner, "initech", now=datetime(2020, 1, 1, tzinfo=UTC))
    heir = fresh("initech")
    assert heir.facts.schema != first.facts.schema
    assert heir.facts.db_role != first.facts.db_role
    with heir.scope() as session:
        assert MARKER not in session.scalars(select(Team.name)).all()
