"""The parts behind a number of a report, each with the record that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.language import _
from app.records.access import readable_fields
from app.records.fields import Field
from app.records.filters import Node, read_filters, write_filters
from app.records.pages.choices import choices_of
from app.records.pages.filter_words import in_words, names_in
from app.records.pages.shown import shown_text
from app.records.parts.rows import part_rows
from app.records.references import titles
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.reports.engine.counted import may_count
from app.reports.engine.kinds import NUMBERS

BESIDES = ("cursor", "view", "limit")  # Arguments of the address that are no filters.


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in words; where it names a record that the reader may open, with its address."""

    text: str
    url: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class PartsShown:
    """A page of parts: what narrows them, their heads and cells, the address of the next page."""

    kind: RecordType
    told: tuple[tuple[str, str], ...]
    heads: tuple[tuple[str, bool], ...]
    lines: tuple[tuple[Cell, ...], ...]
    next_url: str
    is_first: bool


def parts_type(collection: str, by: Actor) -> RecordType:
    """The parts at an address; Missing with their module off, NotPermitted without the right."""
    kind = tailored(registry().parts_at(collection, by.tenant), by)
    if not may_count(kind.counted_as, by):
        raise NotPermitted(_("Your role does not allow this."))
    return kind


def parts_shown(kind: RecordType, arguments: Mapping[str, str], by: Actor) -> PartsShown:
    """A page of parts as the address asks for it."""
    filters = read_filters(arguments, BESIDES)
    cursor = arguments.get("cursor", "")
    found = part_rows(kind, filters, by, cursor=cursor)
    fields = shown_fields(kind, by)
    names = _names(fields, found.rows, by)
    names_of_filters = names_in(kind, filters, by)
    options = choices_of(kind, by)

    def cell(one: Field, row: Any) -> Cell:
        value = row._mapping[one.key]
        known = names.get(one.to or "", {})
        text = shown_text(one, value, by, options.get(one.key, ()), known)
        return Cell(text, _url(one, value, known), one.kind in NUMBERS and not one.to)

    return PartsShown(
        kind,
        tuple(in_words(kind, one, by, names_of_filters) for one in filters),
        tuple((str(one.label), one.kind in NUMBERS and not one.to) for one in fields),
        tuple(tuple(cell(one, row) for one in fields) for row in found.rows),
        _next(kind, filters, found.next),
        not cursor,
    )


def shown_fields(kind: RecordType, by: Actor) -> list[Field]:
    """The fields that a list of parts shows, as far as `by` sees them."""
    part = kind.part
    seen = {one.key: one for one in readable_fields(kind, by)}
    return [seen[key] for key in (part.columns if part is not None else ()) if key in seen]


def _names(fields: Iterable[Field], rows: Iterable[Any], by: Actor) -> dict[str, dict[UUID, str]]:
    """What the references of the rows are called, by the type that they lead to."""
    wanted: dict[str, set[UUID]] = {}
    for one in fields:
        if one.to:
            ids = {row._mapping[one.key] for row in rows} - {None}
            wanted.setdefault(one.to, set()).update(ids)
    return {to: titles(to, ids, by) for to, ids in wanted.items()}


def _url(field: Field, value: Any, known: Mapping[UUID, str]) -> str:
    if not field.to or field.to == "user" or value not in known:
        return ""
    return f"/{registry().type(field.to).collection}/{value}"


def _next(kind: RecordType, filters: Iterable[Node], cursor: str) -> str:
    if not cursor:
        return ""
    return f"/{kind.collection}?{urlencode([*write_filters(filters), ('cursor', cursor)])}"
