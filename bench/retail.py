"""What a real year of a shop costs: its invoices taken in as orders, and what is asked of them.

The file is that of the Online Retail data set (UCI, Chen 2015, CC BY 4.0), which `ZUKE_DATA` names;
without one, the lines that the tests keep are taken.
"""

from __future__ import annotations

import csv
import gzip
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time

from flask import Flask
from sqlalchemy import func, select, text

from app.demo.rates import load_rates
from app.identity.actors import actor_for
from app.identity.models import User
from app.jobs.collecting import collect_seldom
from app.kernel import clock
from app.modules import install_record_types
from app.records.filters import Filter
from app.records.imports.begin import begin_import
from app.records.imports.given import keep_file
from app.records.imports.mapping import read_mapping
from app.records.imports.run import go_on
from app.records.imports.shipped import shipped_mapping
from app.records.tailored import tailored
from app.reports.engine.definition import Definition, Grouped, Measure
from app.reports.engine.run import run_report
from app.sales.models import Order
from app.sales.reports import REPORTS
from bench.figures import Figure, Limit
from bench.imports import MEMORY as GROWTH
from bench.imports import forget_peak, memory
from bench.pace import look, slowness
from bench.surroundings import OWNER, Server, Workspace, founded
from config.machine import read_machine
from config.settings import Settings
from tenants.database import connect_app
from tenants.facts import TenantFacts
from tenants.scope import keep, tenant_scope

KEPT = Path(__file__).parents[1] / "tests/sales/online_retail_customers.csv.gz"
LINES = 541_909  # Of the whole year.
SECONDS = 240.0  # For all of them.
CENT = Decimal("0.01")
MAPPING = "online-retail-orders"


@dataclass(frozen=True, slots=True)
class Taken:
    """How long it took, what came of it, and what the process grew by, in MB."""

    seconds: float
    lines: int
    orders: int
    left_out: int
    failed: int
    growth: float
    busy: float  # Seconds in which the process computed, and did not wait for the database.


def run(on: Server) -> list[Figure]:
    """All figures of this bench."""
    return list(_figures(on))


def file_of_year() -> Path:
    """The file that ZUKE_DATA names, else the lines that the tests keep."""
    named = read_machine().data
    return Path(named) if named else KEPT


def _figures(on: Server) -> Iterator[Figure]:
    measured = founded(on)
    with measured.acting() as by:
        load_rates(by, "beifeng")
    file = file_of_year()
    before = look()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        taken = pool.submit(take_in, on.urls.app, measured.facts, file).result()
    pace = slowness(before, look())
    told = f"{taken.orders:,} orders, {taken.left_out:,} rows left out, {taken.failed:,} failed"
    told += f"; {taken.busy:.0f} s of it computing"
    yield Figure(
        f"{taken.lines:,} lines of invoices",
        "s",
        taken.seconds,
        rate=taken.lines / taken.seconds,
        limit=Limit(floor=SECONDS * taken.lines / LINES),
        note=told,
        slowness=pace,
        rate_slowness=pace,
    )
    yield Figure("their memory", "MB", taken.growth, limit=Limit(floor=200, aim=GROWTH.floor))
    yield Figure("sums that differ from the file's", "", _differing(measured, file), limit=EXACT)
    yield _pivot(measured)
    yield from _pivot_of_lines(measured)


EXACT = Limit(floor=0.5)
PIVOT = Limit(floor=1_500, aim=500)


def _pivot(measured: Workspace) -> Figure:
    """Every order by class of customer, country and quarter, the first time that it is asked."""
    definition = next(one.definition for one in REPORTS if one.key == "sales-by-class")
    with measured.acting() as by:
        begun = perf_counter()
        run_report(definition, by, limit_ms=None)
        return Figure("the sales pivot", "ms", (perf_counter() - begun) * 1000, limit=PIVOT)


LINES_BY = Definition(
    "order_line",
    (
        Grouped("product_id", sort="most", most=20),
        Grouped("ordered_at", "month"),
        Grouped("country"),
    ),
    (Measure("sum", "net"),),
    (Filter("status", "eq", "completed"),),
)
PLAIN = text(
    "SELECT l.product_id, date_trunc('month', o.ordered_at), o.country, sum(l.net * o.rate)"
    " FROM order_lines l JOIN orders o ON o.id = l.order_id"
    " WHERE o.status = 'completed' AND o.deleted_at IS NULL GROUP BY 1, 2, 3"
)


def _pivot_of_lines(measured: Workspace) -> Iterator[Figure]:
    """Every line by product, month and country, the first time; and the plain SQL beside it."""
    with measured.acting() as by:
        begun = perf_counter()
        run_report(LINES_BY, by, limit_ms=None)
        took = (perf_counter() - begun) * 1000
        begun = perf_counter()
        by.session.execute(PLAIN).all()
        plain = (perf_counter() - begun) * 1000
    yield Figure("the pivot of lines", "ms", took, limit=PIVOT, note=f"plain SQL {plain:,.0f} ms")


def _differing(measured: Workspace, file: Path) -> float:
    """How many months are not what the lines of the file come to."""
    months: dict[str, Decimal] = {}
    with gzip.open(file, "rt", encoding="utf-8", newline="") as rows:
        for one in csv.DictReader(rows):
            amount = Decimal(one["Quantity"]) * Decimal(one["UnitPrice"])
            month = one["InvoiceDate"][:7]
            months[month] = months.get(month, Decimal(0)) + amount.quantize(CENT, ROUND_HALF_UP)
    with measured.acting() as by:
        local = Order.ordered_at.op("AT TIME ZONE")(by.tenant.zone)
        month_of = func.to_char(local, "YYYY-MM")
        asked = select(month_of, func.sum(Order.net)).where(Order.status == "completed")
        found: dict[str, Decimal] = {}
        for month, amount in by.session.execute(asked.group_by(month_of)):
            found[month] = amount or Decimal(0)
    return float(sum(found.get(key) != amount for key, amount in months.items()))


def take_in(database_url: str, facts: TenantFacts, file: Path) -> Taken:
    """Take in the file as a job does: piece by piece, each committed."""
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
            with file.open("rb") as given:
                made = keep_file(tailored("order", by), file.name, given, by)
            path = shipped_mapping(MAPPING)
            assert path is not None  # noqa: S101 - it comes with us.
            begin_import(made, read_mapping(path), by, by_job=False)
            keep(session)
            collect_seldom()
            forget_peak()
            held, begun, used = memory("VmRSS"), perf_counter(), process_time()
            while go_on(made.id, by):
                keep(session)
            keep(session)
            seconds, busy = perf_counter() - begun, process_time() - used
            session.refresh(made)
            if made.error:
                raise RuntimeError(made.error)
            growth = memory("VmHWM") - held
            counts = (made.total, made.created, made.left_out, made.failed)
            return Taken(seconds, *counts, growth, busy)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
