"""Lines of a file: what a column can become, and whether they are those that stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.language import _
from app.records.fields import Field
from app.sales.lines.kinds import kind_of, table_of
from app.sales.lines.model import Paper
from app.sales.lines.papers import reckoned
from app.sales.lines.written import BROUGHT, MOST, Line, read_lines, turned

Told = tuple[Any, ...]


def line_fields(model: Any) -> tuple[Field, ...]:
    """What a column of a file can become of a line, whose table is `model`."""
    return (
        Field(model.product_id, _("Product"), to="product"),
        Field(model.name, _("Description")),
        Field(model.quantity, _("Quantity")),
        Field(model.unit, _("Unit")),
        Field(model.unit_price, _("Unit price")),
        Field(model.discount, _("Discount")),
        Field(model.discount_amount, _("Discount as an amount")),
        Field(model.tax_rate, _("Tax rate")),
    )


def differing_lines(
    pairs: Sequence[tuple[Paper, Sequence[Mapping[str, Any]]]], by: Actor
) -> list[bool | Answer]:
    """Whether the lines of a file are others than those that stand on papers of one kind.

    Refused in the place of an answer for a paper that left us already, and for what is no line.
    """
    standing = _standing([paper for paper, _lines in pairs], by)
    return [_differs(paper, raw, standing.get(paper.id, []), by) for paper, raw in pairs]


def _differs(
    paper: Paper, raw: Sequence[Mapping[str, Any]], standing: list[Told], by: Actor
) -> bool | Answer:
    most = MOST if paper.is_draft else BROUGHT
    lines = raw if paper.is_draft else [turned(one) for one in raw]
    read = read_lines(lines, paper.currency, by.tenant.currency, most)
    if read.errors:
        return Refused(_("Please check the marked fields."), errors=read.errors)
    found = reckoned(paper, read, by) if paper.is_draft else None
    meant = found.lines if found is not None else read.lines
    same = len(meant) == len(standing) and all(
        _is_same(one, its) for one, its in zip(meant, standing, strict=True)
    )
    if same or paper.is_draft:
        return not same
    return Refused(kind_of(paper).stays)


def _is_same(line: Line, standing: Told) -> bool:
    """True where a line says nothing that is otherwise; what it leaves open is as it stands."""
    return all(one in (None, "", its) for one, its in zip(_told(line), standing, strict=True))


def _told(line: Line) -> Told:
    return (
        line.product_id,
        line.name,
        line.quantity,
        line.unit_price,
        line.discount,
        line.discount_amount,
        line.tax_rate,
    )


def _standing(papers: Sequence[Paper], by: Actor) -> dict[UUID, list[Told]]:
    """The lines of papers of one kind, in their order, by one statement."""
    if not papers:
        return {}
    model, reference = table_of(papers[0])
    rows = by.session.execute(
        select(
            reference.label("of"),
            model.product_id,
            model.name,
            model.quantity,
            model.unit_price,
            model.discount,
            model.discount_amount,
            model.tax_rate,
        )
        .where(reference.in_([one.id for one in papers]))
        .order_by(reference, model.position)
    )
    found: dict[UUID, list[Told]] = {}
    for of, *rest in rows:
        found.setdefault(of, []).append(tuple(rest))
    return found
