"""The database that benches run on: one of their own, with a workspace of the size asked for."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from psycopg2 import sql
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from app.cli.postgres.databases import (
    DatabaseUrls,
    create_database,
    drop_database,
    open_cursor,
    urls_of,
)
from app.cli.postgres.server import ensure_running
from app.demo.load import Amounts, load
from app.demo.workspaces import owner_acting
from app.founding import Founder, found_workspace
from app.identity.models import Team, User
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.kernel import clock
from app.kernel.actor import Actor
from app.modules import install_record_types, tenant_schema
from config.machine import read_machine
from tenants.control import Tenant
from tenants.facts import State, TenantFacts
from tenants.lifecycle import NewTenant
from tenants.migrations import upgrade_control

DATABASE = "zuke_bench"
SLUG, OWNER, REP = "bench", "owner@bench.example", "rep@bench.example"
PASSWORD = "bench-Zuke-2026"  # noqa: S105  It opens made-up rows only.
REPS = 12
SEED = 7


@dataclass(frozen=True, slots=True)
class Server:
    """A database of benches on a running server."""

    superuser_url: str
    urls: DatabaseUrls
    owner: Engine


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace that pages are measured in, and what it holds."""

    server: Server
    facts: TenantFacts
    amounts: Amounts

    @property
    def scale(self) -> dict[str, int]:
        """What it holds, for the results."""
        made = self.amounts
        return {
            "accounts": made.accounts,
            "contacts": made.contacts,
            "activities": made.activities,
        }

    @contextmanager
    def acting(self) -> Iterator[Actor]:
        """The service acting in the workspace, in one transaction of the owner's login."""
        with owner_acting(self.server.owner, self.facts, clock.now()) as by:
            yield by


@contextmanager
def server(
    name: str = DATABASE, *, keep: bool = False, holding: Amounts | None = None
) -> Iterator[Server]:
    """A server with the database `name`, which is dropped at the end unless it is kept.

    It is empty, unless an earlier run kept it with the workspace that is meant by `holding`. The
    server is the one that ZUKE_TEST_SUPERUSER_URL names, else the embedded one. Its commits wait
    for the disk, as a service's do.
    """
    install_record_types()
    named = read_machine().test_superuser_url
    own = None if named else ensure_running()
    superuser_url = named or (own.superuser_url if own else "")
    try:
        if holding is not None and _stamp(superuser_url, name) == _fingerprint(holding):
            urls = urls_of(superuser_url, name)
        else:
            urls = create_database(superuser_url, name)
            _wait_for_disk(superuser_url, name)
        owner = create_engine(urls.owner, connect_args={"options": "-c timezone=UTC"})
        try:
            upgrade_control(owner)
            yield Server(superuser_url, urls, owner)
        finally:
            owner.dispose()
            if not keep:
                drop_database(superuser_url, name)
    finally:
        if own:
            own.stop()


def amounts_for(contacts: int) -> Amounts:
    """What a workspace with so many contacts holds beside them."""
    return Amounts(contacts * 2 // 5, contacts, contacts * 3 // 5, SEED, "mixed")


Fill = Callable[[Workspace], None]  # Writes what a workspace holds into one that was founded.


def workspace(on: Server, amounts: Amounts, fill: Fill) -> Workspace:
    """The workspace with these amounts, made now unless a kept database holds the same."""
    stamp = _fingerprint(amounts)
    name = on.owner.url.database or DATABASE
    if _stamp(on.superuser_url, name) == stamp:
        with Session(on.owner) as session:
            kept = session.scalars(select(Tenant).where(Tenant.slug == SLUG)).one()
            return Workspace(on, kept.facts(), amounts)
    _tell(f"Making a workspace with {amounts.contacts:,} contacts…")
    made = Workspace(on, _found(on.owner), amounts)
    fill(made)
    settle(on)
    _mark(on.superuser_url, name, stamp)
    return made


def founded(on: Server) -> Workspace:
    """A workspace that sells and holds nothing yet."""
    return Workspace(on, _found(on.owner), amounts_for(0))


def usual(made: Workspace) -> None:
    """A dozen representatives of one team, and what the demo's generator makes."""
    with made.acting() as by:
        people = [*by.session.scalars(select(User.id)), *_people(by)]
        for _written in load(by, people, made.amounts):
            pass


def _found(owner: Engine) -> TenantFacts:
    new = NewTenant(
        slug=SLUG,
        name="北风贸易有限公司",
        language="zh-CN",
        currency="CNY",
        zone="Asia/Shanghai",
        country="CN",
        starter="manufacturer-exporter",
        plan="enterprise",
        state=State.ACTIVE,
        modules=("sales", "insight"),
    )
    founder = Founder(email=OWNER, name="李北", password=PASSWORD)
    return found_workspace(owner, new, founder, now=clock.now() - timedelta(days=400))


def _people(by: Actor) -> list[UUID]:
    """The colleagues who own the records beside the workspace's owner."""
    role = role_by_key(by.session, "sales_rep")
    team = by.session.scalars(select(Team).where(Team.parent_id.is_(None))).first()
    emails = [REP, *(f"rep{number}@bench.example" for number in range(2, REPS))]
    people = [
        create_user(by, email=email, name=f"Rep {number}", role=role, team=team, password=PASSWORD)
        for number, email in enumerate(emails, start=1)
    ]
    by.session.flush()  # Their ids own the rows that COPY writes next.
    return [one.id for one in people]


def settle(on: Server) -> None:
    """Leave the tables as they are after a night: statistics known, pages seen by all."""
    with open_cursor(on.urls.superuser) as inside:
        inside.execute("VACUUM ANALYZE")
        inside.execute("CHECKPOINT")


def _fingerprint(amounts: Amounts) -> str:
    """What a kept database must have been made from to be used again."""
    made_from = repr((sorted(tenant_schema().ddl), tenant_schema().version, amounts))
    return hashlib.sha256(made_from.encode()).hexdigest()


def _stamp(superuser_url: str, name: str) -> str:
    """The fingerprint that a database carries as its comment; empty where there is none."""
    with open_cursor(superuser_url) as maintenance:
        maintenance.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            (name,),
        )
        row = maintenance.fetchone()
    return str(row[0] or "") if row else ""


def _mark(superuser_url: str, name: str, stamp: str) -> None:
    with open_cursor(superuser_url) as maintenance:
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
        maintenance.execute(statement.format(sql.Identifier(name), sql.Literal(stamp)))


def _wait_for_disk(superuser_url: str, name: str) -> None:
    with open_cursor(superuser_url) as maintenance:
        statement = sql.SQL("ALTER DATABASE {} RESET synchronous_commit")
        maintenance.execute(statement.format(sql.Identifier(name)))


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
