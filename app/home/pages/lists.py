"""A list in a widget: its first rows in a few columns, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from app.kernel.actor import Actor
from app.kernel.language import Text
from app.records import query
from app.records.pages.cells import write_cells
from app.records.pages.choices import choices_of
from app.records.pages.columns import Column, Layout, layout
from app.records.pages.counts import count_lists
from app.records.pages.filter_words import in_words, names_in
from app.records.pages.listing import all_of
from app.records.pages.sheet import sheet_of
from app.records.pages.state import ListState, read_state
from app.records.pool.reading import reader_of_list
from app.records.query import Query
from app.records.types import RecordType
from app.web.formats import formats

NARROW, WIDE = 2, 4  # Columns beside the title, of a widget of half and of full width.


@dataclass(frozen=True, slots=True)
class Row:
    """One record: where it is opened, its title and its cells, safe in HTML."""

    url: str
    title: Markup
    cells: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list as its widget shows it; `told` are its conditions, `total` how many rows there are."""

    record_type: RecordType
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    told: tuple[tuple[str, str], ...]
    total: str
    url: str


def shown_list(
    record_type: RecordType,
    arguments: Mapping[str, str],
    rows: int,
    by: Actor,
    *,
    is_wide: bool = False,
) -> ShownList:
    """The first `rows` of a list; Refused where it asks for what `by` may not see."""
    state = read_state(record_type, arguments)
    reader = reader_of_list(record_type, state.asked.filters, by)
    shape = layout(record_type, reader, state.look)
    columns = tuple(one for one in shape.columns if "wide-only" not in one.classes)
    columns = columns[: WIDE if is_wide else NARROW]
    asked = replace(state.asked, limit=rows, cursor="")
    found = query.page(record_type, asked, reader, shape.keys)
    counted = Query(q=asked.q, filters=asked.filters)
    count = count_lists(record_type, {"shown": counted}, reader)["shown"]
    names = names_in(record_type, asked.filters, by)
    return ShownList(
        record_type=record_type,
        title=record_type.by_key[record_type.title.key].label,
        columns=columns,
        rows=_rows(state, shape, columns, found.rows, reader),
        told=tuple(in_words(record_type, one, by, names) for one in asked.filters),
        total=all_of(record_type, count, formats(by)),
        url=state.url(),
    )


def _rows(
    state: ListState, shape: Layout, columns: tuple[Column, ...], rows: Sequence[Any], by: Actor
) -> tuple[Row, ...]:
    """The rows as they are shown; each cell is made as that of a list."""
    if not rows:
        return ()
    record_type = state.record_type
    sheet = sheet_of(record_type, rows, choices_of(record_type, by), by, state.origin())
    cells = [write_cells(sheet, one.key, one.look) for one in columns]
    titles, base = sheet.texts(shape.title.key), f"/{record_type.collection}/"
    return tuple(
        # What people typed was escaped by the sheet, column by column.
        Row(
            f"{base}{sheet.ids[number]}{sheet.origin}",
            Markup(title),  # noqa: S704 - see above.
            tuple(Markup(one[number]) for one in cells),  # noqa: S704 - see above.
        )
        for number, title in enumerate(titles)
    )
