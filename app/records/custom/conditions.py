"""When a workspace's own field is shown, must be filled in, or may not be changed.

A condition is a list of tests on other fields of the record, all of which must hold:
`{"field": "lifecycle", "op": "eq", "value": "customer"}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.custom.field import OwnField
from app.records.fields import Field
from app.records.picklists import picklists_of
from app.records.types import RecordType
from app.records.values import Unfit, as_json, read_value

WHENS = ("visible", "required", "readonly")
OPERATORS = ("eq", "ne", "in", "empty", "filled")
MOST = 5  # Tests of one condition.
ValueOf = Callable[[str], Any]
Test = Mapping[str, Any]


def operators_of(field: Field) -> tuple[str, ...]:
    """How a condition may look at a field."""
    if field.to or field.kind in ("amount", "choices", "long_text", "localized"):
        return ("filled", "empty")
    if field.kind in ("choice", "country"):
        return ("eq", "ne", "in", "filled", "empty")
    return ("eq",) if field.kind == "flag" else ("eq", "ne", "filled", "empty")


def read_conditions(
    raw: Mapping[str, Any], record_type: RecordType, by: Actor, own_key: str = ""
) -> dict[str, list[Test]]:
    """Conditions of the field `own_key` as they are kept.

    Refused where one names no field, the field itself or no operator of that field, or where its
    value is none that the field could have.
    """
    found: dict[str, list[Test]] = {}
    for when, tests in raw.items():
        if when not in WHENS or not isinstance(tests, list):
            raise Refused(_("This condition can't be kept."), field="conditions")
        if len(tests) > MOST:
            raise Refused(_("At most %(limit)s conditions.", limit=MOST), field="conditions")
        kept = [_read_test(test, record_type, by, own_key) for test in tests]
        if kept:
            found[when] = kept
    return found


def _read_test(test: Any, record_type: RecordType, by: Actor, own_key: str) -> Test:
    key = str(test.get("field")) if isinstance(test, Mapping) else ""
    field = record_type.by_key.get(key)
    if field is None:
        raise Refused(_("There is no such field."), field="conditions")
    if field.key == own_key:
        raise Refused(_("A field can't depend on itself."), field="conditions")
    operator = test.get("op")
    if operator not in operators_of(field):
        raise Refused(_("This condition can't be kept."), field="conditions")
    if operator in ("filled", "empty"):
        return {"field": field.key, "op": operator}
    value = test.get("value")
    if (operator == "in") is not isinstance(value, list):
        raise Refused(_("This condition can't be kept."), field="conditions")
    if operator != "in":
        wanted = _read_wanted(record_type, field, value, by)
        return {"field": field.key, "op": operator, "value": wanted}
    several = [_read_wanted(record_type, field, one, by) for one in value]
    if not several:
        raise Refused(_("Give a value to compare with."), field="conditions")
    return {"field": field.key, "op": operator, "value": several}


def _read_wanted(record_type: RecordType, field: Field, raw: Any, by: Actor) -> Any:
    """A value that the field could have, as records tell it; it may be a retired option."""
    options = picklists_of(by.session, record_type).get(field.key, ()) if field.is_tenants else ()
    try:
        value = read_value(field, raw, by, options)
    except Unfit as unfit:
        raise Refused(
            _("%(field)s: %(problem)s", field=field.label, problem=unfit.message),
            field="conditions",
        ) from None
    if value is None:
        raise Refused(_("Give a value to compare with."), field="conditions")
    return as_json(value)


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


def values_of(record_type: RecordType, record: Any) -> ValueOf:
    """The values of a record; a field that is no longer there has none."""

    def value_of(key: str) -> Any:
        field = record_type.by_key.get(key)
        return field.value(record) if field is not None else None

    return value_of


def others_depend_on(record_type: RecordType, key: str) -> bool:
    """True when the condition of some field looks at this one."""
    return any(key in depends_on(field) for field in record_type.fields)


def depends_on(field: Field) -> frozenset[str]:
    """The keys of the fields that its conditions look at."""
    conditions = field.conditions if isinstance(field, OwnField) else None
    return frozenset(test["field"] for tests in (conditions or {}).values() for test in tests)


def _is_so(field: Field, when: str, value_of: ValueOf, *, otherwise: bool) -> bool:
    conditions = field.conditions if isinstance(field, OwnField) else None
    tests: Sequence[Test] = (conditions or {}).get(when, ())
    if not tests:
        return otherwise
    return all(holds(test, value_of) for test in tests)


def holds(test: Test, value_of: ValueOf) -> bool:
    """True when one test of a condition holds with these values."""
    value = as_json(value_of(test["field"]))
    operator, wanted = test["op"], test.get("value")
    if operator == "empty":
        return value in (None, "", [])
    if operator == "filled":
        return value not in (None, "", [])
    if operator == "in":
        return value in (wanted or ())
    return bool((value == wanted) is (operator == "eq"))
