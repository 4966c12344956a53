"""Taking an import back: what it made goes to the recycle bin, what it changed gets its old values.

What somebody touched since, or what others refer to by now, stays. It goes from the newest of the
import's events to the oldest, so what was made along comes after all that refers to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, null, select

from app.events import Event
from app.kernel.actor import Actor, Reach
from app.kernel.errors import Answer, NotPermitted
from app.kernel.ids import first_id_of
from app.kernel.language import _
from app.records import gate
from app.records.access import within_reach
from app.records.alter import Altered, alter_many, write_altered
from app.records.bulk.run import held
from app.records.bulk.undo import old_values, pasts
from app.records.door import may_change
from app.records.imports.models import ImportRun
from app.records.model import Record
from app.records.picklists import picklists_of
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.trash import delete_lone
from app.records.types import RecordType

# Who looks on has not touched anything, nor has who asked for something that was not done.
BESIDE = (
    "followed",
    "unfollowed",
    "approval_requested",
    "approval_approved",
    "approval_rejected",
    "approval_recalled",
)
MADE, CHANGED = "created", "updated"


@dataclass(slots=True)
class Batch:
    """Records of one type that a piece is about: made by the import, or only changed by it."""

    made: list[UUID] = field(default_factory=list)
    changed: list[UUID] = field(default_factory=list)


def undoing(run: ImportRun, by: Actor) -> Actor:
    """Who takes an import back: whoever began it reaches all that it made or changed.

    What tells moments of its rows belongs to the owners of the records, who may be others.
    """
    by = replace(by, restores=True)
    if by.person_id is None or by.person_id != run.user_id:
        return by
    ours = (run.record_type, _telling(run))
    grants = {
        entry: Reach.ALL if entry[0] in ours else reach for entry, reach in by.rights.grants.items()
    }
    return replace(by, rights=replace(by.rights, grants=grants))


def _telling(run: ImportRun) -> str | None:
    """The type of what tells moments of the rows, where there is such."""
    declared = registry().get(run.record_type)
    return declared.noted.type if declared is not None and declared.noted is not None else None


def verbs_needed(run: ImportRun) -> list[str]:
    """What the role must allow on the type to take this import back."""
    needed = (("delete", run.created), ("update", run.updated))
    return [verb for verb, count in needed if count]


def undo_piece(run: ImportRun, by: Actor, size: int) -> bool:
    """Take back the next records, of `size` events at most; True while there may be more.

    `by` acts in the batch of the undoing. What it can't take back is counted as left out.
    """
    by = undoing(run, by)
    for verb in verbs_needed(run):
        may_change(tailored(run.record_type, by), verb, by)
    events = _next_events(run, by, size)
    batches: dict[str, Batch] = {}
    for one in reversed(events):
        batch = batches.setdefault(one.record_type, Batch())
        (batch.made if one.verb == MADE else batch.changed).append(one.record_id)
    # What tells moments refers to the import's own records, and these to what was made along.
    order = (_telling(run), run.record_type)
    for key in sorted(batches, key=lambda key: order.index(key) if key in order else len(order)):
        if registry().get(key) is not None:
            _take_back(run, tailored(key, by), batches[key], by)
    if events:
        run.undo_reached = events[-1].id
    return len(events) == size


def _next_events(run: ImportRun, by: Actor, size: int) -> Sequence[Any]:
    """What the import made and changed, the newest first, behind those that were reached.

    They lie together among all events, as ids follow time, and are walked there: the index of a
    batch would have to be sorted for each piece anew, which is why the condition keeps from it.
    """
    began = first_id_of(run.started_at or run.created_at)
    in_batch = func.coalesce(Event.batch_id, null()) == run.id
    asked = select(Event.id, Event.record_type, Event.record_id, Event.verb).where(
        in_batch, Event.id >= began, Event.verb.in_((MADE, CHANGED))
    )
    if run.undo_reached is not None:
        asked = asked.where(Event.id < run.undo_reached)
    return by.session.execute(asked.order_by(Event.id.desc()).limit(size)).all()


def _take_back(run: ImportRun, record_type: RecordType, batch: Batch, by: Actor) -> None:
    """Take back some records of one type; each is met once, whatever the import did with it."""
    ids = {*batch.made, *batch.changed}
    _lock(record_type, ids, by)
    traces = _traces(run, record_type, ids, by)
    made = [one for one in dict.fromkeys(batch.made) if not traces[one].is_done]
    changed = [
        one
        for one in dict.fromkeys(batch.changed)
        if not traces[one].is_done and not traces[one].is_made
    ]
    untouched = [one for one in made if not traces[one].is_touched]
    gone = _delete(record_type, untouched, by)
    restored, left = _put_back(run, record_type, changed, by)
    run.undo_done += gone + restored
    run.undo_left_out += len(made) - gone + left


def _lock(record_type: RecordType, ids: Collection[UUID], by: Actor) -> None:
    """Hold records before it is asked what became of them: who changes one waits, or is seen."""
    model = record_type.model
    by.session.execute(
        select(model.id).where(model.id.in_(ids)).order_by(model.id).with_for_update()
    )


@dataclass(slots=True)
class Trace:
    """What events tell of a record since the import began."""

    is_made: bool = False  # By the import.
    is_touched: bool = False  # By anybody else since.
    is_done: bool = False  # Taken back already, by an earlier piece.


def _traces(
    run: ImportRun, record_type: RecordType, ids: Collection[UUID], by: Actor
) -> dict[UUID, Trace]:
    found = {one: Trace() for one in ids}
    rows = by.session.execute(
        select(Event.record_id, Event.batch_id, Event.verb).where(
            Event.record_type == record_type.key,
            Event.record_id.in_(ids),
            Event.at >= (run.started_at or run.created_at),
        )
    )
    for record_id, batch_id, verb in rows:
        trace = found[record_id]
        if batch_id == run.id:
            trace.is_made |= verb == MADE
        elif batch_id == run.undone_by_id:
            trace.is_done = True
        elif verb not in BESIDE:
            trace.is_touched = True
    return found


def _delete(record_type: RecordType, ids: Sequence[UUID], by: Actor) -> int:
    """Delete the records to which nothing refers that stays; answers with how many went."""
    if not ids or not by.may(record_type.key, "delete"):
        return 0
    found = held(record_type, "delete", ids, by)
    reached = {
        one: record
        for one, (record, reaches) in found.items()
        if reaches and record.deleted_at is None
    }
    stays = _referred_to(record_type, set(reached), by)
    going = [record for one, record in reached.items() if one not in stays]
    barred = _barred(record_type, "delete", [gate.Done(one, {}) for one in going], by)
    going = [one for one in going if one.id not in barred]
    if going:
        delete_lone(record_type, going, by)
    return len(going)


def _referred_to(record_type: RecordType, ids: set[UUID], by: Actor) -> set[UUID]:
    """Those of `ids` to which a living record refers that is not among them, or that stays too."""
    stays: set[UUID] = set()
    own: list[tuple[UUID, UUID]] = []  # Of the same type: who refers to whom.
    for model, reference in _references(record_type, by):
        rows = by.session.execute(
            select(model.id, reference).where(reference.in_(ids), model.deleted_at.is_(None))
        )
        for referring, referred in rows:
            if model is record_type.model and referring in ids:
                own.append((referring, referred))
            else:
                stays.add(referred)
    while more := {referred for one, referred in own if one in stays} - stays:
        stays |= more
    return stays


def _references(record_type: RecordType, by: Actor) -> Iterator[tuple[Any, Any]]:
    """Every column by which records refer to this type, own fields included."""
    for declared in registry():
        other = tailored(declared, by)
        for one in other.fields:
            if one.to == record_type.key and one.key != "id":
                yield other.model, one.target_id


def _put_back(
    run: ImportRun, record_type: RecordType, ids: Sequence[UUID], by: Actor
) -> tuple[int, int]:
    """Give records the values back that nobody touched since; how many were, and were not."""
    if not ids or not by.may(record_type.key, "update"):
        return 0, len(ids)
    since = run.started_at or run.created_at
    past_of = pasts(record_type, run.id, since, ids, by)
    pairs: list[tuple[Record, dict[str, Any]]] = []
    for one, (record, reaches) in held(record_type, "update", ids, by).items():
        by.session.expunge(record)
        past = past_of.get(one)
        inputs = old_values(record_type, past)[0] if past is not None else {}
        if reaches and record.deleted_at is None and inputs:
            pairs.append((record, inputs))
    picklists = picklists_of(by.session, record_type)
    answers = alter_many(record_type, pairs, by, picklists)
    altered = [one for one in answers if isinstance(one, Altered)]
    refused = sum(isinstance(one, Answer) for one in answers)
    refused += _write_free(record_type, altered, by)
    return len(pairs) - refused, len(ids) - len(pairs) + refused


def _barred(record_type: RecordType, verb: str, done: Sequence[gate.Done], by: Actor) -> set[UUID]:
    """Which of some changes somebody has to approve, or are of records that are locked."""
    try:
        return set(gate.judge(record_type, verb, done, by))
    except Answer:
        barred = set[UUID]()
    for one in done:
        try:
            barred |= set(gate.judge(record_type, verb, [one], by))
        except Answer:
            barred.add(one.record.id)
    return barred


class _Held(Exception):
    """Some of what was written is held back."""


def _write_free(record_type: RecordType, altered: Sequence[Altered], by: Actor) -> int:
    """Write what nobody has to approve; answers with how many stay as they are."""
    done = [gate.Done(one.record, one.changes) for one in altered]
    try:
        with by.session.begin_nested():
            write_altered(record_type, altered, by)
            found = _barred(record_type, "update", done, by)
            if found:
                raise _Held
    except _Held:
        rest = [one for one in altered if one.record.id not in found]
        write_altered(record_type, rest, by)
        return len(altered) - len(rest)
    return 0


def reaches_all(run: ImportRun, by: Actor) -> None:
    """NotPermitted for who did not begin the import and reaches only some of its records."""
    if by.person_id is not None and by.person_id == run.user_id:
        return
    record_type = tailored(run.record_type, by)
    for verb in verbs_needed(run):
        model = record_type.model
        mine = select(Event.record_id).where(
            Event.batch_id == run.id, Event.record_type == record_type.key
        )
        reach = func.coalesce(within_reach(record_type, by, verb), literal(False))
        beyond = select(model.id).where(model.id.in_(mine), ~reach).limit(1)
        if by.session.scalar(beyond) is not None:
            raise NotPermitted(
                _("Only who began this import can undo it, or who may change all of its records.")
            )
