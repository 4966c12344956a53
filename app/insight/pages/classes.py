"""Classes by purchase as a page: the map of recency and frequency, and the named segments."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from app.crm.models import Account
from app.insight.models import InsightRun, InsightSnapshot
from app.insight.operations.classes import SEGMENTS, segment_of
from app.insight.pages.amounts import about
from app.insight.pages.head import Head, head_of
from app.insight.pages.seen import demand_purchases, within_reach
from app.kernel.actor import Actor
from app.kernel.language import Text
from app.web.formats import formats

ACCOUNTS = "/accounts"
LEVELS = 6  # Shades of the map.
row = InsightSnapshot
NAMES: dict[str, Text] = {key: label for key, label, *_rest in SEGMENTS}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the map: how many customers, how much they spent, how dark it is."""

    r: int
    f: int
    count: str
    money: str
    level: int
    segment: Text
    url: str


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One segment: how many, how much, and what is done with them."""

    name: Text
    text: Text
    count: str
    share: str
    money: str
    each: str
    url: str


@dataclass(frozen=True, slots=True)
class ClassesPage:
    """All that `insight/classes.html` shows."""

    head: Head
    rows: list[list[Cell]]
    columns: list[int]
    segments: list[SegmentLine]
    is_partial: bool


def classes_page(by: Actor) -> ClassesPage:
    """The page; NotPermitted where the role hides what purchases are made of."""
    demand_purchases(by)
    head = head_of("classes", by)
    if head.silence or head.run is None:
        return ClassesPage(head, [], [], [], is_partial=False)
    run = head.run
    found = {(one.r, one.f): one for one in _cells(run, by)}
    classes = int(run.facts["classes"])
    numbers = list(range(1, classes + 1))
    most = max((one.number for one in found.values()), default=0)
    return ClassesPage(
        head,
        [
            [_cell(r, f, found.get((r, f)), most, classes, by) for f in numbers]
            for r in reversed(numbers)
        ],
        numbers,
        _segments(list(found.values()), by),
        is_partial=sum(one.number for one in found.values()) < run.customers,
    )


def _cells(run: InsightRun, by: Actor) -> list[Any]:
    return list(
        by.session.execute(
            select(
                row.r,
                row.f,
                row.segment,
                func.count().label("number"),
                func.sum(row.spent).label("spent"),
            )
            .join(Account, Account.id == row.account_id)
            .where(within_reach(run.id, by), row.r.is_not(None))
            .group_by(row.r, row.f, row.segment)
        )
    )


def _cell(r: int, f: int, found: Any, most: int, classes: int, by: Actor) -> Cell:
    write = formats(by)
    number = found.number if found is not None else 0
    spent = found.spent if found is not None else Decimal(0)
    asked = urlencode({"value_cell": f"{r}-{f}"})
    return Cell(
        r,
        f,
        write.number(number),
        about(spent, by) if number else "",
        -(-number * (LEVELS - 1) // most) if most else 0,
        NAMES[segment_of(r, f, classes)],
        f"{ACCOUNTS}?{asked}" if number else "",
    )


def _segments(cells: list[Any], by: Actor) -> list[SegmentLine]:
    write, whole = formats(by), sum(one.number for one in cells)
    lines = []
    for key, label, text, _rs, _fs in SEGMENTS:
        number = sum(one.number for one in cells if one.segment == key)
        spent = sum((one.spent for one in cells if one.segment == key), Decimal(0))
        if not number:
            continue
        lines.append(
            SegmentLine(
                label,
                text,
                write.number(number),
                f"{round(100 * number / whole)}%",
                about(spent, by),
                about(spent / number, by),
                f"{ACCOUNTS}?{urlencode({'value_segment': key})}",
            )
        )
    return lines
