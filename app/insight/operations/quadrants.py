"""The value matrix: current by potential value, four quadrants with their names and strategies.

After the slides of the founding texts: both high strategic, current alone profitable, potential
alone ordinary, neither risk. To give a customer up stops what is spent on them; it never blocks
them and hides no complaint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Numeric, and_, case, cast, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.insight.models import InsightSnapshot
from app.kernel.language import Text, _

STRATEGIC, PROFITABLE, ORDINARY, RISK = "strategic", "profitable", "ordinary", "risk"
MEDIAN, MEAN, PARETO, OWN = "median", "mean", "pareto", "own"
WAYS = (MEDIAN, MEAN, PARETO, OWN)
STAYS = Decimal("0.1")  # A customer moves once a value is so far beyond its threshold.
MOST_OF_IT = 0.8  # Of a sum, which the customers above a Pareto threshold make.

row = InsightSnapshot


@dataclass(frozen=True, slots=True)
class Quadrant:
    """One quadrant: its usual name and strategy, and which values are high in it."""

    key: str
    name: Text
    strategy: Text
    has_current: bool
    has_potential: bool


QUADRANTS = (
    Quadrant(
        ORDINARY,
        _("Ordinary customers"),
        _("Many, and each small so far. Keep trading, and develop those who answer."),
        has_current=False,
        has_potential=True,
    ),
    Quadrant(
        STRATEGIC,
        _("Strategic customers"),
        _("An alliance: plan together, give them your best people, and let them grow with you."),
        has_current=True,
        has_potential=True,
    ),
    Quadrant(
        RISK,
        _("Risk customers"),
        _("Much effort for little. Spend no more on winning them, and serve them as promised."),
        has_current=False,
        has_potential=False,
    ),
    Quadrant(
        PROFITABLE,
        _("Profitable customers"),
        _("The main source of profit. Learn what they need and keep the relation steady."),
        has_current=True,
        has_potential=False,
    ),
)
BY_KEY: Mapping[str, Quadrant] = {one.key: one for one in QUADRANTS}
# What customers are called by their quadrant: gold, potential, general.
CLASSES: Mapping[str, str] = {
    STRATEGIC: "gold",
    PROFITABLE: "gold",
    ORDINARY: "potential",
    RISK: "general",
}


def threshold(session: Session, run_id: UUID, key: str, way: str, own: Decimal | None) -> Decimal:
    """From which value on `key` (current or potential) is high in a run."""
    value: Any = getattr(row, key)
    if way == OWN:
        return own or Decimal(0)
    mine = (row.run_id == run_id, row.frequency > 0)
    if way == MEAN:
        found = session.scalar(select(func.avg(value)).where(*mine))
    elif way == MEDIAN:
        median = func.percentile_cont(0.5, type_=Float()).within_group(value)
        found = session.scalar(select(cast(median, Numeric)).where(*mine))
    else:
        # The greatest values that make four fifths together; the least of these is the mark.
        # The sum up to a value holds all that are equal to it, so all of these go off.
        equal = value * func.count().over(partition_by=value)
        before = func.sum(value).over(order_by=[value.desc()]) - equal
        sums = select(value.label("value"), before.label("before")).where(*mine, value > 0)
        ranked = sums.subquery("ranked")
        whole = select(func.sum(value)).where(*mine, value > 0).scalar_subquery()
        found = session.scalar(
            select(func.min(ranked.c.value)).where(ranked.c.before < whole * MOST_OF_IT)
        )
    return Decimal(found or 0).quantize(Decimal("0.01"))


def place_in_quadrants(
    session: Session, run_id: UUID, previous_id: UUID | None, marks: Mapping[str, Decimal]
) -> None:
    """Give the customers of a run their quadrant, and note that of the run before.

    Who was high stays so until a tenth below the threshold, who was not until a tenth above it.
    """
    before = aliased(InsightSnapshot)
    was = (
        select(before.account_id, before.quadrant)
        .where(before.run_id == previous_id, before.quadrant.is_not(None))
        .subquery("was")
    )
    mine = aliased(InsightSnapshot)
    placed = (
        select(
            mine.account_id,
            was.c.quadrant.label("quadrant_before"),
            _is_high(mine.current, marks["current"], was.c.quadrant, (STRATEGIC, PROFITABLE)).label(
                "has_current"
            ),
            _is_high(
                mine.potential, marks["potential"], was.c.quadrant, (STRATEGIC, ORDINARY)
            ).label("has_potential"),
        )
        .select_from(mine)
        .outerjoin(was, was.c.account_id == mine.account_id)
        .where(mine.run_id == run_id, mine.frequency > 0)
        .subquery("placed")
    )
    quadrant = case(
        *(
            (
                and_(
                    placed.c.has_current.is_(one.has_current),
                    placed.c.has_potential.is_(one.has_potential),
                ),
                one.key,
            )
            for one in QUADRANTS
        )
    )
    session.execute(
        update(row)
        .where(row.run_id == run_id, row.account_id == placed.c.account_id)
        .values(quadrant=quadrant, quadrant_before=placed.c.quadrant_before)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(row)
        .where(row.run_id == run_id, row.quadrant.is_not(None))
        .values(customer_class=case(CLASSES, value=row.quadrant))
        .execution_options(synchronize_session=False)
    )


def _is_high(value: Any, mark: Decimal, was: Any, high: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether a value is high: at the threshold of who is new, a tenth beyond it of who moves."""
    least = case(
        (was.is_(None), mark), (was.in_(high), mark * (1 - STAYS)), else_=mark * (1 + STAYS)
    )
    found: ColumnElement[bool] = func.coalesce(and_(value > 0, or_(value >= least)), False)
    return found
