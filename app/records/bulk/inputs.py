"""What a bulk change asks for, checked once before the first record is touched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import Text, _
from app.records.access import writable_keys
from app.records.bulk.verbs import TAG, UNTAG, BulkVerb
from app.records.picklists import picklists_of
from app.records.references import check_references
from app.records.tags.operations import keys_of, names_in
from app.records.types import Choose, RecordType
from app.records.values import Unfit, read_value


def check_inputs(
    record_type: RecordType, verb: BulkVerb, inputs: Mapping[str, Any], by: Actor
) -> dict[str, Any]:
    """The inputs as they are kept with the change; tags are the keys of tags.

    Refused or NotPermitted, with a message per field, for what no record would take. What depends
    on the record (a field that is required there only) is left to each record.
    """
    if verb.choose is not None:
        return _chosen(record_type, verb.choose, inputs, by)
    if verb.is_open and not inputs:
        raise Refused(_("Choose a field to change first."))
    if not verb.is_open and set(inputs) != set(verb.fields):
        unknown = set(inputs) ^ set(verb.fields)
        raise Refused(
            _("Please check the marked fields."),
            errors={key: _("There is no such field.") for key in unknown},
        )
    _refuse_barred(record_type, inputs, by)
    if verb in (TAG, UNTAG):
        return {"tags": _tags(record_type, verb, inputs["tags"], by)}
    check_references(record_type, _read(record_type, inputs, by), by)
    return dict(inputs)


def _chosen(
    record_type: RecordType, choose: Choose, inputs: Mapping[str, Any], by: Actor
) -> dict[str, Any]:
    """What was chosen for all records; Refused for what is not offered."""
    value = inputs.get(choose.key)
    errors: dict[str, Text | str] = {
        key: _("There is no such field.") for key in inputs if key != choose.key
    }
    if not value:
        errors[choose.key] = _("Please fill in this field.")
    elif value not in {one.value for one in choose.offers(record_type, by)}:
        errors[choose.key] = _("This is not one of the values to choose from.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return {choose.key: value}


def _read(record_type: RecordType, inputs: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """The values that the inputs mean; Refused with a message for each that does not fit."""
    values: dict[str, Any] = {}
    errors: dict[str, Text | str] = {}
    picklists = picklists_of(by.session, record_type)
    for key, raw in inputs.items():
        field = record_type.by_key[key]
        try:
            values[key] = read_value(field, raw, by, picklists.get(key, ()))
        except Unfit as unfit:
            errors[key] = unfit.message
        else:
            if values[key] in (None, "", ()) and field.required:
                errors[key] = _("Please fill in this field.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return values


def _tags(record_type: RecordType, verb: BulkVerb, raw: Any, by: Actor) -> list[str]:
    """The keys of the tags to put on or to take off; only what is put on may be made anew."""
    options = picklists_of(by.session, record_type).get("tags", ())
    field = record_type.by_key["tags"]
    try:
        if verb is UNTAG:
            keys, unknown = keys_of(names_in(raw), options)
            if unknown:
                raise Unfit(_("There is no tag “%(name)s”.", name=unknown[0]))
        else:
            keys = list(read_value(field, raw, by, options) or ())
    except Unfit as unfit:
        raise Refused(
            _("Please check the marked fields."), errors={"tags": unfit.message}
        ) from None
    if not keys:
        raise Refused(
            _("Please check the marked fields."), errors={"tags": _("Give at least one tag.")}
        )
    return keys


def _refuse_barred(record_type: RecordType, inputs: Mapping[str, Any], by: Actor) -> None:
    """Refused for a field that there is not, NotPermitted for one that the role may not write."""
    writable = writable_keys(record_type, by)
    unknown: dict[str, Text | str] = {
        key: _("There is no such field.") for key in inputs if key not in record_type.by_key
    }
    kept: dict[str, Text | str] = {
        key: _("This field is kept by the system and can't be set.")
        for key in inputs
        if key in record_type.by_key and record_type.by_key[key].readonly
    }
    if unknown or kept:
        raise Refused(_("Please check the marked fields."), errors=unknown | kept)
    barred: dict[str, Text | str] = {
        key: _("Your role may not change this field.") for key in inputs if key not in writable
    }
    if barred:
        raise NotPermitted(_("Your role may not change this field."), errors=barred)
