"""Merges that wait until somebody approves them, and are done then as they were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.model import Record
from app.records.types import RecordType


def merge_as_asked(
    record_type: RecordType, record_id: UUID, inputs: Mapping[str, Any], by: Actor
) -> Record:
    """Merge into a record what was asked for, unless one of the others was changed since."""
    versions = {parse_id(key): number for key, number in inputs["versions"].items()}
    ids = [one for key in inputs["absorbed"] if (one := parse_id(key)) is not None]
    seen = {one: versions[one] for one in ids if one in versions}
    merge_records(record_type, record_id, ids, by=by, choices=inputs["choices"], versions=seen)
    return _stands(record_type, record_id, by)


def unmerge_as_asked(
    record_type: RecordType, record_id: UUID, inputs: Mapping[str, Any], by: Actor
) -> Record:
    """Take back the merge that was asked for."""
    undo_merge(parse_id(inputs["merge_id"]), by=by)
    return _stands(record_type, record_id, by)


def _stands(record_type: RecordType, record_id: UUID, by: Actor) -> Record:
    found: Record | None = by.session.get(record_type.model, record_id)
    if found is None:
        raise Refused(_("It is gone."))
    return found
