"""The order in which rows are held, so that two never wait for each other: records come first.

Whoever deletes or changes a record holds it, and then what waits for approval about it; so whoever
decides takes the record before the request as well, and before both the batch to which it belongs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.models import ApprovalRequest
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.records.bulk.models import BulkChange
from app.records.imports.models import ImportRun
from app.records.registry import registry


def hold_in_order(request_ids: Collection[UUID], by: Actor) -> None:
    """Hold all that some requests are about until the transaction ends, then the requests."""
    rows = by.session.execute(
        select(
            ApprovalRequest.id,
            ApprovalRequest.record_type,
            ApprovalRequest.record_id,
            ApprovalRequest.batch_id,
            ApprovalRequest.inputs,
        ).where(ApprovalRequest.id.in_(request_ids))
    ).all()
    batches = {row.batch_id for row in rows} - {None}
    for model in (BulkChange, ImportRun):
        if batches:
            held = select(model.id).where(model.id.in_(batches)).order_by(model.id)
            by.session.execute(held.with_for_update())
    for key in sorted({row.record_type for row in rows}):
        declared = registry().get(key)
        ids = {
            one
            for row in rows
            if row.record_type == key
            for one in _records(row.record_id, row.inputs)
        }
        if declared is not None and ids:
            its = declared.model
            held = select(its.id).where(its.id.in_(ids)).order_by(its.id)
            by.session.execute(held.with_for_update())
    held = select(ApprovalRequest.id).where(ApprovalRequest.id.in_(request_ids))
    by.session.execute(held.order_by(ApprovalRequest.id).with_for_update())


def _records(record_id: UUID | None, inputs: Mapping[str, Any]) -> set[UUID]:
    """The record of a request, and those that it is to be merged with."""
    named = inputs.get("absorbed")
    others = [parse_id(str(one)) for one in named] if isinstance(named, list) else []
    return {one for one in (record_id, *others) if one is not None}
