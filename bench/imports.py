"""What taking in a file costs: rows a second, memory, and what pages wait for meanwhile."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter

from flask import Flask
from sqlalchemy import select

from app.demo.generate import contacts
from app.identity.actors import actor_for
from app.identity.models import User
from app.jobs.collecting import collect_seldom
from app.kernel import clock
from app.modules import install_record_types
from app.records.imports.begin import begin_import
from app.records.imports.given import keep_file
from app.records.imports.mapping import Column, Mapping, Twins
from app.records.imports.run import go_on
from app.records.tailored import tailored
from bench.asking import one_by_one
from bench.figures import Figure, Limit
from bench.pace import look, slowness
from bench.service import Service, sign_in
from bench.surroundings import OWNER, Workspace, settle
from config.settings import Settings
from tenants.database import connect_app
from tenants.facts import TenantFacts
from tenants.scope import keep, tenant_scope

PLAIN = Limit(rate_floor=5_000)
CHECKED = Limit(floor=5, aim=2)  # Seconds of 10,000 rows.
MEMORY = Limit(floor=150)  # MB beyond what the process holds before the first row.
PAGES = Limit(floor=1.5)  # Times their usual time.
FEW = 10_000  # Rows; the many are as many as the workspace has contacts.
ASKED = 40  # Pages at least, before and meanwhile.
COLUMNS = ("last_name", "first_name", "email", "phone", "title")
TYPE = "contact"


@dataclass(frozen=True, slots=True)
class Taken:
    """One import: how long it took, what came of it, and what the process grew by, in MB."""

    seconds: float
    created: int
    duplicate: int
    growth: float


def run(measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench: few rows and many, with and without the check of duplicates."""
    return list(_figures(measured, web))


def _figures(measured: Workspace, web: Service) -> Iterator[Figure]:
    many = measured.amounts.contacts
    few = min(FEW, many)
    taken_in: tuple[tuple[int, Twins], ...] = (
        (few, "create"),
        (few, "skip"),
        (many, "create"),
        (many, "skip"),
    )
    for number, (rows, duplicates) in enumerate(taken_in):
        name = f"{rows:,} contacts {'with' if duplicates == 'skip' else 'without'} the check"
        name = f"{name} of duplicates"
        settle(measured.server)
        before = look()
        with _taking(measured, rows, duplicates, number) as taking:
            taken = taking.result()
        pace = slowness(before, look())
        yield Figure(
            name,
            "s",
            taken.seconds,
            rate=rows / taken.seconds,
            limit=CHECKED if duplicates == "skip" and rows == FEW else _rate(duplicates),
            note=f"{taken.created:,} created, {taken.duplicate:,} duplicates",
            slowness=pace,
            rate_slowness=pace,
        )
        yield Figure(f"{name}: memory", "MB", taken.growth, limit=MEMORY)
        if rows == few:
            yield from _pages(measured, web, duplicates, len(taken_in) + number)


def _pages(measured: Workspace, web: Service, duplicates: Twins, number: int) -> Iterator[Figure]:
    """What a page takes while another such file comes in, by what it takes at other times."""
    request = [sign_in(web).write("GET", "/contacts")]
    one_by_one(web, request, ASKED)
    settle(measured.server)
    usual = median(one_by_one(web, request, ASKED))
    rows = min(FEW, measured.amounts.contacts)
    samples: list[float] = []
    with _taking(measured, rows, duplicates, number) as taking:
        while not taking.done():
            samples += one_by_one(web, request, 5)
    meanwhile = samples[ASKED // 2 :]  # The first were asked while the process only began.
    if meanwhile:
        told = "with" if duplicates == "skip" else "without"
        name = f"a list while {rows:,} contacts come in {told} the check"
        yield Figure(name, "times", median(meanwhile) / usual, limit=PAGES)


@contextmanager
def _taking(
    measured: Workspace, rows: int, duplicates: Twins, number: int
) -> Iterator[Future[Taken]]:
    """An import under way in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        url = measured.server.urls.app
        yield pool.submit(_take_in, url, measured.facts, rows, duplicates, number)


def _rate(duplicates: str) -> Limit:
    return PLAIN if duplicates == "create" else Limit()


def _take_in(
    database_url: str, facts: TenantFacts, rows: int, duplicates: Twins, number: int
) -> Taken:
    """Take in a file as a job does: piece by piece, each committed."""
    install_record_types()
    folder = Path(tempfile.mkdtemp())
    settings = Settings(zuke_env="test", database_url=database_url, files_url=folder.as_uri())
    app = Flask("bench")
    app.extensions["settings"] = settings
    connect_app(app, settings, statement_timeout_ms=settings.job_statement_timeout_ms)
    try:
        with app.app_context(), tenant_scope(facts) as session:
            user = session.scalars(select(User).where(User.email == OWNER)).one()
            by = actor_for(session, facts, user, clock.now(), "job")
            record_type = tailored(TYPE, by)
            made = keep_file(record_type, "bench.csv", _file(rows, number), by)
            columns = tuple(Column(source=key, field=key) for key in COLUMNS)
            mapping = Mapping(columns=columns, duplicates=duplicates)
            begin_import(made, mapping, by, by_job=False)
            keep(session)
            collect_seldom()
            forget_peak()
            held, begun = memory("VmRSS"), perf_counter()
            while go_on(made.id, by):
                keep(session)
            keep(session)
            seconds = perf_counter() - begun
            session.refresh(made)
            growth = memory("VmHWM") - held
            return Taken(seconds, made.created, made.duplicate, growth)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _file(rows: int, number: int) -> io.BytesIO:
    """People with addresses of their own, half of them Chinese, as CSV."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(COLUMNS)
    for at, one in enumerate(contacts(100 + number, rows, "mixed", accounts=rows // 3)):
        mail = f"{number}.{at}.{one.email}" if one.email else ""
        write((one.last_name, one.first_name, mail, one.phone, one.title))
    return io.BytesIO(text.getvalue().encode())


def forget_peak() -> None:
    """Let VmHWM begin anew: making the file took more than taking it in."""
    Path("/proc/self/clear_refs").write_text("5")


def memory(what: str) -> float:
    """VmRSS: what this process holds now; VmHWM: what it held at its most; in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    held = next(line for line in lines if line.startswith(f"{what}:"))
    return int(held.split()[1]) / 1024
