"""The conditions of own fields in a form: how each stands at first, and what a script watches.

What a reader may not see is not told to the script: a test of a field that is not in the form is
decided here, and only whether it holds is sent.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.kernel.actor import Actor
from app.records.custom.conditions import (
    WHENS,
    Test,
    ValueOf,
    holds,
    is_required,
    is_visible,
)
from app.records.custom.field import OwnField
from app.records.fields import Field, Option
from app.records.pages.controls import event_text
from app.records.types import RecordType
from app.records.values import Unfit, read_value

NUMBERS = ("number", "money", "percent", "whole")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a field with conditions stands; `watched` tells the script what changes that."""

    watched: str
    is_visible: bool
    is_required: bool


def standings(
    record_type: RecordType,
    keys: Collection[str],
    texts: Mapping[str, str],
    by: Actor,
    picklists: Mapping[str, tuple[Option, ...]],
    *,
    is_new: bool,
) -> dict[str, Standing]:
    """How the fields with conditions among `keys`, those of a form, stand with these texts."""

    def value_of(key: str) -> Any:
        field = record_type.by_key.get(key)
        if field is None:
            return None
        try:
            return read_value(field, texts.get(key, ""), by, picklists.get(key, ()))
        except Unfit:
            return None

    found = {}
    for key in keys:
        field = record_type.by_key[key]
        if isinstance(field, OwnField) and field.conditions:
            found[key] = _standing(record_type, field, keys, value_of, by, is_new=is_new)
    return found


def _standing(
    record_type: RecordType,
    field: OwnField,
    keys: Collection[str],
    value_of: ValueOf,
    by: Actor,
    *,
    is_new: bool,
) -> Standing:
    # A new record's fields are free until it stands, and what is always required needs no watching.
    needless = {"readonly": is_new, "required": field.required}
    whens = [when for when in WHENS if not needless.get(when)]
    watched = {
        when: [
            _watched(test, record_type.by_key[test["field"]], by)
            if test["field"] in keys
            else {"holds": holds(test, value_of)}
            for test in (field.conditions or {}).get(when, ())
            if test["field"] in record_type.by_key
        ]
        for when in whens
    }
    return Standing(
        json.dumps({when: tests for when, tests in watched.items() if tests}, ensure_ascii=False),
        is_visible(field, value_of),
        is_required(field, value_of),
    )


def _watched(test: Test, field: Field, by: Actor) -> dict[str, Any]:
    """A test as the script makes it: against the texts that controls hold."""
    value = test.get("value")
    wanted = value if isinstance(value, list) else [] if value is None else [value]
    told: dict[str, Any] = {"field": field.key, "op": test["op"]}
    told["values"] = [event_text(field, one, by) for one in wanted]
    if field.kind in NUMBERS:
        told["number"] = True
    return told
