"""Rows of a list: what all of them share is put together once per (type, columns, language)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.kernel.actor import Actor
from app.kernel.language import current
from app.kernel.remembered import Remembered
from app.records.fields import Option
from app.records.pages.cells import Fill, Piece, check_cell, ids, title_cell, value_cell
from app.records.pages.columns import Layout
from app.records.pages.row_menu import menu_cell, told_to_menu
from app.records.pages.sheet import sheet_of
from app.records.types import RecordType

KEPT = 256


@dataclass(frozen=True, slots=True)
class RowPlan:
    """How a list's rows are written: `text` has a %s for each of `fills`."""

    text: str
    fills: tuple[Fill, ...]


_plans: Remembered[RowPlan] = Remembered(KEPT)


def render_rows(
    record_type: RecordType,
    shape: Layout,
    rows: Sequence[Any],
    picklists: Mapping[str, tuple[Option, ...]],
    origin: str,
    by: Actor,
) -> Markup:
    """The `<tr>`s of a page; `origin` is the query that leads back from a record to this list."""
    if not rows:
        return Markup()
    sheet = sheet_of(record_type, rows, picklists, by, origin)
    plan = _plan(record_type, shape)
    parts = zip(*(fill(sheet) for fill in plan.fills), strict=False)  # Some repeat for ever.
    # What people typed was escaped column by column, and the rest is ours.
    return Markup("".join(map(plan.text.__mod__, parts)))  # noqa: S704


def _plan(record_type: RecordType, shape: Layout) -> RowPlan:
    """The plan for these rows in the language in use, kept or made now."""
    columns = tuple((column.key, column.is_editable, column.classes) for column in shape.columns)
    rights = (shape.update, shape.delete, shape.ticks, shape.is_pool)
    key = (record_type, columns, shape.keys, rights, current())
    return _plans.get(key, lambda: _make(_pieces(record_type, shape)))


def _make(pieces: Iterable[Piece]) -> RowPlan:
    listed = list(pieces)
    text = "".join(one.replace("%", "%%") if isinstance(one, str) else "%s" for one in listed)
    return RowPlan(text, tuple(one for one in listed if not isinstance(one, str)))


def _pieces(record_type: RecordType, shape: Layout) -> Iterable[Piece]:
    """A row in pieces."""
    yield from ('<tr id="row-', ids, '"', *told_to_menu(record_type, shape), ">")
    if shape.ticks:
        yield from check_cell(shape)
    yield from title_cell(record_type, shape, f"/{record_type.collection}/")
    for column in shape.columns:
        yield from value_cell(shape, column)
    yield from menu_cell(shape)
    yield "</tr>\n"
