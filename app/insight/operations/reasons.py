"""Who is leaving, and why: the reasons by their own baseline as codes, numbers beside them.

Where the chance was learnt from the workspace's own customers, it says who is leaving, as it is
right more often than any fixed rule; the rules tell why. Where there was too little to learn from,
whoever has a reason is leaving.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Float,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from app.insight.models import InsightRun, InsightSnapshot
from app.insight.operations.history import QUARTER, YEAR, kept_deals
from app.kernel.actor import Actor

RHYTHM, FALL, SEASON, FALL_OF_YEAR, FEWER = "rhythm", "fall", "season", "year", "fewer"
LIKENESS = "likeness"  # To customers who stayed away: by the chance alone, against no rule.
STEADY, LEAVING, GONE, NEW = "steady", "leaving", "gone", "new"
LATE = 1.5  # Usual intervals without a purchase, from which on somebody is late.
LATE_DAYS = 7  # And so many days beyond the usual interval.
FALLEN = 0.5  # Less than half of what it was.
QUICK = 45  # Days: whoever buys so often is expected twice in a quarter.
ENOUGH = 3  # Purchases by which somebody has a rhythm: two intervals.
OFTEN = 4  # Purchases in a quarter, whose fall means something.
LOST = 4  # Usual intervals, and a year, after which somebody is gone rather than leaving.
NEW_DAYS = 365


def find_reasons(by: Actor, run: InsightRun, *, has_model: bool) -> None:
    """Say of each customer of a run whether they are steady, new, leaving or gone, and why.

    Of a fall of the quarter nobody is suspected whose quarter fell as much a year ago, and of being
    late nobody who was as silent at this time of the year before. With a model whose chance is at
    least the mean of all who have a rhythm is leaving.
    """
    row = InsightSnapshot
    has_baseline = and_(row.frequency >= ENOUGH, row.usual_interval.is_not(None))
    is_late = and_(_is_late(), ~_was_as_silent(by, run))
    is_quick = row.usual_interval <= QUICK
    knows_season = row.first_on <= run.as_of - timedelta(days=YEAR + 2 * QUARTER)
    is_season = and_(
        knows_season, row.season_before > 0, row.season_90 < row.season_before * FALLEN
    )
    fell = and_(is_quick, row.spent_before > 0, row.spent_90 < row.spent_before * FALLEN)
    fell_against_season = and_(
        is_quick, knows_season, row.season_90 > 0, row.spent_90 < row.season_90 * FALLEN
    )
    has_two_years = row.first_on <= run.as_of - timedelta(days=2 * YEAR - QUARTER)
    fell_in_year = and_(
        has_two_years,
        row.spent_year_before > 0,
        row.spent_year < row.spent_year_before * FALLEN,
    )
    fewer = and_(row.bought_before >= OFTEN, row.bought_90 < row.bought_before * FALLEN, ~is_season)
    kinds = (
        (RHYTHM, is_late),
        (FALL, and_(fell, ~is_season)),
        (SEASON, fell_against_season),
        (FALL_OF_YEAR, fell_in_year),
        (FEWER, fewer),
    )
    each: list[Any] = [case((holds, code), else_=null()) for code, holds in kinds]
    codes: Any = func.array_remove(
        array(each, type_=Text),
        cast(null(), Text),
        type_=ARRAY(Text),
    )
    is_gone = row.recency_days > func.greatest(YEAR, row.usual_interval * LOST)
    mark = _mean_risk(by.session, run.id) if has_model else None
    is_leaving = or_(*(holds for _code, holds in kinds)) if mark is None else row.risk >= mark
    told = case(
        (and_(is_leaving, func.cardinality(codes) == 0), array([literal(LIKENESS)], type_=Text)),
        else_=codes,
    )
    standing = case(
        (and_(has_baseline, is_gone), GONE),
        (and_(has_baseline, is_leaving), LEAVING),
        (row.recency_days > YEAR, GONE),
        (row.frequency < ENOUGH, NEW),
        else_=STEADY,
    )
    newest = run.as_of - timedelta(days=NEW_DAYS)
    by.session.execute(
        update(row)
        .where(row.run_id == run.id, row.frequency > 0)
        .values(
            standing=standing,
            reasons=case((has_baseline, told), else_=cast(array([], type_=Text), ARRAY(Text))),
            tenure=case((row.first_on > newest, "new"), else_="old"),
        )
        .execution_options(synchronize_session=False)
    )


def _is_late() -> ColumnElement[bool]:
    """Customers who are silent for longer than they usually are."""
    row = InsightSnapshot
    return and_(
        row.recency_days > row.usual_interval * LATE,
        row.recency_days - row.usual_interval >= LATE_DAYS,
    )


def _was_as_silent(by: Actor, run: InsightRun) -> ColumnElement[bool]:
    """Customers who bought as little in the same days of the year before: it is their season.

    That is less than half of the purchases that their usual interval makes one expect.
    """
    row, deals = InsightSnapshot, kept_deals(run.as_of, by)
    if deals is None:
        return literal(value=False)
    year = timedelta(days=YEAR)
    expected = cast(row.recency_days, Float) / func.greatest(cast(row.usual_interval, Float), 1)
    busy = (
        select(row.account_id)
        .join(deals, deals.c.account_id == row.account_id)
        .where(
            row.run_id == run.id,
            _is_late(),
            ~deals.c.is_return,
            deals.c.day <= run.as_of - year,
            deals.c.day > row.last_on - YEAR,
        )
        .group_by(row.account_id, row.recency_days, row.usual_interval)
        .having(func.count(func.distinct(deals.c.day)) >= expected * FALLEN)
        .cte("busy")
    )
    is_busy = row.account_id.in_(select(busy.c.account_id))
    return and_(row.first_on <= row.last_on - YEAR, ~is_busy)


def _mean_risk(session: Session, run_id: UUID) -> float | None:
    """The mean chance of those who have a rhythm; None where nobody has one."""
    row = InsightSnapshot
    return session.scalar(
        select(func.avg(row.risk)).where(
            row.run_id == run_id, row.frequency >= ENOUGH, row.usual_interval.is_not(None)
        )
    )
