"""What one file with everything of a workspace costs: seconds, rows a second, memory, bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from flask import Flask

from app.kernel import clock
from app.kernel.actor import service_actor
from app.leaving.operations.takeout import room_of
from app.leaving.pack import pack_everything
from app.modules import install_record_types
from bench.exports import MEMORY, Made, most_memory
from bench.figures import Figure, Limit
from bench.pace import look, slowness
from bench.service import Service
from bench.surroundings import Workspace
from config.settings import Settings
from tenants.database import connect_app
from tenants.facts import TenantFacts
from tenants.scope import keep, tenant_scope

EVERY = 500  # Rows after which it is told how far it is, as the job does.
SECONDS = Limit(floor=300)  # For the rows of a workspace of 100,000 contacts and their history.


def run(measured: Workspace, _web: Service) -> Iterator[Figure]:
    """All figures of this bench: everything of the workspace, once."""
    before = look()
    # A process of its own, as its memory at its most can't be told from another's otherwise.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        made = pool.submit(_make, measured.server.urls.app, measured.facts).result()
    pace = slowness(before, look())
    name = f"everything in one file, {made.rows:,} rows"
    note = f"{made.rows / made.seconds:,.0f} rows a second, {made.megabytes:.1f} MB"
    yield Figure(name, "s", made.seconds, limit=SECONDS, note=note, slowness=pace)
    yield Figure("everything in one file: memory", "MB", made.memory, limit=MEMORY)


def _make(database_url: str, facts: TenantFacts) -> Made:
    """Make it as the job does, told and committed every so many rows."""
    install_record_types()
    with tempfile.TemporaryDirectory() as folder:
        files = (Path(folder) / "files").as_uri()
        settings = Settings(zuke_env="test", database_url=database_url, files_url=files)
        app = Flask("bench")
        app.extensions["settings"] = settings
        connect_app(app, settings, statement_timeout_ms=settings.job_statement_timeout_ms)
        with app.app_context(), tenant_scope(facts) as session:
            by = service_actor(session, facts, clock.now(), via="job")
            told, target = [0], Path(folder) / "everything.zip"

            def advance(done: int) -> None:
                if done - told[0] >= EVERY:
                    told[0] = done
                    keep(session)

            begun = perf_counter()
            packed = pack_everything(target, by, room_of(by), advance)
            seconds = perf_counter() - begun
            rows = sum(int(one.get("rows", 0)) for one in packed.parts)
            return Made(seconds, rows, target.stat().st_size / 1_000_000, most_memory())
