"""Putting the fields of a type where a layout wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.records.custom.field import OwnField
from app.records.types import RecordType, Section


def placeable(record_type: RecordType) -> list[str]:
    """The keys of the fields that a layout places: those of the form, and those behind "more"."""
    return [one.key for one in (*record_type.form, *record_type.more)]


def must_stay(record_type: RecordType, key: str) -> bool:
    """True for a field that is or can become required: a form without it could not be saved."""
    field = record_type.by_key[key]
    asked = isinstance(field, OwnField) and "required" in (field.conditions or {})
    return field.required or asked


def usual_sections(record_type: RecordType) -> tuple[Section, ...]:
    """The layout of a type that nobody laid out."""
    return (
        Section({}, tuple(one.key for one in record_type.form), False),
        Section({}, tuple(one.key for one in record_type.more), True),
    )


def laid_out(
    record_type: RecordType, sections: Sequence[Mapping[str, Any]], left_out: Iterable[str]
) -> RecordType:
    """The type with its form and its page in these sections.

    What is required is shown though it was left out. A field that is newer than the layout stands
    at the end: of the first section when it is required, else of the last behind "more".
    """
    known, placed = placeable(record_type), set[str]()
    keys: list[list[str]] = []
    for section in sections:
        mine = [key for key in section["fields"] if key in known and key not in placed]
        placed.update(mine)
        keys.append(mine)
    found = [
        Section(dict(one["heading"]), tuple(mine), bool(one["is_more"]))
        for one, mine in zip(sections, keys, strict=True)
    ]
    out = set(left_out)
    for key in known:
        asked = must_stay(record_type, key)
        if key not in placed and (asked or key not in out):
            _append(found, key, is_more=not asked)
    by_key = record_type.by_key
    return replace(
        record_type,
        form=tuple(by_key[key] for one in found if not one.is_more for key in one.keys),
        more=tuple(by_key[key] for one in found if one.is_more for key in one.keys),
        sections=tuple(found),
        base=record_type.base or record_type,
    )


def _append(sections: list[Section], key: str, *, is_more: bool) -> None:
    places = [number for number, one in enumerate(sections) if one.is_more is is_more]
    if not places:
        sections.append(Section({}, (key,), is_more))
        return
    at = places[-1] if is_more else places[0]
    sections[at] = replace(sections[at], keys=(*sections[at].keys, key))
