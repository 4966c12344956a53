"""Who is leaving, by their own baseline: the reasons as codes, whose numbers are beside them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, and_, case, cast, func, null, or_, update
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from app.insight.models import InsightRun, InsightSnapshot
from app.insight.operations.history import QUARTER, YEAR

RHYTHM, FALL, SEASON, FALL_OF_YEAR, FEWER = "rhythm", "fall", "season", "year", "fewer"
STEADY, LEAVING, GONE, NEW = "steady", "leaving", "gone", "new"
LATE = 1.5  # Usual intervals without a purchase, from which on somebody is late.
LATE_DAYS = 7  # And so many days beyond the usual interval.
FALLEN = 0.5  # Less than half of what it was.
QUICK = 45  # Days: whoever buys so often is expected twice in a quarter.
ENOUGH = 3  # Purchases by which somebody has a rhythm: two intervals.
OFTEN = 4  # Purchases in a quarter, whose fall means something.
LOST = 4  # Usual intervals, and a year, after which somebody is gone rather than leaving.
NEW_DAYS = 365


def find_reasons(session: Session, run: InsightRun) -> None:
    """Say of each customer of a run whether they are steady, new, leaving or gone, and why.

    Of a fall of the quarter nobody is suspected whose quarter fell as much a year ago.
    """
    row = InsightSnapshot
    has_baseline = and_(row.frequency >= ENOUGH, row.usual_interval.is_not(None))
    is_late = and_(
        row.recency_days > row.usual_interval * LATE,
        row.recency_days - row.usual_interval >= LATE_DAYS,
    )
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
    standing = case(
        (and_(has_baseline, is_gone), GONE),
        (and_(has_baseline, or_(*(holds for _code, holds in kinds))), LEAVING),
        (row.recency_days > YEAR, GONE),
        (row.frequency < ENOUGH, NEW),
        else_=STEADY,
    )
    newest = run.as_of - timedelta(days=NEW_DAYS)
    session.execute(
        update(row)
        .where(row.run_id == run.id, row.frequency > 0)
        .values(
            standing=standing,
            reasons=case((has_baseline, codes), else_=cast(array([], type_=Text), ARRAY(Text))),
            tenure=case((row.first_on > newest, "new"), else_="old"),
        )
        .execution_options(synchronize_session=False)
    )


def of_run(run_id: UUID) -> Any:
    """The customers of a run who are leaving."""
    row = InsightSnapshot
    return and_(row.run_id == run_id, row.standing == LEAVING)
