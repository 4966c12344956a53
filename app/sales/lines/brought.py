"""Lines of a file: what a column can become, and whether they are those that stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.language import _
from app.records.fields import Field
from app.sales.lines.fill import products_of
from app.sales.lines.kinds import kind_of, table_of
from app.sales.lines.model import Paper
from app.sales.lines.written import (
    BROUGHT,
    KEYS,
    MOST,
    Line,
    as_sent,
    read_lines,
    turned,
    with_facts,
)

Raw = Sequence[Mapping[str, Any]]
Numbers = Mapping[str, UUID]  # Products by their number.
OFF = frozenset(("discount", "discount_amount"))  # One of them says what is taken off.
COLUMNS = (
    "product_id",
    "name",
    "quantity",
    "unit",
    "unit_price",
    "list_price",
    "discount",
    "discount_amount",
    "tax_rate",
)


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


def differing_lines(pairs: Sequence[tuple[Paper, Raw]], by: Actor) -> list[Raw | Answer | None]:
    """The lines that papers of one kind are to have, where a file says others than they have.

    What it does not say of a line stays as it is on the line of the same product, or of the same
    words, in that place. None where nothing is otherwise; Refused in the place of an answer for a
    paper that left us already, and for what is no line.
    """
    standing = _standing([paper for paper, _lines in pairs], by)
    numbers = _numbers([lines for paper, lines in pairs if paper.is_draft], by)
    return [
        _differing(paper, lines, standing.get(paper.id, []), numbers, by) for paper, lines in pairs
    ]


def _differing(
    paper: Paper, lines: Raw, standing: Sequence[Line], numbers: Numbers, by: Actor
) -> Raw | Answer | None:
    most = MOST if paper.is_draft else BROUGHT
    raw = lines if paper.is_draft else [turned(one) for one in lines]
    read = read_lines(raw, paper.currency, by.tenant.currency, most)
    if read.errors:
        return Refused(_("Please check the marked fields."), errors=read.errors)
    meant = [dict(one) for one in raw]
    is_same = len(read.lines) == len(standing)
    for place, written, its in zip(read.places, read.lines, standing, strict=False):
        line = _with_product(written, numbers)
        said = {key for key in KEYS if raw[place].get(key) not in (None, "")}
        said -= {"name"} if line is not written else set()
        if not _is_of(line, its):
            is_same = False
            continue
        is_same = is_same and all(_value(line, key) == _value(its, key) for key in said)
        meant[place] = {**_kept(its, said), **{key: raw[place][key] for key in said}}
    if is_same:
        return None
    return meant if paper.is_draft else Refused(kind_of(paper).stays)


def _with_product(line: Line, numbers: Numbers) -> Line:
    """The line of a product where its words are the number of one."""
    found = numbers.get(line.name.casefold()) if line.product_id is None else None
    return line if found is None else with_facts(line, product_id=found)


def _is_of(line: Line, its: Line) -> bool:
    """True where a line is about the product, or the words, of one that stands."""
    if line.product_id is not None:
        return line.product_id == its.product_id
    return line.name == its.name


def _value(line: Line, key: str) -> Any:
    """What a line says, comparable with another one."""
    if key in OFF:
        return line.discount or Decimal(0), line.discount_amount
    return getattr(line, key)


def _kept(its: Line, said: set[str]) -> dict[str, Any]:
    """What stays of a line that stands."""
    left = said | OFF if said & OFF else said
    return {key: value for key, value in as_sent(its).items() if key not in left}


def _numbers(papers: Sequence[Raw], by: Actor) -> Numbers:
    """The products whose number stands where lines have words, as `fill` takes them."""
    named = [
        Line(name=str(one.get("name") or "").strip())
        for raw in papers
        for one in raw
        if not one.get("product_id")
    ]
    found = products_of(named, by) if named else {}
    return {str(one.number).casefold(): one.id for one in found.values() if one.number}


def _standing(papers: Sequence[Paper], by: Actor) -> dict[UUID, list[Line]]:
    """The lines of papers of one kind, in their order, by one statement."""
    if not papers:
        return {}
    model, reference = table_of(papers[0])
    rows = by.session.execute(
        select(reference.label("of"), *(getattr(model, key) for key in COLUMNS))
        .where(reference.in_([one.id for one in papers]))
        .order_by(reference, model.position)
    )
    found: dict[UUID, list[Line]] = {}
    for of, *rest in rows:
        told = dict(zip(COLUMNS, rest, strict=True))
        found.setdefault(of, []).append(Line(**{**told, "unit": told["unit"] or ""}))
    return found
