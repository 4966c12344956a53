"""What an admin does with picklists: the values of built-in choices that the workspace decides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select

from app.events import write_event
from app.identity.operations.guard import require_change
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing
from app.kernel.ids import new_id
from app.kernel.language import _
from app.records.custom.operations import MANAGE
from app.records.custom.options import read_options
from app.records.fields import Field
from app.records.picklists import STAMP, PicklistValue
from app.records.types import RecordType

NAMES = UUID("6f1f2c7e-52a5-4c0f-9d59-5d9ad2f3b1c4")  # Picklists have no row of their own to name.
Options = list[dict[str, Any]]


def picklist_fields(record_type: RecordType) -> list[Field]:
    """The built-in fields whose values the workspace decides."""
    return [field for field in record_type.fields if field.picklist]


def picklist_field(record_type: RecordType, key: str) -> Field:
    """One of them; Missing when there is no such."""
    for field in picklist_fields(record_type):
        if field.key == key:
            return field
    raise Missing(_("There is no such field."))


def standing_options(by: Actor, record_type: RecordType, field: Field) -> Options:
    """The values as they stand, in their order: value, label by language, colour, retired."""
    return [_told(row) for row in _rows(by, record_type, field)]


def fingerprint(options: Sequence[Mapping[str, Any]]) -> str:
    """Tells whether somebody changed the values since they were read."""
    text = json.dumps(list(options), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def change_picklist(
    by: Actor,
    record_type: RecordType,
    field: Field,
    wished: Iterable[Mapping[str, Any]],
    *,
    seen: str | None = None,
) -> None:
    """Make the values what is wished for, in that order; one left out is retired.

    Conflict when they are no longer those that `seen` is the fingerprint of; Refused as options of
    own fields are.
    """
    require_change(by, *MANAGE)
    named = f"{by.tenant.id}:picklist:{record_type.key}:{field.key}"
    by.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(named, 0))))
    rows = {row.value: row for row in _rows(by, record_type, field)}
    before = [_told(row) for row in rows.values()]
    if seen and seen != fingerprint(before):
        raise Conflict(_("Somebody changed this list while you were editing it."))
    options = read_options(wished, before)
    for position, option in enumerate(options):
        row = rows.get(option["value"]) or _new_row(by, record_type, field, option["value"])
        row.label, row.colour, row.position = option["label"], option["colour"], position
        if option["retired"] != (row.retired_at is not None):
            row.retired_at = by.now if option["retired"] else None
    by.session.flush()  # Whoever reads the list next in this transaction must see it.
    stamps.draw(by.session, STAMP)
    if options != before:
        list_id = uuid5(NAMES, f"{record_type.key}.{field.key}")
        changes = {field.key: [before, options], "record_type": [None, record_type.key]}
        write_event(by, "picklist", list_id, "updated", changes=changes)


def _rows(by: Actor, record_type: RecordType, field: Field) -> list[PicklistValue]:
    rows = by.session.scalars(
        select(PicklistValue)
        .where(PicklistValue.record_type == record_type.key, PicklistValue.field == field.key)
        .order_by(PicklistValue.position, PicklistValue.value)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _new_row(by: Actor, record_type: RecordType, field: Field, value: str) -> PicklistValue:
    row = PicklistValue(
        id=new_id(),
        record_type=record_type.key,
        field=field.key,
        value=value,
        created_by_id=by.user_id,
    )
    by.session.add(row)
    return row


def _told(row: PicklistValue) -> dict[str, Any]:
    return {
        "value": row.value,
        "label": dict(row.label),
        "colour": row.colour,
        "retired": row.retired_at is not None,
    }
