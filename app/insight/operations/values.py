"""What customers are worth: realised, from now on if nothing changes, and beyond that.

`current` looks forward: what a customer spends in a year at their own pace, less the longer they
have been silent. It halves with each usual interval that passes beyond the first, so a big customer
who stopped has a high historic and a low current value. `potential` is what open sales bring by
their chance, and what similar customers are worth beyond this one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Float, Numeric, and_, case, cast, func, select, update
from sqlalchemy.orm import Session

from app.crm.models import Account
from app.insight.models import InsightRun, InsightSnapshot
from app.insight.operations.classes import class_of
from app.insight.operations.history import YEAR, bounded
from app.insight.operations.purchase_model import Weights, risk
from app.insight.operations.settings import MARGIN
from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.records.datasets import dataset

SIMILAR = 10  # Customers of one trade and size of order, below which the trade is left aside.
SIZES = 4  # Classes of the size of orders.
BETTER = 0.75  # The gap is to whoever is better than three quarters of similar customers.
OFTEN_ENOUGH = 2  # Purchases by which somebody has a pace of their own.
STEEPEST = 60.0

row = InsightSnapshot


def reckon_values(session: Session, run_id: UUID, weights: Weights | None, by: Actor) -> None:
    """Fill in what customers of a run are worth in a usual year, now, and what is at risk."""
    pace, typical = _of_all(session, run_id)
    digits = digits_of(by.tenant.currency)
    repeats = cast(row.frequency, Float) - 1
    lasting = cast(row.recency_days, Float) + cast(row.last_on - row.first_on, Float)
    # Purchases a year, drawn towards those of all with the weight of one purchase.
    yearly = YEAR * (repeats + 1) / (lasting + 1 / pace) if pace else YEAR * repeats / YEAR
    earned = func.greatest(cast(row.historic, Float), 0.0)
    mean = (earned + typical) / (cast(row.frequency, Float) + 1)
    usual = func.greatest(cast(row.usual_interval, Float), 1.0)
    missed = func.greatest(cast(row.recency_days, Float) / usual - 1, 0.0)
    alive = func.power(2.0, -func.least(missed, STEEPEST), type_=Float())
    # What is at risk is told as what customers spend at their own pace, whatever values are in.
    paid = func.greatest(cast(row.spent, Float), 0.0)
    own = func.greatest(cast(row.interval_mean, Float), 1.0)  # Not drawn to that of others.
    usual_year = YEAR / own * paid / cast(row.frequency, Float)
    has_pace = and_(row.frequency >= OFTEN_ENOUGH, row.usual_interval.is_not(None))
    chance = case((has_pace, risk(weights)))
    _set(
        session,
        run_id,
        current=_money(func.coalesce(yearly * mean * alive, 0.0), digits),
        usual_year=case((has_pace, _money(usual_year, digits))),
        risk=chance,
        at_risk=case((has_pace, _money(usual_year * chance, digits))),
    )


def reckon_potential(run: InsightRun, by: Actor) -> None:
    """Fill in what customers of a run may be worth beyond what they are, in its basis.

    Open sales are those that are open now, as far as they had begun by the day of the run.
    """
    session, run_id, digits = by.session, run.id, digits_of(by.tenant.currency)
    open_sales = dataset("open_sales", by)
    if open_sales is not None:
        sales = open_sales.rows(by).subquery("sales")
        share = _margin_share(session, run_id) if run.basis == MARGIN else Decimal(1)
        begun = cast(func.timezone(by.tenant.zone, sales.c.since), Date)
        expected = (
            select(sales.c.account_id, func.sum(sales.c.amount).label("amount"))
            .where(begun <= run.as_of)
            .group_by(sales.c.account_id)
            .subquery("expected")
        )
        _set(
            session,
            run_id,
            expected.c.account_id == row.account_id,
            open_value=_money(expected.c.amount * share, digits),
        )
    size = class_of(row.spent / row.frequency, SIZES).label("size")
    rated = (
        select(row.account_id, row.current, size, Account.industry)
        .join(Account, Account.id == row.account_id)
        .where(row.run_id == run_id, row.frequency > 0)
        .cte("rated")
    )
    quartile = func.percentile_cont(BETTER, type_=Float())
    better = quartile.within_group(rated.c.current)
    of_trade = (
        select(rated.c.industry, rated.c.size, better.label("better"))
        .where(rated.c.industry.is_not(None))
        .group_by(rated.c.industry, rated.c.size)
        .having(func.count() >= SIMILAR)
        .cte("of_trade")
    )
    of_size = select(rated.c.size, better.label("better")).group_by(rated.c.size).cte("of_size")
    mark = func.coalesce(of_trade.c.better, of_size.c.better)
    gaps = (
        select(
            rated.c.account_id,
            func.greatest(cast(mark, Numeric) - rated.c.current, 0).label("gap"),
        )
        .select_from(rated)
        .join(of_size, of_size.c.size == rated.c.size)
        .outerjoin(
            of_trade,
            and_(of_trade.c.size == rated.c.size, of_trade.c.industry == rated.c.industry),
        )
        .subquery("of_others")
    )
    gap = _money(gaps.c.gap, digits)
    _set(
        session,
        run_id,
        gaps.c.account_id == row.account_id,
        gap_value=gap,
        open_value=func.coalesce(row.open_value, 0),
        potential=bounded(gap + func.coalesce(row.open_value, 0)),
    )


def _margin_share(session: Session, run_id: UUID) -> Decimal:
    """What of each unit of revenue is margin, of all that customers of a run bought."""
    whole = func.nullif(func.sum(cast(row.spent, Float)), 0)
    found = session.scalar(
        select(func.sum(cast(row.historic, Float)) / whole).where(
            row.run_id == run_id, row.frequency > 0
        )
    )
    return Decimal(str(min(max(float(found or 0), 0.0), 1.0)))


def _of_all(session: Session, run_id: UUID) -> tuple[float, float]:
    """The repeat purchases of all for each day that they are customers, and a usual purchase."""
    lasting = cast(row.recency_days, Float) + cast(row.last_on - row.first_on, Float)
    each = func.greatest(cast(row.historic, Float), 0.0) / cast(row.frequency, Float)
    found = session.execute(
        select(
            func.sum(row.frequency - 1),
            func.sum(lasting),
            func.percentile_cont(0.5, type_=Float()).within_group(each),
        ).where(row.run_id == run_id, row.frequency > 0)
    ).one()
    repeats, days, typical = float(found[0] or 0), float(found[1] or 0), float(found[2] or 0)
    return (repeats / days if days else 0.0), typical


def _set(
    session: Session, run_id: UUID, *where: ColumnElement[bool], **values: ColumnElement[Any]
) -> None:
    """Fill columns of the customers of a run who bought."""
    session.execute(
        update(row)
        .where(row.run_id == run_id, row.frequency > 0, *where)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _money(value: Any, digits: int) -> ColumnElement[Any]:
    found: ColumnElement[Any] = bounded(func.round(cast(value, Numeric), digits))
    return found
