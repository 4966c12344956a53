"""What a return has of the order that it credits: its costs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.kernel.actor import Actor
from app.sales.lines.keep import lines_of
from app.sales.lines.kinds import table_of
from app.sales.lines.model import Paper
from app.sales.lines.written import Line, with_facts


def costs_as_sold(paper: Paper, lines: Sequence[Line], by: Actor) -> list[Line]:
    """The lines of a return with what they cost us when they were sold; others as they are."""
    sale_id = getattr(paper, "returns_id", None)
    if sale_id is None:
        return list(lines)
    costs: dict[str, Decimal | None] = {}
    for one in lines_of(*table_of(paper), sale_id, by):
        costs.setdefault(one.name.strip().casefold(), one.unit_cost)
        if one.product_id is not None:
            costs.setdefault(str(one.product_id), one.unit_cost)
    return [with_facts(one, unit_cost=_cost(one, costs)) for one in lines]


def _cost(line: Line, costs: dict[str, Decimal | None]) -> Decimal | None:
    """By its product, else by its words; as it was found where it was not sold."""
    for key in (str(line.product_id), line.name.strip().casefold()):
        if key in costs:
            return costs[key]
    return line.unit_cost
