"""Counting what was approved with the change of many records to which it belongs."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from app.kernel.actor import Actor
from app.kernel.rows import rows_written
from app.records.bulk.models import BulkChange, BulkRow, Outcome
from app.records.imports.models import ImportRun


def count_approved(batch_id: UUID, record_id: UUID, verb: str, by: Actor) -> None:
    """Count a record as done that waited till now, so that undoing the whole reaches it too."""
    row = (BulkRow.change_id == batch_id, BulkRow.record_id == record_id)
    waited = update(BulkRow).where(*row, BulkRow.outcome == Outcome.ASKED)
    if rows_written(by.session.execute(waited.values(outcome=Outcome.DONE, reason=None))):
        counts = {"done": BulkChange.done + 1, "asked": BulkChange.asked - 1}
        by.session.execute(update(BulkChange).where(BulkChange.id == batch_id).values(counts))
        return
    kind = ImportRun.created if verb == "create" else ImportRun.updated
    run = update(ImportRun).where(ImportRun.id == batch_id, ImportRun.asked > 0)
    by.session.execute(run.values({"asked": ImportRun.asked - 1, kind.key: kind + 1}))
