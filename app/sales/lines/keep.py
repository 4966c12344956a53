"""The lines of a paper in its table: read in their order, written as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.sales.lines.arithmetic import Totals
from app.sales.lines.kinds import table_of
from app.sales.lines.model import Paper
from app.sales.lines.written import Line


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
    rows = [
        {
            "id": new_id(),
            reference.key: paper_id,
            "position": position,
            "product_id": line.product_id,
            "name": line.name,
            "quantity": line.quantity,
            "unit": line.unit or None,
            "unit_price": line.figures.unit_price,
            "list_price": line.list_price,
            "discount": line.figures.discount,
            "discount_amount": line.discount_amount,
            "tax_rate": line.figures.tax_rate,
            "unit_cost": line.unit_cost,
            "net": its.net,
            "cost": its.cost,
        }
        for position, (line, its) in enumerate(zip(lines, totals.lines, strict=True), start=1)
    ]
    if rows:
        by.session.execute(insert(model), rows)
