"""Taking a bulk change back: old values from its events, except where somebody went on since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.events import Event
from app.kernel.actor import Actor, Reach
from app.kernel.errors import Answer, Held, Refused
from app.kernel.language import Text, _
from app.records import gate
from app.records.bulk.models import BulkChange, Outcome
from app.records.bulk.run import BARRED, GONE, MET, held, next_rows, note, reached, sentence
from app.records.bulk.verbs import BulkVerb, verb_called
from app.records.door import Inputs, perform
from app.records.model import Record
from app.records.types import RecordType
from app.records.values import as_json
from app.web.formats import formats

log = structlog.get_logger(__name__)

BROKEN = _("Something went wrong on our side.")

Became = tuple[Outcome, Text | str | None]  # What became of a record, and what is told of it.
ALREADY: Became = (Outcome.ALREADY, None)
DONE: Became = (Outcome.DONE, None)


@dataclass(frozen=True, slots=True)
class Past:
    """What the batch changed of one record, field by field, and what others touched since."""

    changes: Mapping[str, list[Any]]
    touched: frozenset[str]


def undoing(change: BulkChange, by: Actor) -> Actor:
    """Who takes a change back: whoever made it may, even what it has put out of their reach.

    They restore nothing but the values that they themselves replaced, where nobody went on since,
    by the verbs and the fields that their role allows at this moment.
    """
    by = replace(by, restores=True)
    if not is_maker(change, by):
        return by
    grants = {
        entry: Reach.ALL if entry[0] == change.record_type else reach
        for entry, reach in by.rights.grants.items()
    }
    return replace(by, rights=replace(by.rights, grants=grants))


def is_maker(change: BulkChange, by: Actor) -> bool:
    """True when `by` made the change."""
    return by.person_id is not None and by.person_id == change.user_id


def undo_piece(
    change: BulkChange, original: BulkChange, record_type: RecordType, by: Actor, size: int
) -> bool:
    """Take back the next `size` records of `original`; True while there are more."""
    by = undoing(original, by)
    verb = verb_called(record_type, original.verb)
    ids = next_rows(change, by, size)
    found = held(record_type, verb.undo_needs, ids, by)
    past_of: Mapping[UUID, Past] = {}
    if verb.needs == "update" or verb.moves_fields:
        past_of = pasts(record_type, original.id, original.created_at, ids, by)
    for record_id in ids:
        record, reaches = found.get(record_id, (None, False))
        became: Became = (Outcome.LEFT_OUT, BARRED)
        if record is None:
            became = (Outcome.LEFT_OUT, GONE)
        elif reaches:
            became = _one(record_type, verb, record, past_of.get(record_id), original, by)
        note(change, record_id, *became, by)
    return reached(change, ids, size)


def _one(
    record_type: RecordType,
    verb: BulkVerb,
    record: Record,
    past: Past | None,
    original: BulkChange,
    by: Actor,
) -> Became:
    """Take the change of one record back: what became of it, and what is to be told of it.

    A fault of ours with one record is logged and leaves that one out, as its savepoint does; what
    the database itself fails at ends the piece.
    """
    record_id = record.id  # It can't be asked any more where the savepoint was rolled back.
    try:
        with by.session.begin_nested():
            return _do(record_type, verb, record, past, original, by)
    except Held as held:
        return Outcome.ASKED, gate.keep(held, by).message
    except Answer as answer:
        return Outcome.LEFT_OUT, sentence(answer)
    except IntegrityError:
        return Outcome.LEFT_OUT, MET
    except DBAPIError:
        raise
    except Exception:
        log.exception("bulk_undo_failed", record_type=record_type.key, record_id=str(record_id))
        return Outcome.LEFT_OUT, BROKEN


def _do(
    record_type: RecordType,
    verb: BulkVerb,
    record: Record,
    past: Past | None,
    original: BulkChange,
    by: Actor,
) -> Became:
    if verb.name == "delete":
        if record.deleted_at is None:
            return ALREADY  # It came back with its parent, or by a colleague.
        perform(record_type, "restore", record, by=by)
        return DONE
    if record.deleted_at is not None:
        raise Refused(GONE)
    if verb.undoes_by:
        chosen = original.inputs if verb.choose is not None else {}
        which: Inputs = {verb.undoes_of: original.id} if verb.undoes_of else {}
        perform(record_type, verb.undoes_by, record, by=by, **chosen, **which)
        return DONE
    if past is None:
        return ALREADY  # It held the new value already, so nothing was changed.
    return _put_back(record_type, record, past, by)


def _put_back(record_type: RecordType, record: Record, past: Past, by: Actor) -> Became:
    """Restore the fields that nobody touched since; answers with which were, if any."""
    inputs, spared = old_values(record_type, past)
    fields = record_type.by_key
    if not inputs and all(
        as_json(fields[key].value(record)) == past.changes[key][0] for key in spared
    ):
        return ALREADY  # Somebody put the old values back by hand.
    told = formats(by).listed(str(record_type.by_key[key].label) for key in spared)
    if spared and not inputs:
        raise Refused(_("Changed again since: %(fields)s.", fields=told))
    perform(record_type, "update", record, by=by, **inputs)
    left = _("Left as it is, as it was changed again: %(fields)s.", fields=told) if told else None
    return Outcome.DONE, left


def old_values(record_type: RecordType, past: Past) -> tuple[dict[str, Any], list[str]]:
    """The values that nobody touched since, as they were, and the keys of those touched."""
    fields = record_type.by_key
    mine = [key for key, one in fields.items() if key in past.changes and not one.readonly]
    spared = [key for key in mine if key in past.touched]
    return {key: past.changes[key][0] for key in mine if key not in past.touched}, spared


def pasts(
    record_type: RecordType, batch_id: UUID, since: datetime, ids: Iterable[UUID], by: Actor
) -> dict[UUID, Past]:
    """What a batch begun at `since` changed of these records, and the fields of every event after.

    Ids of events follow the order in which they were written. Where the batch changed a field
    twice, the value before its first change is the old one.
    """
    moving = {"updated", *(one.event for one in record_type.actions if one.moves_fields)}
    rows = by.session.execute(
        select(Event.record_id, Event.batch_id, Event.verb, Event.changes)
        .where(
            Event.record_type == record_type.key,
            Event.record_id.in_(ids),
            Event.at >= since,
        )
        .order_by(Event.id)
    )
    found: dict[UUID, Past] = {}
    for record_id, event_batch, verb, changes in rows:
        if event_batch == batch_id and verb in moving:
            past = found.get(record_id, Past({}, frozenset()))
            before = {
                key: [past.changes.get(key, pair)[0], pair[1]]
                for key, pair in changes.items()
                if key in record_type.by_key
            }
            found[record_id] = replace(past, changes={**past.changes, **before})
        elif record_id in found:
            past = found[record_id]
            found[record_id] = replace(past, touched=past.touched | changes.keys())
    return found
