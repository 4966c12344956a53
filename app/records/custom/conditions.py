"""When a workspace's own field is shown, must be filled in, or may not be changed.

A condition is a list of tests on other fields of the record, all of which must hold:
`{"field": "lifecycle", "op": "eq", "value": "customer"}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.custom.field import OwnField
from app.records.fields import Field
from app.records.types import RecordType
from app.records.values import as_json

WHENS = ("visible", "required", "readonly")
OPERATORS = ("eq", "ne", "in", "empty", "filled")
MOST = 5  # Tests of one condition.
ValueOf = Callable[[str], Any]
Test = Mapping[str, Any]


def read_conditions(raw: Mapping[str, Any], record_type: RecordType) -> dict[str, list[Test]]:
    """Conditions as they are kept; Refused where one names no field or no operator."""
    found: dict[str, list[Test]] = {}
    for when, tests in raw.items():
        if when not in WHENS or not isinstance(tests, list) or len(tests) > MOST:
            raise Refused(_("This condition can't be kept."), field="conditions")
        kept = [_read_test(test, record_type) for test in tests]
        if kept:
            found[when] = kept
    return found


def _read_test(test: Any, record_type: RecordType) -> Test:
    if not isinstance(test, Mapping) or test.get("op") not in OPERATORS:
        raise Refused(_("This condition can't be kept."), field="conditions")
    if test.get("field") not in record_type.by_key:
        raise Refused(_("There is no such field."), field="conditions")
    value = test.get("value")
    if isinstance(value, Mapping) or (test["op"] == "in") is not isinstance(value, list):
        raise Refused(_("This condition can't be kept."), field="conditions")
    return {"field": test["field"], "op": test["op"], "value": value}


def is_visible(field: Field, value_of: ValueOf) -> bool:
    """True when the field is shown on a record with these values."""
    return _is_so(field, "visible", value_of, otherwise=True)


def is_required(field: Field, value_of: ValueOf) -> bool:
    """True when the field must be filled in: always or by its condition, unless it is not shown."""
    if not field.required and not _is_so(field, "required", value_of, otherwise=False):
        return False
    return is_visible(field, value_of)


def is_readonly(field: Field, value_of: ValueOf) -> bool:
    """True when the field may not be changed on a record with these values."""
    return field.readonly or _is_so(field, "readonly", value_of, otherwise=False)


def depends_on(field: Field) -> frozenset[str]:
    """The keys of the fields that its conditions look at."""
    conditions = field.conditions if isinstance(field, OwnField) else None
    return frozenset(test["field"] for tests in (conditions or {}).values() for test in tests)


def _is_so(field: Field, when: str, value_of: ValueOf, *, otherwise: bool) -> bool:
    conditions = field.conditions if isinstance(field, OwnField) else None
    tests: Sequence[Test] = (conditions or {}).get(when, ())
    if not tests:
        return otherwise
    return all(_holds(test, value_of) for test in tests)


def _holds(test: Test, value_of: ValueOf) -> bool:
    value = as_json(value_of(test["field"]))
    operator, wanted = test["op"], test.get("value")
    if operator == "empty":
        return value in (None, "", [])
    if operator == "filled":
        return value not in (None, "", [])
    if operator == "in":
        return value in (wanted or ())
    return bool((value == wanted) is (operator == "eq"))
