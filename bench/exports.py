"""What taking a list away as a file costs: seconds, rows a second, memory of the process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from flask import Flask
from sqlalchemy import select

from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel import clock
from app.kernel.actor import Actor
from app.modules import install_record_types
from app.records.exports.begin import every_key
from app.records.exports.formats import FORMATS
from app.records.exports.make import write_file
from app.records.exports.which import Which, packed_ids
from app.records.query import Query
from app.records.tailored import tailored
from bench.figures import Figure, Limit
from bench.pace import look, slowness
from bench.service import Service
from bench.surroundings import OWNER, Workspace
from config.settings import Settings
from tenants.database import connect_app
from tenants.facts import TenantFacts
from tenants.scope import keep, tenant_scope

SECONDS = Limit(floor=30)  # XLSX of 100,000 rows.
MEMORY = Limit(floor=200)  # MB of the whole process.
TYPE = "contact"


@dataclass(frozen=True, slots=True)
class Made:
    """One file: how long it took, its rows, its size, and the memory of the process at most."""

    seconds: float
    rows: int
    megabytes: float
    memory: float


def run(measured: Workspace, _web: Service) -> list[Figure]:
    """All figures of this bench: every field of all contacts, as each kind of table."""
    return [figure for key in ("csv", "xlsx") for figure in _figures(measured, key)]


def _figures(measured: Workspace, key: str) -> Iterator[Figure]:
    before = look()
    # A process of its own, as its memory at its most can't be told from another's otherwise.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        made = pool.submit(_make, measured.server.urls.app, measured.facts, key).result()
    pace = slowness(before, look())
    name = f"{made.rows:,} contacts, every field, as {key.upper()}"
    note = f"{made.rows / made.seconds:,.0f} rows a second, {made.megabytes:.1f} MB"
    limit = SECONDS if made.rows <= 100_000 else Limit()
    yield Figure(name, "s", made.seconds, limit=limit, note=note, slowness=pace)
    yield Figure(f"{name}: memory", "MB", made.memory, limit=MEMORY)


def _make(database_url: str, facts: TenantFacts, key: str) -> Made:
    """Make one file as a job does: the ids first, then page by page, told after each."""
    install_record_types()
    settings = Settings(zuke_env="test", database_url=database_url)
    app = Flask("bench")
    connect_app(app, settings, statement_timeout_ms=settings.job_statement_timeout_ms)
    with (
        tempfile.TemporaryDirectory() as folder,
        app.app_context(),
        tenant_scope(facts) as session,
    ):
        user = session.scalars(select(User).where(User.email == OWNER)).one()
        by = actor_for(session, facts, user, clock.now(), "job")
        record_type = tailored(TYPE, by)
        path = Path(folder) / "made"
        begun = perf_counter()

        def after(_done: int) -> Actor:
            keep(session)
            return by

        rows = write_file(
            path,
            FORMATS[key],
            record_type,
            every_key(record_type, by),
            packed_ids(record_type, Which(Query()), by),
            by,
            is_whole=True,
            after=after,
        )
        seconds = perf_counter() - begun
        size = path.stat().st_size / 1_000_000
        return Made(seconds, rows, size, most_memory())


def most_memory() -> float:
    """The memory of this process at its most, in MB.

    Not by getrusage: what a process begins as is a copy of the one that started it, and its number
    goes on from there.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    held = next(line for line in lines if line.startswith("VmHWM:"))
    return int(held.split()[1]) / 1024
