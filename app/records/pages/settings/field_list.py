"""The fields of a record type as their settings list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.kernel.localized import TenantText
from app.records.custom.indexes import wants_index
from app.records.custom.kinds import KINDS, Kind
from app.records.custom.models import CustomField
from app.records.custom.operations import MOST, list_fields
from app.records.fields import Field
from app.records.pages.settings.field_form import list_url
from app.records.types import RecordType

# The kinds that only built-in fields have.
BUILT_IN_KINDS = {
    "country": Kind("country", _("Country"), "world", _("Country")),
    "whole": Kind("whole", _("Whole number"), "hash", _("Whole number")),
    "tags": Kind("tags", _("Tags"), "tag", _("Tags")),
}


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One of the workspace's own fields."""

    row: CustomField
    label: TenantText
    kind: Kind
    marks: list[tuple[Text, str]]


@dataclass(frozen=True, slots=True)
class BuiltInRow:
    """One field that the product brings."""

    field: Field
    kind: Kind
    marks: list[tuple[Text, str]]


@dataclass(frozen=True, slots=True)
class FieldList:
    """All that `records/settings/fields.html` shows."""

    record_type: RecordType
    url: str
    own: list[OwnRow]
    retired: list[OwnRow]
    built_in: list[BuiltInRow]
    left: int  # How many more there may be.
    most: int = MOST


def field_list(record_type: RecordType, by: Actor) -> FieldList:
    """Every field of a type: the workspace's own in their order, the retired, the built-in."""
    declared = record_type.base or record_type
    rows = [_own(row) for row in list_fields(by, declared)]
    own = [one for one in rows if one.row.retired_at is None]
    return FieldList(
        record_type=declared,
        url=list_url(declared),
        own=own,
        retired=[one for one in rows if one.row.retired_at is not None],
        built_in=[_built_in(one) for one in declared.fields],
        left=max(0, MOST - len(declared.fields) - len(own)),
    )


def _own(row: CustomField) -> OwnRow:
    marks = _marks(
        (row.is_required, _("Required"), "warn"),
        (row.is_unique, _("Unique"), "info"),
        (row.is_filterable and not row.is_unique, _("Filterable"), "info"),
        (row.is_personal, _("Personal"), "violet"),
        (wants_index(row) and row.indexed_at is None, _("Index being prepared"), ""),
        (bool(row.conditions), _("Conditional"), ""),
    )
    return OwnRow(row, TenantText(row.label), KINDS[row.kind], marks)


def _built_in(field: Field) -> BuiltInRow:
    kind = "user" if field.to == "user" else field.kind
    marks = _marks(
        (field.required, _("Required"), "warn"),
        (field.personal, _("Personal"), "violet"),
        (field.picklist, _("Picklist"), "info"),
        (field.readonly, _("Kept by the system"), ""),
    )
    return BuiltInRow(field, KINDS.get(kind) or BUILT_IN_KINDS.get(kind, KINDS["text"]), marks)


def _marks(*marks: tuple[Any, Text, str]) -> list[tuple[Text, str]]:
    return [(text, tone) for holds, text, tone in marks if holds]
