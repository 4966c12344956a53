"""What stands against a mapping, column by column, before the first row is read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.access import writable_keys
from app.records.door import may_change
from app.records.fields import Field
from app.records.imports.givable import givable_keys
from app.records.imports.given import may_import
from app.records.imports.left_out import check_rules
from app.records.imports.mapping import Column, Mapping
from app.records.imports.match import ID, match_keys
from app.records.imports.noted import is_noted
from app.records.imports.plan import names_in
from app.records.imports.resolve import can_make
from app.records.imports.spots import Spot, spot_of
from app.records.imports.whole_names import parts_of_name
from app.records.tailored import tailored
from app.records.types import RecordType

Errors = dict[str, Text | str]


def check_mapping(
    record_type: RecordType, mapping: Mapping, names: Collection[str], by: Actor
) -> None:
    """Refused with a message per part where `by` can't import a table with these columns so.

    What stands against a column is told as `columns.<number>.<part>`, counted from 0. NotPermitted
    where the role may not create or change such records at all.
    """
    may_import(record_type, by)
    for verb in verbs_of(mapping):
        may_change(record_type, verb, by)
    errors: Errors = {}
    for number, column in enumerate(mapping.columns):
        wrong = _against(record_type, column, mapping, names, by)
        errors |= {f"columns.{number}.{part}": text for part, text in wrong.items()}
    errors |= _twice(mapping.columns)
    errors |= _against_whole(record_type, mapping, names, by)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def verbs_of(mapping: Mapping) -> Sequence[str]:
    """What the rows do with records, as rights are granted."""
    if mapping.mode == "update":
        return ("update",)
    changes = mapping.mode == "both" or mapping.duplicates == "update"
    return ("create", "update") if changes else ("create",)


def _against(
    record_type: RecordType, column: Column, mapping: Mapping, names: Collection[str], by: Actor
) -> Errors:
    """What stands against one column, by its part."""
    if column.field is None:
        return {}
    wrong: Errors = {}
    if column.source and column.source not in names:
        wrong["source"] = _("The file has no column of this name.")
    for part in ("template", "default"):
        text = getattr(column, part) or ""
        unknown = [name for name in names_in(text) if name not in names]
        if unknown:
            wrong[part] = _("The file has no column “%(name)s”.", name=unknown[0])
    if not (column.source or column.template or column.default):
        wrong["source"] = _("Choose a column of the file, or give a value.")
    spot = spot_of(record_type, column.field, by)
    if spot is not None and spot.is_nested:
        return wrong | _against_nested(record_type, spot, column, mapping, by)
    return wrong | _against_field(record_type, column, mapping, by)


def _against_field(record_type: RecordType, column: Column, mapping: Mapping, by: Actor) -> Errors:
    key = column.field or ""
    finds = mapping.mode != "create" and mapping.match_on == key
    field = record_type.by_key.get(key)
    if key == ID:
        told = _("The id is only there to find records by. Match on it, or leave it.")
        return {} if finds else {"field": told}
    if field is None:
        return {"field": _("There is no such field.")}
    if finds and (field.readonly or mapping.mode == "update"):
        return {}  # It finds its record and is not written.
    if key not in givable_keys(record_type, by):
        if field.readonly and parts_of_name(record_type, key) is None:
            return {"field": _("This field is kept by the system and can't be set.")}
        return {"field": _("Your role may not change this field.")}
    makes = column.create_missing and not is_noted(record_type, key)
    return _against_making(field, column, by) if makes or column.found_by else {}


def _against_nested(
    record_type: RecordType, spot: Spot, column: Column, mapping: Mapping, by: Actor
) -> Errors:
    """What stands against a column that is one of lines, or of what is referred to."""
    lined = record_type.lined
    if spot.target is not None:
        is_fixed = spot.field.readonly or bool(spot.field.to)
        if is_fixed or spot.field.key not in writable_keys(spot.target, by):
            return {"field": _("Your role may not change this field.")}
        return {}
    if lined is not None and mapping.mode != "create" and not by.may(record_type.key, lined.verb):
        return {"field": _("Your role does not allow this.")}
    makes = column.create_missing or column.found_by
    return _against_making(spot.field, column, by) if makes else {}


def _against_making(field: Field, column: Column, by: Actor) -> Errors:
    """What stands against how records are found that are referred to, and are made where not."""
    target = tailored(field.to, by) if field.to and field.to != "user" else None
    if column.found_by:
        known = target.by_key.get(column.found_by) if target is not None else None
        is_title = target is not None and column.found_by == target.title.key
        if known is None or not (known.is_unique or is_title) or known.kind == "localized":
            return {"found_by": _("Records can't be found by this field.")}
    if not column.create_missing:
        return {}
    if target is None or not (column.found_by or can_make(target)):
        return {"create_missing": _("Such records can't be made from their name alone.")}
    if not by.may(target.key, "create"):
        return {"create_missing": _("Your role does not allow this.")}
    return {}


def _twice(columns: Sequence[Column]) -> Errors:
    """Columns that become a field which an earlier one becomes already."""
    met: set[str] = set()
    errors: Errors = {}
    for number, column in enumerate(columns):
        if column.field is not None and column.field in met:
            errors[f"columns.{number}.field"] = _("Another column becomes this field already.")
        met |= {column.field} if column.field else set()
    return errors


def _against_whole(
    record_type: RecordType, mapping: Mapping, names: Collection[str], by: Actor
) -> Errors:
    errors: Errors = {}
    used = {column.field for column in mapping.used}
    if not used:
        errors["columns"] = _("Choose a field for at least one column.")
    if mapping.distinct_by and mapping.distinct_by not in names:
        errors["distinct_by"] = _("The file has no column of this name.")
    errors |= check_rules(mapping.left_out, list(names))
    errors |= _against_groups(record_type, mapping, names)
    if mapping.mode == "create":
        return errors
    if mapping.match_on is None:
        errors["match_on"] = _("Choose the field by which a row finds its record.")
    elif mapping.match_on not in match_keys(record_type, by):
        errors["match_on"] = _("Records can't be found by this field.")
    elif mapping.match_on not in used:
        errors["match_on"] = _("No column becomes this field.")
    return errors


def _against_groups(record_type: RecordType, mapping: Mapping, names: Collection[str]) -> Errors:
    """What stands against rows that are one record together."""
    if not mapping.group_by:
        return {}
    if record_type.lined is None:
        return {"group_by": _("Such records have no lines: each row is one of them.")}
    if mapping.distinct_by:
        return {"group_by": _("Rows are one record together, or the first one counts: not both.")}
    if mapping.group_by not in names:
        return {"group_by": _("The file has no column of this name.")}
    return {}
