"""The lines of a paper in its table: read in their order, written as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from app.events.copy import batch_by_column, send
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.sales.lines.arithmetic import Totals
from app.sales.lines.kinds import table_of
from app.sales.lines.model import Paper
from app.sales.lines.written import Line

NOTHING = Decimal(0)
COLUMNS = (
    "id",
    "position",
    "product_id",
    "name",
    "quantity",
    "unit",
    "unit_price",
    "list_price",
    "discount",
    "discount_amount",
    "tax_rate",
    "unit_cost",
    "net",
    "cost",
)


def lines_of(model: Any, reference: Any, paper_id: UUID, by: Actor) -> list[Line]:
    """The lines of a paper, in their order; `reference` is the column of `model` that names it."""
    rows = by.session.scalars(
        select(model).where(reference == paper_id).order_by(model.position)
    ).all()
    return [
        Line(
            row.product_id,
            row.name,
            row.quantity,
            row.unit or "",
            row.unit_price,
            row.list_price,
            row.discount,
            row.discount_amount,
            row.tax_rate,
            row.unit_cost,
        )
        for row in rows
    ]


def has_lines(paper: Paper, by: Actor) -> bool:
    """True where anything stands on a paper."""
    _table, reference = table_of(paper)
    counted = select(func.count()).where(reference == paper.id)
    return bool(by.session.scalar(counted))


def put_lines(
    model: Any, reference: Any, paper_id: UUID, lines: Sequence[Line], totals: Totals, by: Actor
) -> None:
    """Let a paper have these lines and no others, in two statements."""
    by.session.execute(delete(model).where(reference == paper_id))
    rows = [dict(zip(COLUMNS, one, strict=True)) for one in _rows(lines, totals)]
    if rows:
        by.session.execute(insert(model), [{reference.key: paper_id, **one} for one in rows])


def copy_lines(
    model: Any,
    reference: Any,
    papers: Sequence[tuple[UUID, Sequence[Line], Totals]],
    by: Actor,
) -> None:
    """Write the lines of new papers, all of them by one COPY."""
    ids: list[Any] = []
    rows: list[tuple[Any, ...]] = []
    for paper_id, lines, totals in papers:
        rows += _rows(lines, totals)
        ids += [paper_id] * len(lines)
    columns = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
    batch = batch_by_column(model.__tablename__, {reference.key: ids, **columns}, len(rows))
    send(by.session, batch)


def _rows(lines: Sequence[Line], totals: Totals) -> list[tuple[Any, ...]]:
    """What is kept of lines, by COLUMNS."""
    return [
        (
            new_id(),
            position,
            line.product_id,
            line.name,
            line.quantity,
            line.unit or None,
            line.unit_price or NOTHING,
            line.list_price,
            line.discount or NOTHING,
            line.discount_amount,
            line.tax_rate or NOTHING,
            line.unit_cost,
            its.net,
            its.cost,
        )
        for position, (line, its) in enumerate(zip(lines, totals.lines, strict=True), start=1)
    ]
