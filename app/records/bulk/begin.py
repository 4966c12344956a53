"""Beginning a bulk change or its undoing: at once for a few records, else as a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import false, func, insert, literal, select

from app.jobs.enqueue import enqueue
from app.jobs.progress import Work, begin_work
from app.jobs.room import require_room
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, current
from app.kernel.rows import rows_written
from app.records import gate
from app.records.access import within_reach
from app.records.bulk.inputs import check_inputs
from app.records.bulk.models import UNDONE_WITHIN, BulkChange, BulkRow, Outcome
from app.records.bulk.run import run_piece
from app.records.bulk.selection import MOST, Selection, count_selected, keep_rows
from app.records.bulk.undo import is_maker, undo_piece, undoing
from app.records.bulk.verbs import UNDO, BulkVerb, verb_called, worded
from app.records.door import may_change
from app.records.mentions.batch import tell_mentioned_in_batch
from app.records.sharing.news import tell_of_batch
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats

AT_ONCE = 200  # Records that a request changes itself.
PIECE = 100  # Records of one transaction of a job, so that the progress moves.
KIND = "bulk_change"


def begin_change(
    record_type: RecordType,
    verb_name: str,
    selection: Selection,
    inputs: Mapping[str, Any],
    by: Actor,
) -> BulkChange:
    """Do a verb with the selected records; what may not be treated so is left out and told.

    Beyond AT_ONCE records it is begun, and a job does it. Refused with a message per field, for
    nothing and for too much; NotPermitted where the role does not allow the verb at all.
    """
    verb = verb_called(record_type, verb_name)
    if verb is UNDO:
        raise Missing(_("There is no such action."))
    may_change(record_type, verb.needs, by)
    inputs = check_inputs(record_type, verb, inputs, by)
    counted = count_selected(record_type, verb.needs, selection, by)
    if not counted.reached:
        raise Refused(
            _("None of these can be changed: they are gone, or your role does not allow it.")
        )
    change = _new(record_type, verb.name, inputs, by)
    change.total = keep_rows(change, record_type, selection, by)
    change.vanished = max(min(selection.counted, MOST) - change.total, 0)
    _start(change, record_type, verb, by)
    return change


def begin_undo(original_id: UUID, by: Actor) -> BulkChange:
    """Take a bulk change back, in the same way; Refused with the reason where that can't be."""
    original = find_change(original_id, by, lock=True)
    record_type = tailored(original.record_type, by)
    verb = verb_called(record_type, original.verb)
    needed = verb.undo_needs
    may_change(record_type, needed, undoing(original, by))
    stands_against = why_not_undo(original, verb, by)
    if stands_against is not None:
        raise Refused(stands_against)
    if not is_maker(original, by) and not _reaches_all(original, record_type, needed, by):
        raise NotPermitted(
            _("Only who made this change can undo it, or who may change all of its records.")
        )
    change = _new(record_type, UNDO.name, {}, by)
    change.undoes_id = original.id
    # Of an undoing that was stopped, the next one takes what it had not come to.
    which = (BulkRow.change_id == original.id, BulkRow.outcome == Outcome.DONE)
    if original.undone_by_id is not None:
        which = (
            BulkRow.change_id == original.undone_by_id,
            BulkRow.outcome == Outcome.WAITING,
        )
    left = select(literal(change.id), BulkRow.record_id, literal(int(Outcome.WAITING)))
    left = left.where(*which)
    columns = ("change_id", "record_id", "outcome")
    change.total = rows_written(by.session.execute(insert(BulkRow).from_select(columns, left)))
    original.undone_by_id = change.id
    change.withdrawn = gate.withdraw(original.id, by)
    _start(change, record_type, UNDO, by)
    return change


def _reaches_all(original: BulkChange, record_type: RecordType, verb: str, by: Actor) -> bool:
    """True when `by` may do `verb` on every record that was changed and is still there."""
    model = record_type.model
    changed = select(BulkRow.record_id).where(
        BulkRow.change_id == original.id, BulkRow.outcome == Outcome.DONE
    )
    reached = func.coalesce(within_reach(record_type, by, verb), false())  # Of nobody: NULL.
    beyond = select(model.id).where(model.id.in_(changed), ~reached)
    return by.session.execute(beyond.limit(1)).first() is None


def why_not_undo(original: BulkChange, verb: BulkVerb, by: Actor) -> Any:
    """Why a change can't be taken back now, as a sentence, or None when it can."""
    if original.undone_by_id is not None and not _is_stopped(original.undone_by_id, by):
        return _told_undone(original, by)
    if not verb.can_undo:
        return _("This can't be undone.")
    if original.finished_at is None:
        return _("It is still under way. Cancel it first.")
    if by.now - original.created_at > UNDONE_WITHIN:
        return _("It is more than 30 days old, so it can't be undone any more.")
    if not original.done and not (original.asked and gate.waiting(original.id, by)):
        return _("Nothing was changed, so there is nothing to undo.")
    return None


def find_change(change_id: UUID, by: Actor, *, lock: bool = False) -> BulkChange:
    """A bulk change that `by` made, or whose verb `by` may do; Missing for all others.

    With `lock` it is held until the transaction ends.
    """
    asked = select(BulkChange).where(BulkChange.id == change_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = by.session.scalars(asked).one_or_none()
    if found is None or not _may_see(found, by):
        raise Missing(_("There is no such page."))
    if found.finished_at is None:
        work = by.session.get(Work, change_id)
        if work is not None and not work.is_under_way:
            found.finished_at = work.finished_at  # It was cancelled, which only its work is told.
    return found


def _may_see(change: BulkChange, by: Actor) -> bool:
    record_type = tailored(change.record_type, by)
    if not by.tenant.allows(record_type.module):
        return False
    if change.user_id is not None and change.user_id == by.person_id:
        return True
    if change.user_id is None:  # The service took records by a rule of the pool.
        return by.may("pool", "manage")
    verb = verb_called(record_type, change.verb)
    return by.may(record_type.key, verb.needs)


def _is_stopped(undo_id: UUID, by: Actor) -> bool:
    """True for an undoing that came to its end before it came to all records."""
    undo, work = by.session.get(BulkChange, undo_id), by.session.get(Work, undo_id)
    if undo is None or work is None or work.is_under_way:
        return False
    return undo.done + undo.left_out + undo.asked < undo.total


def _told_undone(original: BulkChange, by: Actor) -> Any:
    undo = by.session.get(BulkChange, original.undone_by_id)
    if undo is None:
        return _("This was undone already.")
    when = formats(by).relative(undo.created_at, by.now)
    return _("This was undone already, %(when)s.", when=when)


def _new(record_type: RecordType, verb: str, inputs: Mapping[str, Any], by: Actor) -> BulkChange:
    change = BulkChange(
        id=new_id(),
        record_type=record_type.key,
        verb=verb,
        inputs=dict(inputs),
        user_id=by.user_id,
        via=by.via,
        language=current(),
        created_at=by.now,
        total=0,
        done=0,
        left_out=0,
        asked=0,
        step=0,
    )
    by.session.add(change)
    by.session.flush()  # Its rows refer to it.
    return change


def _start(change: BulkChange, record_type: RecordType, verb: BulkVerb, by: Actor) -> None:
    """Do it here and now, or hand it to a worker and let the person see how far it is."""
    if change.total > AT_ONCE:
        url = f"/{record_type.collection}/bulk/{change.id}"
        title = worded(verb, verb.title, record_type, change.total, by)
        require_room(by)
        begin_work(by, change.id, KIND, title, total=change.total, url=url)
        enqueue_piece(change, by)
        return
    while do_piece(change, record_type, by, AT_ONCE):
        continue
    tell_of_batch(by, change.id)
    tell_mentioned_in_batch(by, change.id)
    change.finished_at = by.now


def enqueue_piece(change: BulkChange, by: Actor) -> None:
    """Let a worker do the next piece; it is told which, so that it does none twice."""
    payload = {"change_id": str(change.id), "step": change.step}
    enqueue(by, KIND, payload, key=f"{KIND}:{change.id}")


def do_piece(change: BulkChange, record_type: RecordType, by: Actor, size: int) -> bool:
    """Do the next records of a change or of an undoing; True while there may be more."""
    by = by.in_batch(change.id)
    if change.undoes_id is None:
        verb = verb_called(record_type, change.verb)
        may_change(record_type, verb.needs, by)
        return run_piece(change, record_type, verb, by, size)
    original = by.session.get(BulkChange, change.undoes_id)
    if original is None:
        raise NotPermitted(_("It is more than 30 days old, so it can't be undone any more."))
    return undo_piece(change, original, record_type, by, size)
