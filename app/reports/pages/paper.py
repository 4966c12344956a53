"""A report as a table for paper: what it counts, its numbers, what there is to say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.exports.papers import Column, Row, TablePaper
from app.reports.engine.definition import Definition
from app.reports.engine.result import Result
from app.reports.pages.grid import Cell, Grid, grid, head_row
from app.reports.pages.shown import shown_result
from app.web.formats import formats


def table_of(result: Result, definition: Definition, name: str, by: Actor) -> TablePaper:
    """What a report found, in words and numbers as `by` reads them."""
    found = grid(result, by, is_pivot=definition.shape == "pivot", most=None)
    names = len(found.heads)
    columns = [Column(label, number=at >= names) for at, label in enumerate(_heads(found))]
    rows = [Row([*one.heads, *_texts(one.cells)], one.is_total) for one in found.lines]
    return TablePaper(name, _note(result, definition, by), columns, rows, _total(found), names)


def _heads(found: Grid) -> list[str]:
    """The head of its columns; every amount says its currency itself."""
    return head_row(replace(found, currencies=("",) * len(found.currencies)))


def _total(found: Grid) -> list[str]:
    heads = [gettext("All"), *found.total.heads[1:]] if found.heads else []
    return [*heads, *_texts(found.total.cells)]


def _texts(cells: Sequence[Cell]) -> list[str]:
    """Numbers, each with how it changed below it."""
    return [f"{one.text}\n{one.change}" if one.change else one.text for one in cells]


def _note(result: Result, definition: Definition, by: Actor) -> str:
    """Under what conditions it was counted, when, and what its reader should know."""
    shown = shown_result(definition, result, by)
    told = [" ".join(part for part in one if part) for one in shown.told]
    when = formats(by).exact(result.as_of)
    return "\n".join([*told, *shown.notes, when])
