"""What a workspace costs: making one, switching to one, and the connection that has met many."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from flask import Flask
from sqlalchemy import Engine, event, select, text

from app.crm.models import Account, Activity, Contact
from app.founding import Founder, found_workspace
from app.identity.models import User
from app.kernel import clock
from app.leaving.keeping import KEEPING, settled
from app.modules import tenant_schema
from bench.figures import Figure, Limit, of_samples, ratio_of
from bench.surroundings import OWNER, PASSWORD, Server
from config.settings import Settings
from tenants.archive.restore import restore
from tenants.archive.write import write_archive
from tenants.control import Tenant
from tenants.database import connect_app, control_session, db
from tenants.facts import TenantFacts
from tenants.history import TENANT
from tenants.lifecycle import NewTenant, create
from tenants.scope import tenant_scope

CREATED = 20
SWITCHED = 2000
VISITED = 300
NEVER = 10**9


def run(on: Server) -> list[Figure]:
    """All figures of this bench."""
    return [*_creating(on), *_packing(on), *_switching(on), *_remembering(on)]


def _creating(on: Server) -> Iterator[Figure]:
    """Making a workspace from the snapshot, against running the history statement by statement."""
    _create(on.owner, _new("warm"))
    tables = len(tenant_schema().metadata.tables)
    made: list[float] = []
    stepped: list[float] = []
    founded: list[float] = []
    for number in range(CREATED):
        made.append(_timed(_create, on.owner, _new(f"m{number}")))
        stepped.append(_timed(_step_by_step, on.owner))
        founded.append(_timed(_found, on.owner, _new(f"f{number}", "manufacturer-exporter")))
    note = f"{tables} tables with {len(tenant_schema().ddl) - tables} further indexes"
    yield of_samples(
        "create a tenant, full schema", made, limit=Limit(floor=250, aim=80), note=note
    )
    yield of_samples(
        "the same with starter and owner (a password hashed)", founded, limit=Limit(floor=250)
    )
    yield of_samples("the schema alone, step by step by Alembic", stepped)
    yield ratio_of("step by step against the whole tenant", stepped, made, Limit())


def _packing(on: Server) -> Iterator[Figure]:
    """Taking a small workspace out as one file, and making another one of it."""
    _found(on.owner, _new("packed", "manufacturer-exporter"))
    written: list[float] = []
    restored: list[float] = []
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "packed.zip"
        for number in range(CREATED):
            written.append(_timed(_write, on.owner, archive))
            restored.append(_timed(_restore, on.owner, archive, f"back{number}"))
    yield of_samples("export a small workspace", written, limit=Limit(floor=200))
    yield of_samples("restore it under another name", restored, limit=Limit(floor=1000))


def _write(owner: Engine, archive: Path) -> None:
    write_archive(owner, _new("packed").slug, archive, files=None, keeping=KEEPING, now=clock.now())


def _restore(owner: Engine, archive: Path, name: str) -> None:
    now = clock.now()
    restore(
        owner,
        tenant_schema(),
        TENANT,
        archive,
        _new(name).slug,
        files=None,
        left_out=KEEPING.left_out,
        now=now,
        settle=settled(("x" * 40,), now),
    )


def _step_by_step(owner: Engine) -> None:
    """What a migration tool does for a new tenant: each operation compiled and sent on its own."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    with owner.connect() as connection:
        connection.exec_driver_sql("CREATE SCHEMA zuke_step")
        connection.exec_driver_sql("SET LOCAL search_path TO zuke_step, ext")
        with Operations.context(MigrationContext.configure(connection)):
            for revision in TENANT.line:
                revision.module.upgrade()
        connection.exec_driver_sql("DROP SCHEMA zuke_step CASCADE")
        connection.rollback()


def _create(owner: Engine, new: NewTenant) -> TenantFacts:
    return create(owner, tenant_schema(), new, now=clock.now())


def _found(owner: Engine, new: NewTenant) -> None:
    found_workspace(owner, new, Founder(OWNER, "Owner", PASSWORD), now=clock.now())


def _switching(on: Server) -> Iterator[Figure]:
    """A transaction of one select inside a tenant's scope and outside any, one after the other."""
    app = _app(on, tenants_per_connection=NEVER)
    facts = _tenants(on, 2)
    bare: list[float] = []
    scoped: list[float] = []
    with app.app_context():
        for number in range(SWITCHED):
            bare.append(_timed(_select_outside))
            scoped.append(_timed(_select_inside, facts[number % 2]))
        db.engine.dispose()
    kept = slice(SWITCHED // 10, None)
    yield of_samples("transaction of one select, no tenant", bare[kept])
    yield of_samples("the same in a tenant, another each time", scoped[kept])
    extra = of_samples("", scoped[kept]).value - of_samples("", bare[kept]).value
    limit = Limit(floor=0.3)
    yield Figure("what switching the tenant adds", "ms", extra, limit=limit)


def _select_outside() -> None:
    with control_session() as session:
        session.execute(text("SELECT 1"))


def _select_inside(facts: TenantFacts) -> None:
    with tenant_scope(facts) as session:
        session.execute(text("SELECT 1"))


def _remembering(on: Server) -> Iterator[Figure]:
    """Private memory of connections through which one process visited many workspaces."""
    facts = _tenants(on, VISITED)
    bound = Settings().tenants_per_connection
    for name, distinct, limit in (
        (f"connection after {VISITED} tenants, replaced after {bound}", bound, Limit(floor=100)),
        (f"connection after {VISITED} tenants, never replaced", NEVER, Limit()),
    ):
        with _app(on, tenants_per_connection=distinct).app_context():
            with _peak(db.engine) as peak:
                for one in facts:
                    _visit(one)
            db.engine.dispose()
        yield Figure(name, "MB", max(peak), limit=limit)


def _visit(facts: TenantFacts) -> None:
    """What a first page asks of a workspace: the person, a list with its joins, the diary."""
    with tenant_scope(facts) as session:
        session.execute(select(User).limit(1)).all()
        listed = (
            select(Contact, Account.name, User.name)
            .outerjoin(Account, Account.id == Contact.account_id)
            .outerjoin(User, User.id == Contact.owner_id)
        )
        session.execute(listed.order_by(Contact.name_sort, Contact.id).limit(50)).all()
        session.execute(select(Activity).order_by(Activity.at).limit(50)).all()


@contextmanager
def _peak(engine: Engine) -> Iterator[list[float]]:
    """The private memory in MB of the engine's connections, each time one is given back."""
    seen: list[float] = [0.0]

    def note(dbapi: object, _record: object) -> None:
        pid = getattr(getattr(dbapi, "info", None), "backend_pid", 0)
        status = Path(f"/proc/{pid}/status")
        found = re.search(r"^RssAnon:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        seen.append(int(found[1]) / 1024 if found else 0.0)

    event.listen(engine, "checkin", note, insert=True)
    yield seen
    event.remove(engine, "checkin", note)


def _app(on: Server, *, tenants_per_connection: int) -> Flask:
    """An application that is nothing but its connection to the database."""
    app = Flask("bench")
    settings = Settings(
        database_url=on.urls.app,
        database_pool_size=1,
        tenants_per_connection=tenants_per_connection,
    )
    connect_app(app, settings)
    return app


def _tenants(on: Server, count: int) -> list[TenantFacts]:
    """So many workspaces, made where they are missing."""
    from sqlalchemy.orm import Session

    with Session(on.owner) as session:
        found = [one.facts() for one in session.scalars(select(Tenant).limit(count))]
    missing = (_new(f"v{number}") for number in range(len(found), count))
    found.extend(_create(on.owner, new) for new in missing)
    return found


def _new(slug: str, starter: str = "") -> NewTenant:
    return NewTenant(slug=f"bench-{slug}", name=f"Bench {slug}", starter=starter)


def _timed(work: Callable[..., object], *arguments: object) -> float:
    """Milliseconds that `work` takes."""
    began = perf_counter()
    work(*arguments)
    return (perf_counter() - began) * 1000
