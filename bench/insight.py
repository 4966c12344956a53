"""What customers of a real year are worth, and who of them left: how quick it is, and how right.

The year is taken in as `bench/retail.py` does. Who left is known: as of the first of September,
those who bought nothing in the ninety days after. The warning is held against recency alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from time import perf_counter
from uuid import UUID

from sqlalchemy import Date, cast, exists, func, select

from app.demo.rates import load_rates
from app.identity.actors import actor_for
from app.identity.models import User
from app.insight.models import InsightRun, InsightSnapshot
from app.insight.operations.history import QUARTER
from app.insight.operations.reasons import ENOUGH, LEAVING
from app.insight.operations.reckon import reckon
from app.insight.operations.runs import begin_run
from app.kernel.actor import Actor
from app.sales.models import Order
from bench.asking import measure
from bench.figures import Figure, Limit
from bench.pace import look, slowness
from bench.retail import file_of_year, take_in
from bench.service import Service, sign_in
from bench.surroundings import OWNER, Server, Workspace, founded

WHOLE_YEAR = date(2011, 12, 9)
WARNED_ON = date(2011, 9, 1)
SECONDS = Limit(floor=20)
PAGE = Limit(floor=40)
FIRST = (100, 200, 300)
LIST_LEAD = 0.04  # And by which its list must be right more often than one of the longest silent.
LEAD = 0.05  # By which the warning must be better at telling than recency alone.


def year(on: Server) -> Workspace:
    """A workspace with the year in it."""
    measured = founded(on)
    with measured.acting() as by:
        load_rates(by, "beifeng")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(take_in, on.urls.app, measured.facts, file_of_year()).result()
    return measured


def run(measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench."""
    return list(_figures(measured, web))


def _figures(measured: Workspace, web: Service) -> Iterator[Figure]:
    with measured.acting() as by:
        yield from _warned(by)
    with measured.acting() as by:
        yield _reckoned(by)
    with measured.acting() as by:
        yield Figure("equal values in different classes", "", _unequal(by), limit=Limit(floor=0.5))
    owner = sign_in(web)
    for name, path in (
        ("value matrix", "/insight"),
        ("classes by purchase", "/insight/classes"),
        ("who is leaving", "/insight/leaving"),
    ):
        yield measure(f"page: {name}", web, [owner.write("GET", path)], limit=PAGE)


def _owner(service: Actor) -> Actor:
    user = service.session.scalars(select(User).where(User.email == OWNER)).one()
    return actor_for(service.session, service.tenant, user, service.now, "web")


def _made(by: Actor, as_of: date) -> UUID:
    run_id = begin_run(_owner(by), as_of).id
    reckon(by, run_id)
    return run_id


def _reckoned(by: Actor) -> Figure:
    before, begun = look(), perf_counter()
    run_id = _made(by, WHOLE_YEAR)
    seconds = perf_counter() - begun
    found = by.session.get_one(InsightRun, run_id)
    told = f"{found.customers:,} customers, {found.purchases:,} purchases"
    pace = slowness(before, look())
    return Figure(
        "classes, values, matrix, leaving", "s", seconds, limit=SECONDS, note=told, slowness=pace
    )


def _unequal(by: Actor) -> float:
    """How many values have customers in more than one class."""
    row, found = InsightSnapshot, 0
    for value, given in ((row.recency_days, row.r), (row.frequency, row.f), (row.spent, row.m)):
        several = (
            select(value)
            .where(row.is_current, row.frequency > 0)
            .group_by(value)
            .having(func.count(func.distinct(given)) > 1)
        )
        found += len(by.session.execute(several).all())
    return float(found)


def _warned(by: Actor) -> Iterator[Figure]:
    """How well the chance tells who left, and how well recency alone does."""
    rows = judged(by, _made(by, WARNED_ON), WARNED_ON)
    left = [one[2] for one in rows]
    chances, silent = [one[0] for one in rows], [float(one[1]) for one in rows]
    mine, others, flagged = flagged_right(rows)
    # A figure is good below its floor: what is missing of the lead.
    yield Figure(
        f"not left of {flagged:,} on the list",
        "%",
        100 * (1 - mine),
        limit=Limit(floor=100 * (1 - others - LIST_LEAD)),
        note=f"precision {mine:.3f}, recency alone {others:.3f}",
    )
    ours, theirs = auc(chances, left), auc(silent, left)
    yield Figure(f"left of {len(rows):,} customers with a rhythm", "%", 100 * sum(left) / len(left))
    # A figure is good below its floor: what is missing of the lead.
    yield Figure(
        "AUC that the warning lacks",
        "",
        1 - ours,
        limit=Limit(floor=1 - theirs - LEAD),
        note=f"AUC {ours:.3f}, recency alone {theirs:.3f}",
    )
    for number in FIRST:
        mine, others = precision(chances, left, number), precision(silent, left, number)
        yield Figure(
            f"first {number} who did not leave",
            "%",
            100 * (1 - mine),
            note=f"precision {mine:.3f}, recency alone {others:.3f}",
        )


Judged = tuple[float, int, bool, bool]


def judged(by: Actor, run_id: UUID, as_of: date) -> Sequence[Judged]:
    """Of customers with a rhythm: chance, days silent, whether they left, whether on the list."""
    row = InsightSnapshot
    day = cast(func.timezone(by.tenant.zone, Order.ordered_at), Date)
    came = exists().where(
        Order.account_id == row.account_id,
        Order.status == "completed",
        Order.kind == "sale",
        day > as_of,
        day <= as_of + timedelta(days=QUARTER),
    )
    rows = by.session.execute(
        select(row.risk, row.recency_days, ~came, row.standing == LEAVING)
        .where(row.run_id == run_id, row.frequency >= ENOUGH)
        .order_by(row.account_id)
    )
    return [(one[0] or 0.0, one[1] or 0, one[2], bool(one[3])) for one in rows]


def flagged_right(rows: Sequence[Judged]) -> tuple[float, float, int]:
    """Of those on the list the share that left, that of as many longest silent, and how many."""
    left = [one[2] for one in rows]
    number = sum(one[3] for one in rows)
    right = sum(one[2] for one in rows if one[3])
    silent = precision([float(one[1]) for one in rows], left, number)
    return (right / number if number else 0.0), silent, number


def auc(scores: Sequence[float], left: Sequence[bool]) -> float:
    """The chance that one who left has the higher score than one who stayed; equal ones half."""
    order = sorted(range(len(scores)), key=lambda at: scores[at])
    ranks, place = [0.0] * len(scores), 0
    while place < len(order):
        last = place
        while last + 1 < len(order) and scores[order[last + 1]] == scores[order[place]]:
            last += 1
        for at in range(place, last + 1):
            ranks[order[at]] = (place + last) / 2 + 1
        place = last + 1
    gone = sum(left)
    total = sum(rank for rank, one in zip(ranks, left, strict=True) if one)
    return (total - gone * (gone + 1) / 2) / (gone * (len(left) - gone))


def precision(scores: Sequence[float], left: Sequence[bool], number: int) -> float:
    """Of the `number` highest scores, the share that left."""
    first = sorted(range(len(scores)), key=lambda at: -scores[at])[:number]
    return sum(left[at] for at in first) / len(first)
