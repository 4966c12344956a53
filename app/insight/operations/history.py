"""What each customer bought up to a day: the select that all reckoning begins with.

A transaction is a customer-day of completed orders. A return reduces money in the period in which
it was; an order that was given back as a whole counts for nothing, and so do its returns.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Float,
    Integer,
    Numeric,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session

from app.crm.models import Account
from app.kernel.actor import Actor
from app.records.datasets import dataset

QUARTER, YEAR = 90, 365  # Days.
PRIOR = 3  # Intervals that the median of all counts as, beside a customer's own.
WHOLE = 100  # Percent.
CENT = Decimal("0.01")  # What rounding may leave of an order that was given back as a whole.
MOST = Decimal(10**14 - 1)  # An amount beyond it is told as this: it was mistyped.
COLLECTIVE = "collective"  # The kind of account of whoever bought without saying who they are.


def kept_deals(as_of: date, by: Actor) -> CTE | None:
    """Completed orders and returns up to a day, without what was given back as a whole.

    Columns: account_id, day (by the firm's calendar), amount, margin, is_return. Of accounts that
    are not deleted and no collective of unnamed buyers. None where nobody tells what customers buy.
    """
    known = dataset("purchases", by)
    if known is None:
        return None
    rows = known.rows(by).subquery("rows")
    day = cast(func.timezone(by.tenant.zone, rows.c.at), Date)
    deals = (
        select(
            rows.c.account_id,
            day.label("day"),
            rows.c.amount,
            rows.c.margin,
            rows.c.given,
            rows.c.is_return,
            func.coalesce(rows.c.of_id, rows.c.record_id).label("sale_id"),
        )
        .join(Account, Account.id == rows.c.account_id)
        .where(day <= as_of, Account.deleted_at.is_(None), Account.kind != COLLECTIVE)
        .cte("deals")
    )
    same = deals.c.sale_id
    judged = select(
        deals.c.account_id,
        deals.c.day,
        deals.c.amount,
        deals.c.margin,
        deals.c.is_return,
        # Of a sale and all of its returns nothing is left: both count for nothing. It is judged in
        # their own currency, as the rates of their days differ.
        and_(
            func.bool_or(deals.c.is_return).over(partition_by=same),
            func.bool_or(~deals.c.is_return).over(partition_by=same),
            func.sum(deals.c.given).over(partition_by=same) <= CENT,
        ).label("is_undone"),
    ).subquery("judged")
    return (
        select(
            judged.c.account_id,
            judged.c.day,
            judged.c.amount,
            judged.c.margin,
            judged.c.is_return,
        )
        .where(~judged.c.is_undone)
        .cte("kept")
    )


def in_whole_sets(session: Session) -> None:
    """Let this transaction join whole tables, and never row by row.

    Of what was written a moment ago the database knows no numbers, takes it for a handful of rows
    and would go through all of them for each.
    """
    for name in ("enable_nestloop", "jit"):
        session.execute(select(func.set_config(name, "off", True)))


def bounded(amount: Any) -> ColumnElement[Any]:
    """An amount as far as there is room for it."""
    found: ColumnElement[Any] = case((amount > MOST, MOST), (amount < -MOST, -MOST), else_=amount)
    return found


def worth(deals: Any, basis: str, margin_percent: Decimal | None) -> ColumnElement[Any]:
    """What a deal is worth in the basis: its revenue, or its margin, known or by the percentage."""
    if basis != "margin":
        amount: ColumnElement[Any] = deals.c.amount
        return amount
    share = (margin_percent or Decimal(0)) / WHOLE
    found: ColumnElement[Any] = func.coalesce(deals.c.margin, deals.c.amount * share)
    return found


def histories(
    as_of: date, basis: str, margin_percent: Decimal | None, by: Actor
) -> Select[Any] | None:
    """One row for each customer with a completed order or return up to a day.

    The columns are those of `InsightSnapshot` that tell what was: dates, numbers of purchases,
    intervals in days, sums in the firm's currency.
    """
    deals = kept_deals(as_of, by)
    if deals is None:
        return None
    days = (
        select(
            deals.c.account_id,
            deals.c.day,
            func.sum(deals.c.amount).label("amount"),
            func.sum(worth(deals, basis, margin_percent)).label("worth"),
            func.bool_or(~deals.c.is_return).label("is_purchase"),
            func.count().filter(deals.c.is_return).label("returns"),
        )
        .group_by(deals.c.account_id, deals.c.day)
        .cte("days")
    )
    own = days.c.account_id
    before = func.max(days.c.day).filter(days.c.is_purchase)
    last = before.over(partition_by=own, order_by=days.c.day, rows=(None, -1))
    steps = select(
        *days.c, case((days.c.is_purchase, cast(days.c.day - last, Integer))).label("gap")
    ).cte("steps")
    # Asked once, and not for each customer anew.
    shared = select(_median(steps.c.gap)).scalar_subquery()
    each = _each(steps, as_of)
    repeats = func.greatest(each.c.frequency - 1, 0)
    median = func.coalesce(each.c.interval_median, 0)
    of_all = func.coalesce(shared, each.c.interval_median)
    usual = (repeats * median + PRIOR * of_all) / (repeats + PRIOR)
    return select(
        *each.c,
        cast(literal(as_of, Date) - each.c.last_on, Integer).label("recency_days"),
        func.round(cast(usual, Numeric), 2).label("usual_interval"),
    )


def _each(steps: CTE, as_of: date) -> CTE:
    """What each customer bought: when, how often, at which intervals, and for how much."""
    day, gap, is_purchase = steps.c.day, steps.c.gap, steps.c.is_purchase

    def spent(ago: int, length: int = QUARTER) -> ColumnElement[Any]:
        period = _within(day, as_of, ago, length)
        return bounded(func.coalesce(func.sum(steps.c.amount).filter(period), 0))

    def bought(ago: int) -> ColumnElement[Any]:
        return func.count().filter(is_purchase, _within(day, as_of, ago))

    return (
        select(
            steps.c.account_id,
            func.min(day).filter(is_purchase).label("first_on"),
            func.max(day).filter(is_purchase).label("last_on"),
            func.count().filter(is_purchase).label("frequency"),
            func.round(cast(_median(gap), Numeric), 2).label("interval_median"),
            func.round(func.avg(gap), 2).label("interval_mean"),
            bought(0).label("bought_90"),
            bought(QUARTER).label("bought_before"),
            func.sum(steps.c.returns).label("returns"),
            bounded(func.sum(steps.c.amount)).label("spent"),
            spent(0).label("spent_90"),
            spent(QUARTER).label("spent_before"),
            spent(0, YEAR).label("spent_year"),
            spent(YEAR, YEAR).label("spent_year_before"),
            spent(YEAR).label("season_90"),
            spent(YEAR + QUARTER).label("season_before"),
            bounded(func.sum(steps.c.worth)).label("historic"),
        )
        .group_by(steps.c.account_id)
        .cte("each")
    )


def _within(day: Any, as_of: date, ago: int, length: int = QUARTER) -> ColumnElement[bool]:
    """True of a day in the period of `length` days that ended `ago` days before `as_of`."""
    last = as_of - timedelta(days=ago)
    found: ColumnElement[bool] = (day > last - timedelta(days=length)) & (day <= last)
    return found


def _median(values: Any) -> ColumnElement[float]:
    found: ColumnElement[float] = func.percentile_cont(0.5, type_=Float()).within_group(values)
    return found
