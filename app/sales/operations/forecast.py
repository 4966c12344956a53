"""The forecast: what was won, what may be, by the month of its close and by who owns it.

Amounts are in the firm's currency, by the rate that each opportunity keeps. What is weighted counts
an open amount by its probability; what is left out of the forecast counts nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, Row, and_, case, cast, func, or_, select

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.language import _
from app.records.access import permitted, sees
from app.records.tailored import tailored
from app.sales.models import Opportunity
from app.sales.models.opportunity import OPEN, WON

NEEDS = ("amount", "close_on", "closed_on", "forecast_category", "probability", "outcome")
COUNTED = ("pipeline", "best_case", "commit")
ZERO = Decimal(0)
WHOLE = 100  # Percent.
MONTHS = {"month": 1, "quarter": 3}


@dataclass(slots=True)
class Figures:
    """Sums of one person, team or period, in the firm's currency."""

    won: Decimal = ZERO
    commit: Decimal = ZERO
    best_case: Decimal = ZERO
    pipeline: Decimal = ZERO
    weighted: Decimal = ZERO

    def add(self, other: Figures) -> None:
        """Add up another one's sums."""
        for key in ("won", *COUNTED, "weighted"):
            setattr(self, key, getattr(self, key) + getattr(other, key))

    @property
    def expected(self) -> Decimal:
        """What was won and what is open by its chance."""
        return self.won + self.weighted


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is open and has no place in any period to come: how many, and how much."""

    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """The figures of each owner (None: nobody) in each month, by its first day."""

    by_owner: Mapping[tuple[UUID | None, date], Figures] = field(default_factory=dict)

    def of(self, months: Sequence[date], owner_ids: set[UUID | None] | None = None) -> Figures:
        """The sums of some months, of some owners or of all."""
        total = Figures()
        for (owner_id, month), one in self.by_owner.items():
            if month in months and (owner_ids is None or owner_id in owner_ids):
                total.add(one)
        return total

    @property
    def owners(self) -> set[UUID | None]:
        """Everybody who has something in it."""
        return {owner_id for owner_id, _month in self.by_owner}


def demand_forecast(by: Actor, *more: str) -> None:
    """NotPermitted where the role hides what a forecast is made of.

    `more` are the fields that one needs besides: "owner_id" where it tells of people or teams,
    "pipeline_id" where it is of one pipeline.
    """
    if not may_forecast_by(by, *NEEDS, *more):
        told = _("Your role hides fields that a forecast is made of.")
        raise NotPermitted(told)


def may_forecast_by(by: Actor, *keys: str) -> bool:
    """True where the role sees these fields of opportunities."""
    record_type = tailored("opportunity", by)
    return all(sees(record_type, key, by) for key in keys)


def forecast(by: Actor, first: date, beyond: date, pipeline_id: str = "") -> Forecast:
    """The forecast from a day to before another, of what `by` may read; one statement."""
    demand_forecast(by, *(("pipeline_id",) if pipeline_id else ()))
    record_type = tailored("opportunity", by)
    worth = func.coalesce(record_type.prices["amount"].expression, 0)
    closes = case((Opportunity.outcome == WON, Opportunity.closed_on), else_=Opportunity.close_on)
    month = cast(func.date_trunc("month", closes), Date).label("month")
    is_open = Opportunity.outcome == OPEN
    sums = {"won": func.sum(worth).filter(Opportunity.outcome == WON)}
    for one in COUNTED:
        sums[one] = func.sum(worth).filter(is_open, Opportunity.forecast_category == one)
    chance = worth * Opportunity.probability / WHOLE
    sums["weighted"] = func.sum(chance).filter(is_open, Opportunity.forecast_category.in_(COUNTED))
    found = select(Opportunity.owner_id, month, *(sums[key].label(key) for key in sums))
    # Each half by its own index: what was closed then, and what is to close.
    within = or_(
        and_(Opportunity.outcome == WON, Opportunity.closed_on.between(first, _before(beyond))),
        and_(is_open, Opportunity.close_on.between(first, _before(beyond))),
    )
    found = found.where(permitted(record_type, by), within).group_by(Opportunity.owner_id, month)
    if pipeline_id:
        found = found.where(Opportunity.pipeline_id == pipeline_id)
    rows = by.session.execute(found)
    return Forecast({(row.owner_id, row.month): _figures(row) for row in rows})


def _figures(row: Row[tuple[object, ...]]) -> Figures:
    return Figures(
        *(
            getattr(row, key) or ZERO
            for key in ("won", "commit", "best_case", "pipeline", "weighted")
        )
    )


def overdue(by: Actor, pipeline_id: str = "") -> Overdue:
    """What is open though its expected close is past or was never said."""
    record_type = tailored("opportunity", by)
    worth = record_type.prices["amount"].expression
    found = select(func.count(), func.coalesce(func.sum(worth), 0)).where(
        permitted(record_type, by),
        Opportunity.outcome == OPEN,
        or_(Opportunity.close_on.is_(None), Opportunity.close_on < by.today()),
    )
    if pipeline_id:
        found = found.where(Opportunity.pipeline_id == pipeline_id)
    count, amount = by.session.execute(found).one()
    return Overdue(count, Decimal(amount))


def _before(day: date) -> date:
    return day - timedelta(days=1)


def period_start(day: date, span: str) -> date:
    """The first day of the month or the quarter that a day lies in."""
    size = MONTHS[span]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def periods_from(start: date, span: str, count: int) -> list[date]:
    """The first days of so many months or quarters from `start` on; one below 0 goes back."""
    return [add_months(start, MONTHS[span] * number) for number in range(count)]


def add_months(day: date, count: int) -> date:
    """The first day of the month that lies `count` months later."""
    number = day.year * 12 + day.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def months_of(start: date, span: str) -> list[date]:
    """The first days of the months of a period."""
    return [add_months(start, number) for number in range(MONTHS[span])]
