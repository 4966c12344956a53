"""The editor of a paper's lines: what stands in its cells, and what is answered while one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.kernel.language import Text
from app.records.access import sees, writable_keys
from app.records.references import titles
from app.records.registry import registry
from app.sales.lines.kinds import kind_of
from app.sales.lines.model import Paper
from app.sales.lines.papers import Reckoned, standing_lines
from app.sales.lines.written import KEYS, MOST, Line, is_empty
from app.sales.pages.lines import (
    ShownSums,
    ShownTerms,
    percent_text,
    sums,
    terms_now,
)
from app.web.formats import formats

SPARE = 3  # Empty rows behind the last one, for those who work without script.
CELLS = tuple(key for key in KEYS if key != "discount_amount")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the editor: the texts of its cells, what it comes to, what stands against it."""

    cells: Mapping[str, str]
    product: str = ""
    net: str = ""
    errors: Mapping[str, Text | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Editor:
    """All that `sales/lines.html` shows."""

    url: str
    back: str
    all_url: str
    all_label: Text
    title: str
    currency: str
    version: int
    rows: tuple[Row, ...]
    head: Mapping[str, str]
    sums: ShownSums
    terms: ShownTerms | None
    hints: Mapping[str, str]
    errors: Mapping[str, Text | str] = field(default_factory=dict)
    alert: Text | str = ""


def sent_rows(sent: MultiDict[str, str]) -> list[dict[str, str]]:
    """The rows that a form sent: one list of values for each column, in the order of the rows."""
    columns = {key: sent.getlist(f"line.{key}") for key in CELLS}
    count = min(max((len(one) for one in columns.values()), default=0), MOST + 1)
    return [
        {key: values[at] if at < len(values) else "" for key, values in columns.items()}
        for at in range(count)
    ]


def standing_rows(paper: Paper, by: Actor) -> list[dict[str, str]]:
    """The rows as the paper has them."""
    return [cells_of(one, paper.currency) for one in standing_lines(paper, by)]


def cells_of(line: Line, currency: str) -> dict[str, str]:
    """A line as the cells of a row hold it."""
    discount = plain(line.discount) if line.discount else ""
    if line.discount_amount:
        discount = f"{plain(line.discount_amount)} {currency}"
    return {
        "product_id": str(line.product_id or ""),
        "name": line.name,
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "unit_price": plain(line.unit_price),
        "discount": discount,
        "tax_rate": plain(line.tax_rate),
    }


def plain(number: Decimal | None) -> str:
    """A number as it is typed, without zeros behind its last digit."""
    return "" if number is None else format(number.normalize() if number else Decimal(0), "f")


def editor(
    paper: Paper,
    rows: Sequence[Mapping[str, str]],
    found: Reckoned,
    by: Actor,
    *,
    head: Mapping[str, str] | None = None,
    errors: Mapping[str, Text | str] | None = None,
    alert: Text | str = "",
    hints: Mapping[str, str] | None = None,
) -> Editor:
    """The editor with these rows, as they stand or as they were typed when that was refused."""
    known = dict(errors or {})
    named = _products(rows, by)
    nets = iter(formats(by).money(one.net, paper.currency) for one in found.totals.lines)
    shown = tuple(
        Row(
            one,
            named.get(one.get("product_id", ""), ""),
            "" if is_empty(one) else next(nets, ""),
            _of_row(known, place),
        )
        for place, one in enumerate(rows)
    )
    its = kind_of(paper)
    given = {key: _condition(getattr(paper, key)) for key in its.head}
    kind = registry().type(its.key)
    writable = writable_keys(kind, by)
    return Editor(
        f"/{its.collection}/{paper.id}/lines",
        f"/{its.collection}/{paper.id}",
        f"/{its.collection}",
        kind.words.many,
        paper.name,
        paper.currency,
        paper.version,
        shown,
        {key: text for key, text in (given | dict(head or {})).items() if key in writable},
        sums(paper, found.totals, by),
        terms_now(paper, found.off, by),
        hints or {},
        {key: text for key, text in known.items() if not key.startswith("lines.")},
        alert,
    )


def _condition(value: date | Decimal | int | None) -> str:
    """A condition as its control holds it."""
    if isinstance(value, date):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else str("" if value is None else value)


def answer(
    paper: Paper, rows: Sequence[Mapping[str, str]], found: Reckoned, by: Actor
) -> dict[str, Any]:
    """What the script of the editor is told: what each row comes to, and what was found out."""
    write = formats(by)
    lines = iter(zip(found.lines, found.totals.lines, strict=True))
    named = titles(
        "product", {one.product_id for one in found.lines if one.product_id is not None}, by
    )
    told = []
    for place, row in enumerate(rows):
        if is_empty(row):
            told.append({"net": "", "cells": {}, "errors": {}})
            continue
        line, its = next(lines, (None, None))
        errors = {key: str(text) for key, text in _of_row(found.errors, place).items()}
        if line is None or its is None:
            told.append({"net": "", "cells": {}, "errors": errors})
            continue
        is_met = line.product_id is not None and not row.get("product_id")  # By its number.
        cells = {
            key: text
            for key, text in cells_of(line, paper.currency).items()
            if text and (not row.get(key, "").strip() or (is_met and key == "name"))
        }
        told.append(
            {
                "net": write.money(its.net, paper.currency),
                "cells": cells,
                "errors": errors,
                "product": str(named.get(line.product_id, "")) if line.product_id else "",
                "listed": plain(line.list_price),
            }
        )
    is_told = found.off and sees(registry().type(kind_of(paper).key), "discount", by)
    return {"rows": told, "off": percent_text(found.off, by) if is_told else ""}


def _of_row(errors: Mapping[str, Text | str], place: int) -> dict[str, Text | str]:
    begin = f"lines.{place}."
    return {key.removeprefix(begin): text for key, text in errors.items() if key.startswith(begin)}


def _products(rows: Sequence[Mapping[str, str]], by: Actor) -> dict[str, str]:
    """What the products of rows are called, as far as `by` may read them."""
    ids = set()
    for one in rows:
        try:
            ids.add(UUID(one.get("product_id", "")))
        except ValueError:
            continue
    return {str(one): str(title) for one, title in titles("product", ids, by).items()}
