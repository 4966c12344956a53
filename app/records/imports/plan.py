"""A mapping made ready for one table: which cell becomes which field, and how its text is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass
from dataclasses import field as kept
from functools import cached_property, partial
from typing import Any

from app.kernel.actor import Actor
from app.kernel.countries import country_code
from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.phones import read_phone_of
from app.records.fields import Field
from app.records.imports.cells import Reader, read_figures, read_price, reader_of
from app.records.imports.givable import CREATED
from app.records.imports.left_out import LeftOut, tests_of
from app.records.imports.mapping import Column, Mapping
from app.records.imports.noted import is_noted
from app.records.imports.spots import ID, Spot, spot_of
from app.records.imports.whole_names import NameParts, parts_of_name, told_apart
from app.records.picklists import TAGS, picklists_of
from app.records.types import RecordType
from app.records.values.texts import LONG_TEXT

IN_BRACES = re.compile(r"\{([^{}]+)\}")
TOO_LONG = _("This is longer than %(limit)s characters.", limit=LONG_TEXT)
ANY = "*"  # Among values: every other text.
Parts = tuple[str | int, ...]  # A template: its words, and the places of cells between them.


@dataclass(frozen=True, slots=True)
class Source:
    """One column of the file that becomes a field; `place` is that of its cell, if it has one."""

    column: Column
    field: Field
    place: int | None
    template: Parts
    default: Parts
    values: Map[str, str]  # By the text, and by the text in small letters.
    read: Reader
    is_written: bool  # False of what only finds a record.
    parts: NameParts | None = None  # Of a whole name: the fields that it is told apart into.

    def text(self, cells: Sequence[str]) -> str:
        """What the row says for this field, or what stands in for it; "" for nothing.

        Refused where no field is so long.
        """
        return self.told(cells) or self.instead(cells)

    def says_nothing(self, cells: Sequence[str]) -> bool:
        """True where the mapping says of what stands in the row's cell that it is nothing."""
        text = cells[self.place].strip() if self.place is not None else ""
        return bool(text) and self._meant(text) == ""

    def instead(self, cells: Sequence[str]) -> str:
        """What stands in for what the row does not say."""
        return self._filled(self.default, cells)

    def told(self, cells: Sequence[str]) -> str:
        """What the row itself says for this field; "" for nothing."""
        if self.template:
            text = self._filled(self.template, cells) if _is_told(self.template, cells) else ""
        else:
            text = cells[self.place].strip() if self.place is not None else ""
        if self.values:
            found = self.values.get(text)
            text = self._meant(text) if found is None else found
        return text

    def stands_in(self, cells: Sequence[str]) -> bool:
        """True where the row itself says nothing, so that the default counts."""
        if self.template:
            return not _is_told(self.template, cells)
        return self.place is None or not cells[self.place].strip()

    def said(self, text: str) -> dict[str, Any]:
        """What a form would send for this text, by field: one, or the parts of a whole name."""
        if self.parts is not None:
            return told_apart(text, self.parts)
        return {self.field.key: self.read(text)}

    def _meant(self, text: str) -> str:
        """What a text stands for that is not there as it is written."""
        found = self.values.get(text.lower())
        if found is None:
            found = self.values.get(ANY) if text else None
        return text if found is None else found

    def _filled(self, parts: Parts, cells: Sequence[str]) -> str:
        """A template with its cells; Refused, before it is made, where it would be too long."""
        words = [cells[one].strip() if isinstance(one, int) else one for one in parts]
        if sum(map(len, words)) > LONG_TEXT:
            raise Refused(TOO_LONG, field=self.field.key)
        return "".join(words).strip()


@dataclass(frozen=True)
class Plan:
    """What every row of one import is read by."""

    record_type: RecordType
    mapping: Mapping
    names: tuple[str, ...]
    sources: tuple[Source, ...]
    match_on: str | None  # The key of a field, or "id".
    lines: tuple[Source, ...] = ()  # What becomes of a row that is a line.
    along: Map[str, tuple[Source, ...]] = kept(default_factory=dict)  # By the path of a reference.
    grouped_at: int | None = None  # The cell by which rows are one record.

    @cached_property
    def references(self) -> tuple[Source, ...]:
        """The sources of fields that point to other records and colleagues."""
        return tuple(one for one in self.sources if one.field.to)

    @cached_property
    def takes_lines(self) -> bool:
        """True where rows are lines, or some are one record together."""
        return bool(self.lines) or self.grouped_at is not None

    @cached_property
    def line_references(self) -> tuple[Source, ...]:
        """The same of lines."""
        return tuple(one for one in self.lines if one.field.to)

    @cached_property
    def said(self) -> frozenset[str]:
        """The record's own fields of which the file tells."""
        return frozenset(one.field.key for one in self.sources)

    @cached_property
    def left_out(self) -> list[tuple[LeftOut, list[tuple[int, Callable[[str], bool]]]]]:
        """The rules by which rows are left out, ready for their cells."""
        marks = {one.source: one.decimal for one in self.mapping.used if one.decimal != "."}
        read = {name: partial(read_figures, decimal=marks.get(name, ".")) for name in self.names}
        return tests_of(self.mapping.left_out, self.names, read)

    @cached_property
    def is_lonely(self) -> bool:
        """True where no row can concern another one, nor what another one makes along.

        Such rows may be written side by side.
        """
        mapping = self.mapping
        if mapping.mode != "create" or mapping.duplicates != "create" or self.takes_lines:
            return False  # What is a return asks for what was sold before.
        if self.record_type.numbered is not None and self.record_type.numbered.without_gaps:
            return False  # Numbers follow one another.
        return not any(
            one.column.create_missing
            or one.field.to == self.record_type.key
            or one.field.is_unique
            or one.field.key == TAGS
            or is_noted(self.record_type, one.field.key)
            for one in self.sources
        )

    @cached_property
    def phones(self) -> frozenset[str]:
        """The fields of phone numbers that may be of another country than the workspace's."""
        asked = [one for one in self.sources if one.field.kind == "phone"]
        return frozenset(
            one.field.key for one in asked if self.country is not None or one.column.country
        )

    @cached_property
    def country(self) -> Source | None:
        """What gives the country of a row, where something does."""
        return next((one for one in self.sources if one.field.kind == "country"), None)

    def called_in(self, source: Source, text: str, cells: Sequence[str], home: str) -> str:
        """A phone number with the code of its country, which the row, the column or `home` tells.

        What is a number in none of them stays as it is, to be told as wrong.
        """
        if not text or source.field.key not in self.phones:
            return text
        of_row = country_code(self.country.text(cells)) if self.country is not None else None
        asked = dict.fromkeys((of_row, source.column.country, home))
        return read_phone_of(text, [one for one in asked if one]) or text

    @cached_property
    def finders(self) -> frozenset[str]:
        """The fields of what finds a record, which may be spelled otherwise there."""
        if self.match_on is None:
            return frozenset()
        told = {one.field.key for one in self.sources}
        parts = [key for one in self._matched if one.parts for key in one.parts if key not in told]
        return frozenset((self.match_on, *parts))

    @property
    def _matched(self) -> Iterator[Source]:
        return (one for one in self.sources if one.field.key == self.match_on)

    @cached_property
    def source_of(self) -> dict[str, str]:
        """Which column stands for a field, as people name it: the column's name, or the field's."""
        told = {one.key: str(one.label) for one in self.record_type.fields}
        lined = self.record_type.lined
        if lined is not None:
            told |= {f"{lined.input}.{one.key}": str(one.label) for one in lined.fields}
        told |= {
            one.column.field or "": one.column.source for one in self.lines if one.column.source
        }
        named = [one for one in self.sources if one.column.source]
        told |= {key: one.column.source for one in named for key in one.parts or ()}
        return told | {one.field.key: one.column.source for one in named}


def make_plan(record_type: RecordType, mapping: Mapping, names: Sequence[str], by: Actor) -> Plan:
    """The plan of a mapping that `check_mapping` let through."""
    places = {name: place for place, name in enumerate(names)}
    own: list[Source] = []
    lines: list[Source] = []
    along: dict[str, tuple[Source, ...]] = {}
    for column in mapping.used:
        path = column.field or ""
        spot = spot_of(record_type, path, by)
        if spot is None:
            continue
        one = _source(record_type, mapping, column, spot, places, by)
        if spot.of is not None:
            reference = path.rpartition(".")[0]
            along[reference] = (*along.get(reference, ()), one)
        else:
            (lines if spot.line else own).append(one)
    match_on = mapping.match_on if mapping.mode != "create" else None
    grouped_at = places.get(mapping.group_by) if mapping.group_by else None
    return Plan(
        record_type, mapping, tuple(names), tuple(own), match_on, tuple(lines), along, grouped_at
    )


def _source(
    record_type: RecordType,
    mapping: Mapping,
    column: Column,
    spot: Spot,
    places: Map[str, int],
    by: Actor,
) -> Source:
    field = spot.field
    whose = spot.target or record_type
    parts = None if spot.is_nested else parts_of_name(record_type, field.key)
    read = reader_of(
        field, column, picklists_of(by.session, whose).get(field.key, ()) or field.options
    )
    lined = record_type.lined if spot.line and not spot.of else None
    if lined is not None and field.key in lined.priced:
        read = partial(read_price, decimal=column.decimal)
    return Source(
        column,
        field,
        places.get(column.source),
        parts_of(column.template or "", places),
        parts_of(column.default, places),
        {text.lower(): value for text, value in column.values.items()} | dict(column.values),
        read,
        spot.is_nested or _is_written(record_type, mapping, column, field, parts),
        parts,
    )


def _is_written(
    record_type: RecordType,
    mapping: Mapping,
    column: Column,
    field: Field,
    parts: NameParts | None,
) -> bool:
    """False of what only finds a record, and of what is kept by the product."""
    finds_only = mapping.mode == "update" and field.key in (mapping.match_on, CREATED)
    past = record_type.past.keys if record_type.past is not None else ()
    is_given = not field.readonly or parts is not None or field.key in (CREATED, *past)
    is_given |= column.create_missing and is_noted(record_type, field.key)
    return column.field != ID and not finds_only and is_given


def names_in(template: str) -> list[str]:
    """The names of columns in a template or a default."""
    return IN_BRACES.findall(template)


def parts_of(template: str, places: Map[str, int]) -> Parts:
    """A template with the places of its columns; a name that there is not stays as it is."""
    parts: list[str | int] = []
    for number, one in enumerate(IN_BRACES.split(template)):
        if number % 2:
            parts.append(places.get(one, f"{{{one}}}"))
        elif one:
            parts.append(one)
    return tuple(parts)


def _is_told(template: Parts, cells: Sequence[str]) -> bool:
    """False where all cells of a template are empty."""
    asked = [one for one in template if isinstance(one, int)]
    return not asked or any(cells[one].strip() for one in asked)
