"""From the form of an import to its mapping: nothing that was chosen is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.kernel.countries import countries
from app.records.custom.kinds import KINDS, LINKS
from app.records.imports.draft import may_make_fields
from app.records.imports.guessing.guess import column_of
from app.records.imports.mapping import Column, Dates, Mapping, Mode, Point, Twins
from app.records.imports.match import ID
from app.records.imports.spots import spot_of
from app.records.imports.table import How, Table
from app.records.pages.imports.columns import EMPTY, NEW
from app.records.types import RecordType

LONGEST = 1000  # Characters of a default, a template, a value; the mapping's own limit.


def read_mapping_form(
    form: MultiDict[str, str],
    record_type: RecordType,
    table: Table,
    kept: Mapping,
    samples: Sequence[Sequence[str]],
    by: Actor,
) -> tuple[Mapping, dict[str, str]]:
    """The mapping that was chosen, and the kinds of fields that shall be made by column.

    Where a column got another field, how its values are read is guessed anew for that one.
    """
    new: dict[str, str] = {}
    columns = []
    for at, name in enumerate(table.names):
        chosen = form.get(f"c{at}", "")
        kind = chosen.removeprefix(NEW)
        if chosen.startswith(NEW):
            if kind in KINDS and kind not in LINKS and may_make_fields(by):
                new[name] = kind
            columns.append(Column(source=name))
        elif chosen != ID and spot_of(record_type, chosen, by) is None:
            columns.append(Column(source=name))
        else:
            before = kept.columns[at] if at < len(kept.columns) else Column()
            if before.field != chosen:
                texts = [row[at] for row in samples if at < len(row)]
                before = column_of(record_type, name, chosen, texts, by)
            columns.append(_column(form, at, replace(before, source=name, field=chosen)))
    columns += _beside(form, record_type, kept.columns[len(table.names) :])
    mode: Any = form.get("mode", kept.mode)
    twins: Any = form.get("duplicates", kept.duplicates)
    mapping = replace(
        kept,
        mode=mode if mode in get_args(Mode) else kept.mode,
        duplicates=twins if twins in get_args(Twins) else kept.duplicates,
        match_on=form.get("match_on") or None,
        columns=tuple(columns),
        group_by=_group_by(form, table, kept),
    )
    return mapping, new


def _group_by(form: MultiDict[str, str], table: Table, kept: Mapping) -> str | None:
    """The column by which rows are one record, where the form asks for it."""
    chosen = form.get("group_by", kept.group_by or "")
    return chosen if chosen in table.names else None


def _beside(
    form: MultiDict[str, str], record_type: RecordType, kept: Sequence[Column]
) -> list[Column]:
    """What every record gets that no column of the file says, with what became of all of them."""
    past = record_type.past.keys[0] if record_type.past is not None else ""
    chosen = form.get("past")
    if not past or chosen is None:
        return list(kept)
    left = [one for one in kept if one.field != past]
    return [*left, Column(field=past, default=chosen[:LONGEST])] if chosen else left


def _column(form: MultiDict[str, str], at: int, column: Column) -> Column:
    """A column with what was said of its details, where the form held them."""
    if f"has{at}" not in form:
        return replace(column, values=_values(form, at, column.values))
    dates: Any = form.get(f"o{at}", column.dates)
    decimal: Any = form.get(f"p{at}", column.decimal)
    country = form.get(f"n{at}", column.country)
    return replace(
        column,
        default=form.get(f"d{at}", column.default)[:LONGEST],
        template=form.get(f"t{at}", column.template or "")[:LONGEST] or None,
        create_missing=f"m{at}" in form if f"may{at}" in form else column.create_missing,
        dates=dates if dates in get_args(Dates) else column.dates,
        decimal=decimal if decimal in get_args(Point) else column.decimal,
        country=country if not country or country in countries("en") else column.country,
        found_by=form.get(f"b{at}", column.found_by)[:LONGEST],
        values=_values(form, at, column.values),
    )


def _values(form: MultiDict[str, str], at: int, kept: Map[str, str]) -> dict[str, str]:
    """What texts stand for: as kept, as chosen now, and as mended in a row that failed."""
    values = dict(kept)
    for sign in ("v", "f"):
        prefix = f"{sign}{at}:"
        for name, said in form.items():
            if not name.startswith(prefix):
                continue
            text = name.removeprefix(prefix)
            if said == EMPTY:
                values[text] = ""
            elif said and said != text:
                values[text] = said[:LONGEST]
            elif sign == "v" or said:
                values.pop(text, None)
    return values


def read_how(form: MultiDict[str, str], kept: How) -> How:
    """How the file is to be read, as chosen; what can't be read is left to be found."""
    skip = form.get("skip", "")
    return replace(
        kept,
        encoding=form.get("encoding", kept.encoding),
        delimiter={"tab": "\t"}.get(
            form.get("delimiter", ""), form.get("delimiter", kept.delimiter)
        ),
        sheet=form.get("sheet", kept.sheet),
        skip=max(0, min(int(skip) - 1, 1_000)) if skip.isdecimal() and len(skip) < 6 else kept.skip,
        has_header=form.get("has_header", "1") == "1",
    )
