"""Classes of recency, frequency and money (RFM: Hughes 1994), and the named segments.

Equal values get equal classes, whatever the order of rows: a customer's class follows from the
middle of the ranks that all with the same value share. The lowest class of frequency is that of
whoever bought once, and of nobody else.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, and_, case, cast, func, select, update
from sqlalchemy.orm import Session

from app.insight.models import InsightSnapshot
from app.kernel.language import Text, _

FEW = 25  # Below so many customers there are three classes instead of five.
CLASSES, CLASSES_OF_FEW = 5, 3

# Segments by the classes of recency and frequency, scaled to five: the first that fits.
SEGMENTS: tuple[tuple[str, Text, Text, range, range], ...] = (
    (
        "champions",
        _("Champions"),
        _("Bought lately and often. Thank them, ask them to recommend you."),
        range(4, 6),
        range(4, 6),
    ),
    (
        "loyal",
        _("Loyal"),
        _("Buy often, the last time not long ago. Offer them more of your range."),
        range(3, 6),
        range(4, 6),
    ),
    (
        "promising",
        _("Promising"),
        _("Bought lately and came back. Help them to a rhythm of their own."),
        range(4, 6),
        range(2, 4),
    ),
    (
        "new",
        _("First-time buyers"),
        _("Bought lately for the first time. See that the second order follows."),
        range(4, 6),
        range(1, 2),
    ),
    (
        "wavering",
        _("Wavering"),
        _("Neither lately nor often. A reason to get in touch brings some of them back."),
        range(3, 4),
        range(1, 4),
    ),
    (
        "cannot_lose",
        _("Not to be lost"),
        _("Bought most often of all, and have not for long. Call them in person."),
        range(1, 3),
        range(5, 6),
    ),
    (
        "at_risk",
        _("At risk"),
        _("Used to come often, and have not for long. Ask what changed."),
        range(1, 3),
        range(3, 5),
    ),
    (
        "asleep",
        _("Asleep"),
        _("Bought seldom and long ago. An occasion may wake them, effort rarely pays."),
        range(1, 3),
        range(1, 3),
    ),
)


def classes_for(customers: int) -> int:
    """How many classes so many customers are told apart by."""
    return CLASSES if customers >= FEW else CLASSES_OF_FEW


def segment_of(r: int, f: int, classes: int = CLASSES) -> str:
    """The segment of a cell; three classes stand as 1, 3 and 5."""
    scaled = (r, f) if classes == CLASSES else (2 * r - 1, 2 * f - 1)
    return next(key for key, _l, _t, rs, fs in SEGMENTS if scaled[0] in rs and scaled[1] in fs)


def class_of(value: Any, classes: int) -> ColumnElement[int]:
    """The class of a value among those of all rows, from 1 to `classes`, more being better.

    With whole numbers alone, so that nothing depends on rounding.
    """
    rank = func.rank().over(order_by=value)
    same = func.count().over(partition_by=value)
    all_of_them = func.count().over()
    # Twice the middle of the shared ranks, of twice the number of rows.
    middle = 2 * (rank - 1) + same
    place = func.div(classes * middle, 2 * all_of_them, type_=Integer())
    return cast(func.least(classes, 1 + place), Integer)


def classify(session: Session, run_id: UUID, customers: int) -> None:
    """Give each customer of a run with a purchase the three classes, the cell and the segment."""
    classes, row = classes_for(customers), InsightSnapshot
    # Who bought once has not come back, however many others did not either.
    often = class_of(row.frequency, classes)
    ranked = (
        select(
            row.account_id,
            class_of(-row.recency_days, classes).label("r"),
            case((row.frequency == 1, 1), else_=func.greatest(2, often)).label("f"),
            class_of(row.spent, classes).label("m"),
        )
        .where(row.run_id == run_id, row.frequency > 0)
        .subquery("ranked")
    )
    cell = cast(ranked.c.r, String) + "-" + cast(ranked.c.f, String)
    numbers = range(1, classes + 1)
    named = case(
        *(
            (and_(ranked.c.r == r, ranked.c.f == f), segment_of(r, f, classes))
            for r in numbers
            for f in numbers
        )
    )
    session.execute(
        update(row)
        .where(row.run_id == run_id, row.account_id == ranked.c.account_id)
        .values(r=ranked.c.r, f=ranked.c.f, m=ranked.c.m, cell=cell, segment=named)
        .execution_options(synchronize_session=False)
    )
