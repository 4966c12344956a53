"""What a report costs from its definition to its table: milliseconds, the median of some."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from app.kernel.actor import Actor
from app.reports.engine.definition import Definition, Grouped, Measure
from app.reports.engine.run import run_report
from app.reports.pages.grid import grid
from bench.figures import Figure, Limit
from bench.pace import look, slowness
from bench.service import Service
from bench.surroundings import Workspace

TWO_GROUPS = Limit(floor=200)  # Of 100,000 rows.
TIMES = 15
COUNT = (Measure(),)
REPORTS = (
    ("by owner and month", (Grouped("owner_id"), Grouped("created_at", "month"))),
    ("by industry and country", (Grouped("account_id.industry"), Grouped("account_id.country"))),
)


def run(measured: Workspace, _web: Service) -> list[Figure]:
    """All figures of this bench: the contacts, counted by two groups."""
    with measured.acting() as by:
        return [
            _figure(name, Definition("contact", groups, COUNT, shape="pivot"), by)
            for name, groups in REPORTS
        ]


def _figure(name: str, definition: Definition, by: Actor) -> Figure:
    before = look()
    times, lines, rows = [], 0, 0
    for _turn in range(TIMES):
        begun = perf_counter()
        result = run_report(definition, by, limit_ms=None)
        lines = len(grid(result, by, is_pivot=True).lines)
        times.append((perf_counter() - begun) * 1000)
        rows = int(str(result.at(result.whole)[0]))
    limit = TWO_GROUPS if rows <= 100_000 else Limit()
    note = f"{lines} lines, the slowest {max(times):.0f} ms"
    pace = slowness(before, look())
    told = f"{rows:,} contacts {name}"
    return Figure(told, "ms", median(times), limit=limit, note=note, slowness=pace)
