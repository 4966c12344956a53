"""Migrating every tenant: each in one transaction, several at a time, resumable, observable.

Where a tenant stands is in its row, so "nothing to do" is one query. The steps are rendered once
for each version met and run as plain SQL. One tenant goes first as the canary; after it, a failure
stops that tenant and nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from random import random
from time import sleep
from uuid import UUID

from psycopg2 import Error as DriverError
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import DBAPIError

from tenants.control import Tenant
from tenants.engine import DEADLOCK, LOCKED, kind_of, sqlstate
from tenants.errors import Busy, UnknownTenant
from tenants.facts import State
from tenants.history import TENANT, History, HistoryError, handed

FLEET_LOCK = 7_382_217  # Any fixed number: one migration of the fleet at a time.
LOCK_TIMEOUT = "3s"  # A migration waits no longer for a page that is open, pages queue behind it.
STATEMENT_TIMEOUT = "120s"
TRIES = 5

Progress = Callable[[str, str | None], None]  # The slug that ended, and what went wrong if so.


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one tenant stands."""

    id: UUID
    slug: str
    schema: str
    version: str
    state: str


@dataclass(slots=True)
class Outcome:
    """What a run over the fleet did: who was migrated, who failed and why, who was not tried."""

    migrated: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    untried: list[str] = field(default_factory=list)


def standings(
    engine: Engine, *, behind: str | None = None, with_erased: bool = False
) -> list[Standing]:
    """Every living tenant, oldest first; with `behind`, only those at another version than it."""
    query = select(Tenant.id, Tenant.slug, Tenant.schema_name, Tenant.version, Tenant.state)
    if not with_erased:
        query = query.where(Tenant.state != State.ERASED.value)
    if behind is not None:
        query = query.where(Tenant.version != behind)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(Tenant.created_at, Tenant.id)).all()
    return [Standing(*row) for row in rows]


def migrate_tenants(
    engine: Engine,
    *,
    jobs: int = 2,
    canary: str | None = None,
    history: History = TENANT,
    progress: Progress | None = None,
) -> Outcome:
    """Bring every tenant to the head of the history; run again, it goes on where it stopped.

    `canary` is the slug that goes first and alone, else the oldest that is behind; if it fails,
    nobody else is touched. Raises Busy while another run is under way.
    """
    report = progress or (lambda _slug, _problem: None)
    outcome = Outcome()
    with _alone(engine):
        waiting = _canary_first(standings(engine, behind=history.head), canary)
        run = _Run(engine, history, outcome, report)
        if waiting:
            run.migrate(waiting[0])
        if outcome.failed:
            outcome.untried = [standing.slug for standing in waiting[1:]]
            return outcome
        with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
            list(pool.map(run.migrate, waiting[1:]))
    return outcome


class _Run:
    """One run over the fleet, shared by its threads."""

    def __init__(
        self, engine: Engine, history: History, outcome: Outcome, report: Progress
    ) -> None:
        self.engine = engine
        self.head = history.head
        self.steps = cache(history.upgrade)
        self.outcome = outcome
        self.report = report

    def migrate(self, standing: Standing) -> None:
        """Migrate one tenant, and write down how it ended."""
        problem = self._problem(standing)
        if problem is None:
            self.outcome.migrated.append(standing.slug)
        else:
            self.outcome.failed[standing.slug] = problem
        self.report(standing.slug, problem)

    def _problem(self, standing: Standing) -> str | None:
        """Try until it works, fails for a reason of its own, or was locked out too often."""
        for attempt in range(1, TRIES + 1):
            try:
                self._step(standing)
            except HistoryError as error:
                return str(error)
            except (DBAPIError, DriverError) as error:
                if sqlstate(error) not in (LOCKED, DEADLOCK) or attempt == TRIES:
                    return str(getattr(error, "orig", error)).strip().partition("\n")[0]
                # Waiting differs from one to the next, so that two don't meet again and again.
                sleep(0.2 * 2**attempt * (0.5 + random()))  # noqa: S311 - no secret is made of it
            else:
                return None
        return None

    def _step(self, standing: Standing) -> None:
        """Run the steps of one tenant and move its version, in one transaction."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
            asked = select(Tenant.version, Tenant.state, Tenant.currency)
            mine = asked.where(Tenant.id == standing.id)
            version, state, currency = connection.execute(mine.with_for_update()).one()
            if version == self.head or state == State.ERASED:
                return
            kind = kind_of(connection)
            path = f'SET LOCAL search_path TO "{standing.schema}", ext'
            kind.run(connection, [path, *handed(self.steps(version), currency=currency)])
            moved = update(Tenant).where(Tenant.id == standing.id).values(version=self.head)
            connection.execute(moved)
            connection.info.setdefault("tenants", set()).add(standing.id)


def _canary_first(waiting: Sequence[Standing], canary: str | None) -> list[Standing]:
    """The same tenants with the canary in front; one that needs nothing is none."""
    if canary is not None and all(standing.slug != canary for standing in waiting):
        raise UnknownTenant(canary)
    return sorted(waiting, key=lambda standing: standing.slug != canary)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Hold the fleet's lock for the length of the run, on a connection of its own."""
    with engine.connect() as connection:
        held = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({FLEET_LOCK})").scalar()
        connection.commit()
        if not held:
            raise Busy("Another migration of the workspaces is under way.")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({FLEET_LOCK})")
            connection.commit()
