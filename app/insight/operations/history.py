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
    cast,
    func,
    literal,
    select,
    true,
)

from app.crm.models import Account
from app.kernel.actor import Actor
from app.records.datasets import dataset

QUARTER, YEAR = 90, 365  # Days.
PRIOR = 3  # Intervals that the median of all counts as, beside a customer's own.
WHOLE = 100  # Percent.
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
            rows.c.is_return,
            func.coalesce(rows.c.of_id, rows.c.record_id).label("sale_id"),
        )
        .join(Account, Account.id == rows.c.account_id)
        .where(day <= as_of, Account.deleted_at.is_(None), Account.kind != COLLECTIVE)
        .cte("deals")
    )
    # Of a sale and all of its returns nothing is left: both count for nothing.
    undone = (
        select(deals.c.sale_id)
        .group_by(deals.c.sale_id)
        .having(
            func.bool_or(deals.c.is_return),
            func.bool_or(~deals.c.is_return),
            func.sum(deals.c.amount) <= 0,
        )
        .cte("undone")
    )
    return (
        select(deals.c.account_id, deals.c.day, deals.c.amount, deals.c.margin, deals.c.is_return)
        .outerjoin(undone, undone.c.sale_id == deals.c.sale_id)
        .where(undone.c.sale_id.is_(None))
        .cte("kept")
    )


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
    bought = (
        select(
            days.c.account_id,
            days.c.day,
            cast(
                days.c.day
                - func.lag(days.c.day).over(partition_by=days.c.account_id, order_by=days.c.day),
                Integer,
            ).label("gap"),
        )
        .where(days.c.is_purchase)
        .cte("bought")
    )
    all_gaps = (
        select(_median(bought.c.gap).label("median")).where(bought.c.gap.is_not(None)).cte("gaps")
    )
    rhythm = _rhythms(bought, as_of)
    money = _moneys(days, as_of)
    shared = func.coalesce(all_gaps.c.median, rhythm.c.interval_median)
    repeats = func.coalesce(rhythm.c.frequency, 1) - 1
    own = func.coalesce(rhythm.c.interval_median, 0)
    usual = (repeats * own + PRIOR * shared) / (repeats + PRIOR)
    return (
        select(
            money.c.account_id,
            rhythm.c.first_on,
            rhythm.c.last_on,
            cast(literal(as_of, Date) - rhythm.c.last_on, Integer).label("recency_days"),
            func.coalesce(rhythm.c.frequency, 0).label("frequency"),
            rhythm.c.interval_median,
            rhythm.c.interval_mean,
            func.round(cast(usual, Numeric), 2).label("usual_interval"),
            func.coalesce(rhythm.c.bought_90, 0).label("bought_90"),
            func.coalesce(rhythm.c.bought_before, 0).label("bought_before"),
            *(money.c[key] for key in MONEY),
        )
        .select_from(money)
        .outerjoin(rhythm, rhythm.c.account_id == money.c.account_id)
        .join(all_gaps, true())
    )


MONEY = (
    "returns",
    "spent",
    "spent_90",
    "spent_before",
    "spent_year",
    "spent_year_before",
    "season_90",
    "season_before",
    "historic",
)


def _rhythms(bought: CTE, as_of: date) -> CTE:
    """The purchases of each customer: how many, from when to when, at which intervals."""
    day = bought.c.day
    return (
        select(
            bought.c.account_id,
            func.min(day).label("first_on"),
            func.max(day).label("last_on"),
            func.count().label("frequency"),
            func.round(cast(_median(bought.c.gap), Numeric), 2).label("interval_median"),
            func.round(func.avg(bought.c.gap), 2).label("interval_mean"),
            func.count().filter(_within(day, as_of, 0)).label("bought_90"),
            func.count().filter(_within(day, as_of, QUARTER)).label("bought_before"),
        )
        .group_by(bought.c.account_id)
        .cte("rhythm")
    )


def _moneys(days: CTE, as_of: date) -> CTE:
    """What each customer spent in all and in some periods, and what that is worth."""

    def spent(ago: int, length: int = QUARTER) -> ColumnElement[Any]:
        period = _within(days.c.day, as_of, ago, length)
        return func.coalesce(func.sum(days.c.amount).filter(period), 0)

    return (
        select(
            days.c.account_id,
            func.sum(days.c.returns).label("returns"),
            func.sum(days.c.amount).label("spent"),
            spent(0).label("spent_90"),
            spent(QUARTER).label("spent_before"),
            spent(0, YEAR).label("spent_year"),
            spent(YEAR, YEAR).label("spent_year_before"),
            spent(YEAR).label("season_90"),
            spent(YEAR + QUARTER).label("season_before"),
            func.sum(days.c.worth).label("historic"),
        )
        .group_by(days.c.account_id)
        .cte("money")
    )


def _within(day: Any, as_of: date, ago: int, length: int = QUARTER) -> ColumnElement[bool]:
    """True of a day in the period of `length` days that ended `ago` days before `as_of`."""
    last = as_of - timedelta(days=ago)
    found: ColumnElement[bool] = (day > last - timedelta(days=length)) & (day <= last)
    return found


def _median(values: Any) -> ColumnElement[float]:
    found: ColumnElement[float] = func.percentile_cont(0.5, type_=Float()).within_group(values)
    return found
