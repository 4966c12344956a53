"""Running a report: one statement, and one of the same shape for the time it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.reports.engine.clock import Earlier
from app.reports.engine.columns import HIDDEN, Shift
from app.reports.engine.compared import compared_with
from app.reports.engine.definition import Definition
from app.reports.engine.meaning import Meaning, meaning, span_of
from app.reports.engine.openable import demand_openable
from app.reports.engine.result import Result, assemble
from app.reports.engine.statement import CAP, Asked, statement
from tenants.engine import sqlstate

CANCELED = "57014"  # The SQLSTATE of a statement that took too long.
INLINE_MS = 2000  # As long as a page waits for a report.
Rows = Sequence[Mapping[str, Any]]


class TooSlow(Exception):
    """A report took longer than its reader should wait; a job may take its time."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a report's statement, and of that of the time before, as they can be kept."""

    rows: Rows
    before: Rows | None
    is_cut: bool


def run_report(definition: Definition, by: Actor, *, limit_ms: int | None = INLINE_MS) -> Result:
    """The numbers of a report as `by` may see them now.

    TooSlow where that takes longer than `limit_ms`; what `meaning` and
    `demand_openable` refuse is refused.
    """
    meant = meaning(definition, by)
    demand_openable(meant)
    found = fetch(meant, limit_ms)
    return assemble(meant, found.rows, found.before, by.now, is_cut=found.is_cut)


def fetch(meant: Meaning, limit_ms: int | None) -> Found:
    """The rows of a report; TooSlow where all its statements together take longer."""
    session, begun = meant.firm.session, monotonic()
    rows = _rows(session, statement(meant, Asked(meant.filters)), limit_ms)
    is_cut = len(rows) > CAP
    before = None
    then = compared_with(meant)
    if then is not None:
        left = limit_ms and max(int(limit_ms - (monotonic() - begun) * 1000), 1)
        before = _rows(session, statement(meant, _asked_before(meant, then, rows)), left)
        is_cut = is_cut or len(before) > CAP
    return Found(rows[:CAP], before and before[:CAP], is_cut)


def _asked_before(meant: Meaning, then: Earlier, rows: Rows) -> Asked:
    period = meant.asked.period
    assert period is not None  # noqa: S101 - only what compares is asked.
    first, beyond = then.days_then
    last = beyond.fromordinal(beyond.toordinal() - 1)
    filters = (*meant.asked.filters, *span_of(period.key, first, last))
    named = {
        number: _named(rows, number)
        for number, one in enumerate(meant.dimensions)
        if one.is_limited
    }
    return Asked(filters, Shift(period.key, then.months, then.days), named)


def _named(rows: Rows, number: int) -> Sequence[Any]:
    """The groups that are named of a dimension of which only some are."""
    values = {row[f"k{number}"]: None for row in rows}
    return [one for one in values if one is not None and one != HIDDEN]


def _rows(session: Session, asked: Select[Any], limit_ms: int | None) -> Rows:
    if limit_ms is None:
        return [row._asdict() for row in session.execute(asked)]
    setting = func.set_config("statement_timeout", str(limit_ms), True)
    usual = session.scalar(select(func.current_setting("statement_timeout")))
    try:
        with session.begin_nested():
            session.execute(select(setting))
            rows: Rows = [row._asdict() for row in session.execute(asked)]
            back = func.set_config("statement_timeout", usual, True)
            session.execute(select(back))
            return rows
    except DBAPIError as error:
        if sqlstate(error) == CANCELED:
            raise TooSlow from None
        raise
