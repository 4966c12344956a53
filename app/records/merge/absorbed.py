"""Where merged records are met again: their addresses lead on, their history is the survivor's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from app.kernel import stamps
from app.kernel.actor import Actor
from app.records.access import can_read
from app.records.merge.models import MergedRecord
from app.records.types import RecordType

STAMP = "merges"  # Drawn at the first merge of a workspace: until then nothing is asked.


def merged_into(record_type: RecordType, record_id: UUID | None, by: Actor) -> UUID | None:
    """The record that this one was merged into, when `by` may read that; else None."""
    if record_id is None or not _were_any(by):
        return None
    into = by.session.scalar(
        select(MergedRecord.into_id).where(
            MergedRecord.record_type == record_type.key, MergedRecord.record_id == record_id
        )
    )
    return into if into is not None and can_read(record_type, into, by) else None


def survivors(kind: str, ids: Collection[UUID], by: Actor) -> Mapping[UUID, UUID]:
    """The records into which some were merged, whoever may read them; the others are left out."""
    if not ids or not _were_any(by):
        return {}
    found = by.session.execute(
        select(MergedRecord.record_id, MergedRecord.into_id).where(
            MergedRecord.record_type == kind, MergedRecord.record_id.in_(ids)
        )
    )
    return {record_id: into for record_id, into in found}  # noqa: C416  Typed rows.


def with_absorbed(record_type: RecordType, record_id: UUID, by: Actor) -> list[UUID]:
    """A record's id and those of all that was merged into it, whose history is its own."""
    if not _were_any(by):
        return [record_id]
    absorbed = select(MergedRecord.record_id).where(
        MergedRecord.record_type == record_type.key, MergedRecord.into_id == record_id
    )
    return [record_id, *by.session.scalars(absorbed)]


def not_merged(record_type: RecordType, model: Any, by: Actor) -> list[ColumnElement[bool]]:
    """The condition that keeps merged records apart from those that somebody deleted."""
    if not _were_any(by):
        return []
    merged = exists().where(
        MergedRecord.record_type == record_type.key, MergedRecord.record_id == model.id
    )
    return [~merged]


def _were_any(by: Actor) -> bool:
    return stamps.stamp(by.session, STAMP) is not None
