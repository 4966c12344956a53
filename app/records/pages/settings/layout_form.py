"""The editor of a layout: sections with their fields, and what is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from app.identity.models import Role
from app.kernel.language import OFFERED
from app.records.fields import Field
from app.records.layouts.models import FormLayout
from app.records.layouts.place import laid_out, must_stay, placeable, usual_sections
from app.records.pages.settings.numbered import free_number, languages, moved
from app.records.types import RecordType

OUT = "out"  # Where what is left out begins, among the items of the form.
MOST = 500  # Items of one form; more were made up.


@dataclass(frozen=True, slots=True)
class SectionRow:
    """One section as it stands in the editor."""

    number: str
    heading: Mapping[str, str] = field(default_factory=dict)
    is_more: bool = False
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class LayoutForm:
    """All that `records/settings/layout.html` shows."""

    record_type: RecordType
    role: Role | None
    sections: list[SectionRow]
    left_out: list[Field]
    fixed: frozenset[str]  # Fields that can't be left out.
    version: int
    languages: tuple[tuple[str, str], ...] = field(default_factory=languages)
    blank: SectionRow = SectionRow("__n__")

    @property
    def url(self) -> str:
        """Where the form is sent."""
        role = f"?role={self.role.id}" if self.role else ""
        return f"/settings/layouts/{self.record_type.collection}{role}"

    def wished(self) -> list[dict[str, Any]]:
        """The sections as they are kept."""
        return [
            {
                "heading": one.heading,
                "fields": [each.key for each in one.fields],
                "is_more": one.is_more,
            }
            for one in self.sections
        ]


def standing_form(
    record_type: RecordType, role: Role | None, layout: FormLayout | None
) -> LayoutForm:
    """The editor of a layout as it stands; without one, of the type as it comes."""
    sections = usual_sections(record_type)
    if layout is not None:
        sections = laid_out(record_type, layout.sections, layout.left_out).sections
    placed = {key for one in sections for key in one.keys}
    rows = [
        SectionRow(str(number), one.heading, one.is_more, _fields(record_type, one.keys))
        for number, one in enumerate(sections)
    ]
    out = [key for key in placeable(record_type) if key not in placed]
    version = layout.version if layout is not None else 0
    return _form(record_type, role, rows, out, version)


def sent_form(
    record_type: RecordType, role: Role | None, sent: MultiDict[str, str], version: int
) -> LayoutForm:
    """The editor as a form sent it: its items, sections and fields, in the order wished for."""
    items = sent.getlist("item")[:MOST]
    one, _dot, direction = sent.get("move", "").rpartition(".")
    items = moved(items, one, direction)
    groups: dict[str, list[str]] = {}
    at = OUT
    for item in items:
        kind, _dot, name = item.partition(".")
        if kind == "field":
            groups.setdefault(at, []).append(name)
        else:
            at = name if kind == "section" and name.isdecimal() else OUT
            groups.setdefault(at, [])
    out = groups.pop(OUT, [])
    if sent.get("add") == "section":
        groups[free_number(list(groups))] = []
    rows = [
        SectionRow(
            number,
            {one: sent.get(f"heading.{number}.{one}", "") for one in OFFERED},
            bool(sent.get(f"more.{number}")),
            _fields(record_type, keys),
        )
        for number, keys in groups.items()
    ]
    return _form(record_type, role, rows, out, version)


def _form(
    record_type: RecordType,
    role: Role | None,
    rows: list[SectionRow],
    out: Iterable[str],
    version: int,
) -> LayoutForm:
    fixed = frozenset(key for key in placeable(record_type) if must_stay(record_type, key))
    fields = list(_fields(record_type, out))
    return LayoutForm(record_type, role, rows, fields, fixed, version)


def _fields(record_type: RecordType, keys: Iterable[str]) -> tuple[Field, ...]:
    known = set(placeable(record_type))
    return tuple(record_type.by_key[key] for key in dict.fromkeys(keys) if key in known)
