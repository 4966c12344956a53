"""The workspace of a million contacts: who works there, who owns what, and records with a past.

It is written by the generator and the COPY of `zuke demo-data`, with the keys that every way in
makes; indexes are put back once the rows stand, as one built at a time takes a fraction of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg2 import sql
from sqlalchemy import select

from app.cli.postgres.databases import open_cursor
from app.crm.operations.steps import refresh_all_steps
from app.demo.load import Amounts, load
from app.identity.models import Team, User
from app.identity.operations.roles import create_role, role_by_key, write_rights
from app.identity.operations.teams import create_team
from app.identity.operations.users import create_user
from app.identity.rights import read_rights
from app.kernel.actor import Actor, Reach
from bench.own_fields import grade_and_score
from bench.surroundings import PASSWORD, REP, SEED, Workspace

MILLION = Amounts(100_000, 1_000_000, 300_000, SEED, "mixed")
# Who reads their own records alone, and how many of 10,000 accounts are theirs.
OWN = {"few@bench.example": 3, "some@bench.example": 50, "many@bench.example": 2_500}
TEAMS, TEAM_SIZE = 5, 8
OF = 10_000
TIMES = 10  # What the generator makes is made so many times as much.
BUSY = 20  # Contacts with hundreds of activities and of changes.
MULTIPLY = Path(__file__).with_name("multiply.sql")
Shares = list[tuple[UUID, int]]  # Who owns how many of OF accounts.


def million(made: Workspace) -> None:
    """Fill a founded workspace with 1,000,000 contacts of 100,000 accounts, and their past."""
    amounts = made.amounts
    seeds = replace(
        amounts, contacts=amounts.contacts // TIMES, activities=amounts.activities // TIMES
    )
    with made.acting() as by:
        shares = _people(by)
        grade_and_score(by)
    with _indexes_put_off(made):
        with made.acting() as by:
            people = [one for one, _share in shares]
            for _written in load(by, people, seeds):
                pass
        with made.acting() as by:
            _multiply(by, shares)
            refresh_all_steps(by.session)


def _multiply(by: Actor, shares: Shares) -> None:
    """Make TIMES as many contacts and activities, whose accounts belong to those of `shares`."""
    inside = by.session.connection().connection.cursor()
    try:
        inside.execute("SET LOCAL work_mem = '256MB'; SET LOCAL temp_buffers = '64MB'")
        inside.execute(
            "CREATE TEMP TABLE bench_plan ON COMMIT DROP AS SELECT %s AS times, %s AS busy",
            (TIMES, BUSY),
        )
        inside.execute(
            "CREATE TEMP TABLE bench_people (user_id uuid, first int, beyond int) ON COMMIT DROP"
        )
        first = 0
        for person, share in shares:
            inside.execute(
                "INSERT INTO bench_people VALUES (%s, %s, %s)", (str(person), first, first + share)
            )
            first += share
        inside.execute(MULTIPLY.read_text("utf-8"))
    finally:
        inside.close()


def _people(by: Actor) -> Shares:
    """Teams of representatives, and three people whose role reads no more than their own."""
    seller = role_by_key(by.session, "sales_rep")
    alone = create_role(by, label="Own records", like=seller)
    rights = read_rights(by.session, alone)
    grants = {
        key: Reach.OWN if key[1] == "read" and reach is Reach.TEAM else reach
        for key, reach in rights.grants.items()
    }
    write_rights(by, alone, grants, rights.fields)
    first = by.session.scalars(select(Team).where(Team.parent_id.is_(None))).first()
    teams = [create_team(by, name=f"Team {number}", parent=first) for number in range(TEAMS)]
    own = [_person(by, mail, alone, teams[0]) for mail in OWN]
    others = [
        _person(by, REP if number == 0 else f"rep{number}@bench.example", seller, teams[team])
        for team in range(TEAMS)
        for number in range(team * TEAM_SIZE, (team + 1) * TEAM_SIZE)
    ]
    by.session.flush()
    left = OF - sum(OWN.values())
    rest = [left // len(others)] * len(others)
    rest[-1] += left - sum(rest)
    return [
        (one.id, share) for one, share in zip([*own, *others], [*OWN.values(), *rest], strict=True)
    ]


def _person(by: Actor, email: str, role: Any, team: Team) -> User:
    return create_user(
        by, email=email, name=email.partition("@")[0], role=role, team=team, password=PASSWORD
    )


@contextmanager
def _indexes_put_off(made: Workspace) -> Iterator[None]:
    """Drop the indexes of a workspace that guard nothing, and build them again at the end."""
    with open_cursor(made.server.urls.superuser) as inside:
        inside.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)"
            " FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid"
            " WHERE t.relnamespace = to_regnamespace(%s) AND NOT i.indisunique"
            " AND t.relname IN ('accounts', 'contacts', 'activities', 'activity_links', 'events')",
            (made.facts.schema,),
        )
        found = inside.fetchall()
        for name, _definition in found:
            inside.execute(f"DROP INDEX {name}")
    yield
    with open_cursor(made.server.urls.superuser) as inside:
        inside.execute("SET maintenance_work_mem = '1GB'")
        inside.execute(
            sql.SQL("SET ROLE {}").format(sql.Identifier(str(made.server.owner.url.username)))
        )
        for _name, definition in found:
            inside.execute(definition)
