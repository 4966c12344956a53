"""The value matrix as a page: four quadrants with counts, money and strategy, and who moved."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from app.crm.models import Account
from app.insight.models import InsightRun, InsightSnapshot
from app.insight.operations.quadrants import MEAN, MEDIAN, OWN, PARETO, QUADRANTS
from app.insight.operations.runs import day_of
from app.insight.operations.settings import Settings, settings_of
from app.insight.pages.amounts import about
from app.insight.pages.head import Head, head_of
from app.insight.pages.seen import demand_values, within_reach
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.web.formats import formats

ACCOUNTS = "/accounts"
WAYS: dict[str, Text] = {
    MEDIAN: _("median"),
    MEAN: _("mean"),
    PARETO: _("four fifths of the sum"),
    OWN: _("own threshold"),
}
FIRST = 3  # Customers that a quadrant names.
row = InsightSnapshot


@dataclass(frozen=True, slots=True)
class Part:
    """One quadrant: how many customers, what they are worth, and what is done with them."""

    key: str
    name: str
    strategy: str
    count: str
    share: str
    url: str
    historic: str
    current: str
    potential: str
    first: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Move:
    """How many went from one quadrant to another since the run before."""

    before: str
    after: str
    count: str
    current: str
    url: str
    is_up: bool


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """All that `insight/matrix.html` shows."""

    head: Head
    parts: list[Part]
    moves: list[Move]
    marks: dict[str, tuple[str, Text]]
    before: str
    is_partial: bool
    is_of_past: bool = False


def matrix_page(by: Actor) -> MatrixPage:
    """The page; NotPermitted where the role hides what values are made of."""
    head = head_of("values", by)
    demand_values(head.run, by)
    if head.silence or head.run is None:
        return MatrixPage(head, [], [], {}, "", is_partial=False)
    run, settings = head.run, settings_of(by)
    counts = _counts(run, by)
    whole = sum(one.number for one in counts.values())
    before = by.session.get(InsightRun, run.previous_id) if run.previous_id else None
    write = formats(by)
    return MatrixPage(
        head,
        [_part(one.key, counts.get(one.key), whole, settings, run, by) for one in QUADRANTS],
        _moves(run, settings, by) if before is not None else [],
        {
            key: (
                about(Decimal(run.facts["marks"][key]), by),
                WAYS[run.facts["ways"][key]],
            )
            for key in ("current", "potential")
        },
        write.day(before.as_of, by.today()) if before is not None else "",
        is_partial=whole < run.customers,
        is_of_past=run.as_of < day_of(run, by),
    )


def _counts(run: InsightRun, by: Actor) -> dict[str, Any]:
    rows = by.session.execute(
        select(
            row.quadrant,
            func.count().label("number"),
            func.sum(row.historic).label("historic"),
            func.sum(row.current).label("current"),
            func.sum(row.potential).label("potential"),
        )
        .where(within_reach(run.id, by), row.quadrant.is_not(None))
        .group_by(row.quadrant)
    )
    return {one.quadrant: one for one in rows}


def _part(key: str, found: Any, whole: int, settings: Settings, run: InsightRun, by: Actor) -> Part:
    write = formats(by)
    number = found.number if found is not None else 0

    def money(what: str) -> str:
        return about(getattr(found, what) if found else Decimal(0), by)

    return Part(
        key,
        settings.named(key),
        settings.strategy(key),
        write.number(number),
        f"{round(100 * number / whole)}%" if whole else "",
        f"{ACCOUNTS}?{urlencode({'value_quadrant': key})}" if number else "",
        money("historic"),
        money("current"),
        money("potential"),
        _first(key, run, by) if number else [],
    )


def _first(key: str, run: InsightRun, by: Actor) -> list[tuple[str, str, str]]:
    """The customers of a quadrant that are worth most, with their address."""
    rows = by.session.execute(
        select(Account.id, Account.name, row.current)
        .where(within_reach(run.id, by), row.quadrant == key)
        .order_by(row.current.desc(), row.potential.desc(), Account.id)
        .limit(FIRST)
    )
    return [(f"{ACCOUNTS}/{one.id}", one.name, about(one.current, by)) for one in rows]


def _moves(run: InsightRun, settings: Settings, by: Actor) -> list[Move]:
    """Who is in another quadrant than before, the most money first."""
    write, order = formats(by), {one.key: one for one in QUADRANTS}
    rows = by.session.execute(
        select(
            row.quadrant_before,
            row.quadrant,
            func.count().label("number"),
            func.sum(row.current).label("current"),
        )
        .where(
            within_reach(run.id, by),
            row.quadrant_before.is_not(None),
            row.quadrant_before != row.quadrant,
        )
        .group_by(row.quadrant_before, row.quadrant)
        .order_by(func.sum(row.current).desc(), row.quadrant_before, row.quadrant)
    )
    found = []
    for one in rows:
        was, now = order[one.quadrant_before], order[one.quadrant]
        asked = {"value_quadrant": now.key, "value_quadrant_before": was.key}
        found.append(
            Move(
                settings.named(was.key),
                settings.named(now.key),
                write.number(one.number),
                about(one.current, by),
                f"{ACCOUNTS}?{urlencode(asked)}",
                (now.has_current, now.has_potential) > (was.has_current, was.has_potential),
            )
        )
    return found
