"""What a report costs from its definition to its table: milliseconds, the median of some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from time import perf_counter

from sqlalchemy import text

from app.kernel.actor import Actor
from app.reports.engine.definition import Definition, Grouped, Measure
from app.reports.engine.run import run_report
from app.reports.pages.grid import grid
from bench.figures import Figure, Limit
from bench.pace import look, slowness
from bench.service import Service
from bench.surroundings import Workspace

TWO_GROUPS = Limit(floor=200)  # Of 100,000 rows.
OF_LINES = Limit(floor=1500)  # Of as many as a shop of two years sold.
LINES = 541_909
TIMES, TIMES_OF_LINES = 15, 5
COUNT = (Measure(),)
SUMS = (Measure(), Measure("sum", "minutes"))
REPORTS = (
    ("by owner and month", (Grouped("owner_id"), Grouped("created_at", "month"))),
    ("by industry and country", (Grouped("account_id.industry"), Grouped("account_id.country"))),
)
REPORTS_OF_LINES = (
    ("by kind and month", (Grouped("kind"), Grouped("created_at", "month"))),
    ("by country and quarter", (Grouped("account_id.country"), Grouped("created_at", "quarter"))),
    ("by the 20 largest accounts", (Grouped("account_id", most=20, sort="most"),)),
)


def run(measured: Workspace, _web: Service) -> list[Figure]:
    """All figures of this bench: the contacts, counted by two groups, and lines with a sum."""
    with measured.acting() as by:
        found = [
            _figure("contacts", name, Definition("contact", groups, COUNT, shape="pivot"), by)
            for name, groups in REPORTS
        ]
    with measured.acting() as by, _lines(by):
        return found + [
            _figure("lines", name, Definition("activity", groups, SUMS, shape="pivot"), by)
            for name, groups in REPORTS_OF_LINES
        ]


@contextmanager
def _lines(by: Actor) -> Iterator[None]:
    """Let the activities be LINES, in a table that stands before theirs and goes at the end.

    Nothing of the workspace is written. The table has no index: a report reads all of it anyway.
    """
    session = by.session
    held = session.scalar(text("SELECT count(*) FROM activities WHERE deleted_at IS NULL"))
    session.execute(text("CREATE SCHEMA bench_lines"))
    session.execute(text("CREATE TABLE bench_lines.activities (LIKE activities)"))
    columns = session.scalars(
        text(
            "SELECT quote_ident(attname) FROM pg_attribute"
            " WHERE attrelid = 'activities'::regclass AND attnum > 0 AND NOT attisdropped"
            " ORDER BY attnum"
        )
    ).all()
    session.execute(text(_filling(columns)), {"lines": LINES, "held": held})
    session.execute(text("ANALYZE bench_lines.activities"))
    path = session.scalar(text("SELECT current_setting('search_path')"))
    session.execute(text(f"SET LOCAL search_path TO bench_lines, {path}"))
    try:
        yield
    finally:
        session.execute(text(f"SET LOCAL search_path TO {path}"))
        session.execute(text("DROP SCHEMA bench_lines CASCADE"))


def _filling(columns: Sequence[str]) -> str:
    """Each activity again and again, on other days and with other minutes."""
    other = {
        "id": "gen_random_uuid()",
        "created_at": "base.created_at - (n / :held) * interval '23 days'",
        "minutes": "(n * 7) % 180",
    }
    chosen = ", ".join(other.get(one, f"base.{one}") for one in columns)
    return (
        f"INSERT INTO bench_lines.activities ({', '.join(columns)}) SELECT {chosen}"  # noqa: S608
        " FROM generate_series(0, :lines - 1) n JOIN (SELECT *, row_number() OVER () - 1 AS place"
        " FROM activities WHERE deleted_at IS NULL) base ON base.place = n % :held"
    )


def _figure(what: str, name: str, definition: Definition, by: Actor) -> Figure:
    before = look()
    times, lines, rows = [], 0, 0
    for _turn in range(TIMES if what == "contacts" else TIMES_OF_LINES):
        begun = perf_counter()
        result = run_report(definition, by, limit_ms=None)
        lines = len(grid(result, by, is_pivot=True).lines)
        times.append((perf_counter() - begun) * 1000)
        rows = int(str(result.at(result.whole)[0]))
    limit = (TWO_GROUPS if rows <= 100_000 else Limit()) if what == "contacts" else OF_LINES
    note = f"{lines} lines, the slowest {max(times):.0f} ms"
    pace = slowness(before, look())
    told = f"{rows:,} {what} {name}"
    return Figure(told, "ms", median(times), limit=limit, note=note, slowness=pace)
