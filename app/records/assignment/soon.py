"""Having records that came without an owner assigned, in the transaction that made them."""

from __future__ import annotations

from collections.abc import Sequence

from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.records.assignment.distribute import are_by_rules
from app.records.model import Record
from app.records.types import RecordType

ASSIGN = "assign_records"


def assign_soon(record_type: RecordType, records: Sequence[Record], by: Actor) -> None:
    """Have records that were created without an owner assigned, where there are rules."""
    ids = [str(one.id) for one in records if one.owner_id is None]
    if ids and are_by_rules(record_type, by):
        enqueue(by, ASSIGN, {"record_type": record_type.key, "ids": ids})
