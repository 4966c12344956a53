"""Doing a bulk change piece by piece: each record by itself, through the one door.

A piece is one transaction. It holds the row of its change, does its records in the order of their
ids, and writes how far it came; so a piece that was cut off leaves nothing, and none is done twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Held
from app.kernel.language import Text, _
from app.records import gate
from app.records.access import within_reach
from app.records.bulk.models import BulkChange, BulkRow, Outcome
from app.records.bulk.verbs import BulkVerb
from app.records.door import perform
from app.records.model import Record
from app.records.pool.facts import OF_POOL
from app.records.types import RecordType

MET = _("Somebody changed this at the same moment.")
GONE = _("It is gone.")
BARRED = _("Your role does not allow this on this record.")


def next_rows(change: BulkChange, by: Actor, size: int) -> list[UUID]:
    """The records of the next piece, in the order of their ids."""
    rows = select(BulkRow.record_id).where(BulkRow.change_id == change.id)
    if change.reached is not None:
        rows = rows.where(BulkRow.record_id > change.reached)
    return list(by.session.scalars(rows.order_by(BulkRow.record_id).limit(size)))


def held(
    record_type: RecordType, verb: str, ids: Iterable[UUID], by: Actor
) -> dict[UUID, tuple[Record, bool]]:
    """The records that `by` may read, deleted ones too, each with whether `verb` reaches it.

    What is done with the pool is done with what may not be read otherwise.

    They stay locked until the transaction ends, in the order of their ids: a second change of the
    same records waits, and then sees what the first one made of them.
    """
    model = record_type.model
    reaches, known = within_reach(record_type, by, verb), within_reach(record_type, by, "read")
    if verb in OF_POOL:
        known = or_(known, reaches)
    rows = by.session.execute(
        select(model, reaches)
        .where(model.id.in_(ids), known)
        .order_by(model.id)
        .with_for_update(of=model)
        .execution_options(populate_existing=True)
    )
    return {record.id: (record, reaches) for record, reaches in rows}


def run_piece(
    change: BulkChange, record_type: RecordType, verb: BulkVerb, by: Actor, size: int
) -> bool:
    """Do the next `size` records; True while there are more. `by` acts in the change's batch."""
    ids = next_rows(change, by, size)
    found = held(record_type, verb.needs, ids, by)
    for record_id in ids:
        record, reaches = found.get(record_id, (None, False))
        outcome, reason = _one(change, record_type, verb, record, reaches, by)
        note(change, record_id, outcome, reason, by)
    return reached(change, ids, size)


def reached(change: BulkChange, ids: list[UUID], size: int) -> bool:
    """Write how far the change came; True while there may be more."""
    if ids:
        change.reached = ids[-1]
    change.step += 1
    return len(ids) == size


def note(
    change: BulkChange, record_id: UUID, outcome: Outcome, reason: Text | str | None, by: Actor
) -> None:
    """Write what became of one record."""
    by.session.execute(
        update(BulkRow)
        .where(BulkRow.change_id == change.id, BulkRow.record_id == record_id)
        .values(
            outcome=outcome,
            reason=str(reason) if reason is not None else None,
        )
        .execution_options(synchronize_session=False)
    )
    if outcome is Outcome.LEFT_OUT:
        change.left_out += 1
    elif outcome is Outcome.ASKED:
        change.asked += 1
    else:
        change.done += 1


def sentence(answer: Answer) -> str:
    """What stands against one record, in words: of its field rather than of the form."""
    return str(next(iter(answer.errors.values()), "") or answer.message)


def _one(
    change: BulkChange,
    record_type: RecordType,
    verb: BulkVerb,
    record: Record | None,
    reaches: bool,
    by: Actor,
) -> tuple[Outcome, Text | str | None]:
    """Do the verb on one record; answers with what became of it, and why where it was not done."""
    if record is None or record.deleted_at is not None or not reaches:
        return _not_done(change, verb, record)
    try:
        with by.session.begin_nested():
            _do(record_type, verb, record, change, by)
    except Held as held:
        return Outcome.ASKED, gate.keep(held, by).message
    except Answer as answer:
        return Outcome.LEFT_OUT, sentence(answer)
    except IntegrityError:
        return Outcome.LEFT_OUT, MET
    return Outcome.DONE, None


def _not_done(
    change: BulkChange, verb: BulkVerb, record: Record | None
) -> tuple[Outcome, Text | None]:
    """What becomes of a record that is gone, or out of reach."""
    if record is not None and record.deleted_at is None:
        return Outcome.LEFT_OUT, BARRED
    # A row that went with its parent, an earlier row of this batch, is deleted as was asked.
    if record is not None and verb.name == "delete" and record.delete_batch_id == change.id:
        return Outcome.DONE, None
    return Outcome.LEFT_OUT, GONE


def _do(
    record_type: RecordType, verb: BulkVerb, record: Record, change: BulkChange, by: Actor
) -> None:
    if verb.name in ("tag", "untag"):
        tags = _tags(verb, record, change.inputs["tags"])
        perform(record_type, "update", record, by=by, tags=tags)
    elif verb.needs == "update":
        perform(record_type, "update", record, by=by, **change.inputs)
    else:
        perform(record_type, verb.name, record, by=by, **change.inputs)


def _tags(verb: BulkVerb, record: Record, keys: list[str]) -> list[str]:
    """The tags of a record with these added or without them."""
    held = list(record.tags or ())
    if verb.name == "untag":
        return [key for key in held if key not in keys]
    return [*held, *(key for key in keys if key not in held)]
