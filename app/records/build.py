"""New records from what forms, programs and files say, one or many at once, by the same rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.errors import Answer, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.access import reaches, writable_keys
from app.records.custom.unique import against_unique
from app.records.inputs import read_values
from app.records.model import Record
from app.records.references import against_references
from app.records.types import RecordType

Inputs = Mapping[str, Any]  # Fields by their keys, as a form, a file or JSON sent them.
Values = dict[str, Any]


def build(
    record_type: RecordType, inputs: Inputs, by: Actor, picklists: Mapping[str, Any]
) -> Record:
    """A new record from `inputs`, checked and with its derived columns, not yet in the session."""
    (built,) = build_many(record_type, [inputs], by, picklists)
    if isinstance(built, Answer):
        raise built
    return built


def build_many(
    record_type: RecordType,
    rows: Sequence[Inputs],
    by: Actor,
    picklists: Mapping[str, Any],
    pasts: Sequence[Mapping[str, Any]] = (),
) -> list[Record | Answer]:
    """A new record for each row, or the answer that stands against it, in few statements.

    `pasts` is what a file says that became of each before it came here; see `Past`.

    A row that takes a value which an earlier one of them has already, and which no two records may
    share, is refused.
    """
    extras = [{key: row[key] for key in record_type.inputs if key in row} for row in rows]
    writable = writable_keys(record_type, by)
    read: list[Values | Answer] = []
    for row, extra in zip(rows, extras, strict=True):
        inputs = {key: row[key] for key in row if key not in extra} if extra else row
        read.append(read_or_answer(record_type, inputs, by, picklists, writable))
    read = checked(record_type, [(None, one) for one in read], by)
    initial = record_type.initial_values(by)
    made = [
        one if isinstance(one, Answer) else _made(record_type, extra, {**initial, **one}, by)
        for one, extra in zip(read, extras, strict=True)
    ]
    for one, past in zip(made, pasts, strict=bool(pasts)):
        if past and isinstance(one, Record):
            one.past = past
    record_type.gather([one for one in made if isinstance(one, Record)], by)
    return [prepared(record_type, one, by) for one in made]


def read_or_answer(
    record_type: RecordType,
    inputs: Inputs,
    by: Actor,
    picklists: Mapping[str, Any],
    writable: frozenset[str],
    record: Record | None = None,
) -> Values | Answer:
    """The values of one row, or what stands against it; see `read_values`."""
    try:
        only_writable(record_type, inputs, writable)
        return read_values(record_type, inputs, by, picklists, record)
    except (Refused, NotPermitted) as answer:
        return answer


def checked(
    record_type: RecordType, rows: Sequence[tuple[Any, Values | Answer]], by: Actor
) -> list[Values | Answer]:
    """Values of records (None: new ones), each with what it points to and shares looked at.

    An answer that is among them already stays as it is.
    """
    found: list[Values | Answer] = [values for _id, values in rows]
    for against in (_against_references, _against_unique):
        left = [
            (number, record_id, values)
            for number, ((record_id, _values), values) in enumerate(zip(rows, found, strict=True))
            if not isinstance(values, Answer)
        ]
        errors = against(record_type, [(record_id, values) for _n, record_id, values in left], by)
        for (number, _record_id, _read), wrong in zip(left, errors, strict=True):
            if wrong:
                found[number] = Refused(_("Please check the marked fields."), errors=wrong)
    return found


Errors = dict[str, Text | str]


def _against_references(
    record_type: RecordType, rows: Sequence[tuple[Any, Values]], by: Actor
) -> list[Errors]:
    return against_references(record_type, [values for _id, values in rows], by)


def _against_unique(
    record_type: RecordType, rows: Sequence[tuple[Any, Values]], by: Actor
) -> list[Errors]:
    return against_unique(record_type, rows, by)


def _made(
    record_type: RecordType, extra: Inputs, values: Values, by: Actor
) -> Record | NotPermitted:
    """A record of these values, when `by` may create one of its owner."""
    record = record_type.model()
    # No hook asks whether these have changed, and a set attribute costs more than it says.
    record.__dict__.update(_blank(record_type.model))
    record.__dict__.update(
        id=new_id(),
        version=1,
        owner_id=by.user_id,
        created_at=by.now,
        created_by_id=by.user_id,
        updated_at=by.now,
        updated_by_id=by.user_id,
        custom={},
    )
    if record_type.prices:
        record.__dict__["own_digits"] = digits_of(by.tenant.currency)
    for key, value in extra.items():
        setattr(record, key, value)
    put_values(record_type, record, values)
    # No rule can share a record that is not there yet, so the role alone decides.
    if not reaches(record_type, record.owner_id, "create", by):
        errors = {"owner_id": _("Your role allows creating this for yourself or your team only.")}
        return NotPermitted(errors["owner_id"], errors=errors)
    return record


@cache
def _blank(model: type[Record]) -> dict[str, None]:
    """The columns of a new record, none of them given: what is there need not be looked for.

    Without those in which None would be a value of its own.
    """
    return {
        one.key: None
        for one in model.__mapper__.column_attrs
        if not one.columns[0].type.should_evaluate_none
    }


def prepared(record_type: RecordType, record: Record | Answer, by: Actor) -> Record | Answer:
    """The record with its derived columns, or what stands against them."""
    if isinstance(record, Answer):
        return record
    try:
        record_type.prepare(record, by)
    except (Refused, NotPermitted) as answer:
        return answer
    return record


def put_values(record_type: RecordType, record: Record, values: Mapping[str, Any]) -> None:
    """Set fields of a record."""
    for key, value in values.items():
        record_type.by_key[key].put(record, value)


def only_writable(record_type: RecordType, inputs: Inputs, writable: frozenset[str]) -> None:
    """NotPermitted when `inputs` holds a field that is not among the `writable` ones of a role."""
    barred = [
        key
        for key in inputs
        if key not in writable
        and key in record_type.by_key
        and not record_type.by_key[key].readonly
    ]
    if barred:
        errors = {key: _("Your role may not change this field.") for key in barred}
        raise NotPermitted(_("Your role may not change this field."), errors=errors)
