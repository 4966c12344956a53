"""The chance that a customer buys nothing in the next 90 days.

A logistic regression on recency, frequency and the customer's own rhythm, learnt from what the same
workspace's customers did in the 90 days before the day that is reckoned for. It looks at nothing
later than that day. Below 30 customers to learn from, or where all of them did the same, there is
no model, and the rhythm alone speaks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, cast, func, literal, select, true
from sqlalchemy.orm import Session

from app.insight.models import InsightSnapshot
from app.insight.operations.history import QUARTER, histories
from app.kernel.actor import Actor

FEWEST = 30  # Customers to learn from.
MOST = 5000  # Customers that are learnt from at most, by the order of their ids.
SHRINK = 1.0  # Ridge: weak evidence moves the weights little.
ROUNDS, STEEPEST = 12, 30.0
LONGEST = 20  # Usual intervals without a purchase beyond which nothing more is learnt.
Weights = tuple[float, ...]


def features(row: Any) -> tuple[ColumnElement[Any], ...]:
    """What a customer is judged by, of a snapshot or of a row of `histories`."""
    recency = cast(row.recency_days, Float)
    repeats = cast(row.frequency, Float) - 1
    usual = func.greatest(cast(row.usual_interval, Float), 1)
    lasting = recency + cast(row.last_on - row.first_on, Float)
    return (
        literal(1.0),
        func.ln(1 + recency),
        func.ln(1 + repeats),
        func.sqrt(func.least(recency / usual, LONGEST)),
        func.ln(1 + lasting),
        recency / (lasting + 30),
        func.ln(1 + cast(row.bought_90, Float)),
    )


def learn(
    session: Session, run_id: UUID, as_of: date, basis: str, percent: Decimal | None, by: Actor
) -> Weights | None:
    """The weights of the features, from what customers did in the 90 days up to `as_of`.

    Learnt from those who had bought twice by then; who has a snapshot in the run with a purchase
    within those days has stayed. None where there is too little to learn from.
    """
    known = histories(as_of - timedelta(days=QUARTER), basis, percent, by)
    if known is None:
        return None
    then, now = known.subquery("then"), InsightSnapshot
    rows = session.execute(
        select((now.bought_90 == 0).label("left"), *features(then.c))
        .join_from(then, now, (now.run_id == run_id) & (now.account_id == then.c.account_id))
        .where(then.c.frequency > 1, then.c.usual_interval.is_not(None), true())
        .order_by(then.c.account_id)
        .limit(MOST)
    ).all()
    left = [1.0 if row[0] else 0.0 for row in rows]
    if len(rows) < FEWEST or not 0 < sum(left) < len(left):
        return None
    return fit([tuple(float(one) for one in row[1:]) for row in rows], left)


def fit(rows: Sequence[Sequence[float]], outcomes: Sequence[float]) -> Weights:
    """Weights by Newton's method (iteratively reweighted least squares) with a ridge."""
    size = len(rows[0])
    weights = [0.0] * size
    for _round in range(ROUNDS):
        slope = [-SHRINK * one for one in weights]
        bend = [[SHRINK if i == j else 0.0 for j in range(size)] for i in range(size)]
        for row, outcome in zip(rows, outcomes, strict=True):
            chance = _chance(weights, row)
            spread = chance * (1 - chance)
            for i, value in enumerate(row):
                slope[i] += (outcome - chance) * value
                pull = spread * value
                line = bend[i]
                for j in range(i + 1):
                    line[j] += pull * row[j]
        for i in range(size):
            for j in range(i):
                bend[j][i] = bend[i][j]
        step = _solve(bend, slope)
        weights = [one + more for one, more in zip(weights, step, strict=True)]
        if max(abs(one) for one in step) < 1e-9:
            break
    return tuple(weights)


def _chance(weights: Sequence[float], row: Sequence[float]) -> float:
    total = sum(one * value for one, value in zip(weights, row, strict=True))
    return 1 / (1 + math.exp(-max(-STEEPEST, min(STEEPEST, total))))


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss-Jordan with pivots; the ridge keeps the matrix regular."""
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda at: abs(rows[at][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for at in range(size):
            if at != i:
                share = rows[at][i] / rows[i][i]
                rows[at] = [a - share * b for a, b in zip(rows[at], rows[i], strict=True)]
    return [rows[i][size] / rows[i][i] for i in range(size)]


def risk(weights: Weights | None) -> ColumnElement[float]:
    """The chance of a snapshot that nothing is bought in 90 days, from 0 to 1.

    Without a model it is half after two usual intervals without a purchase, and so on.
    """
    row = InsightSnapshot
    if weights is None:
        usual = func.greatest(cast(row.usual_interval, Float), 1)
        missed = func.greatest(cast(row.recency_days, Float) / usual - 1, 0)
        silent: Any = 1 - func.power(2.0, -func.least(missed, STEEPEST), type_=Float())
        alone: ColumnElement[float] = silent
        return alone
    total: Any = literal(0.0)
    for weight, value in zip(weights, features(row), strict=True):
        total = total + literal(weight, Float) * value
    bounded = func.greatest(-STEEPEST, func.least(STEEPEST, total))
    found: Any = 1 / (1 + func.exp(-bounded))
    chance: ColumnElement[float] = found
    return chance
