"""Handing over piece by piece: each record by itself, through the one door.

A piece is one transaction. It does its records in the order of their types and ids and writes what
became of each; so a piece that was cut off leaves nothing, and none is done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from sqlalchemy import exists, func, insert, literal, select
from sqlalchemy.exc import IntegrityError

from app.handover.models import LATER, Handover, HandoverRow, Outcome
from app.handover.operations.share import COLUMNS, held_by
from app.handover.operations.tell import tell_receivers
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Held
from app.kernel.language import Text
from app.kernel.rows import rows_written
from app.records import gate
from app.records.bulk.run import GONE, MET, sentence
from app.records.door import perform
from app.records.model import Record
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType

Became = tuple[Outcome, Text | str | None]


class Waiting(str):
    """Why a record is left out that goes over once somebody approves it: nobody else is tried."""

    __slots__ = ()


def passing_on(by: Actor, *, leaves: bool = False) -> Actor:
    """`by`, who may give any record of a person whom they manage to another owner.

    Whoever manages people decides this, also of records that they can't open themselves. Of who
    `leaves`, that goes for what is locked as well until a change of it is approved.
    """
    types = switched_on(by)
    reaches = [(one.key, verb) for one in types for verb in ("read", "update")]
    writes = [(one.key, "owner_id") for one in types]
    return replace(by, rights=by.rights.widened(reaches, writes), hands_over=leaves)


def run_pieces(handover: Handover, by: Actor, size: int) -> None:
    """Hand over everything here and now."""
    while run_piece(handover, by, size):
        continue


def run_piece(handover: Handover, by: Actor, size: int) -> bool:
    """Hand over the next `size` records; True while there are more.

    Behind the last one, what came to the person meanwhile is looked for, and goes to whoever gets
    the rest; when there is nothing more, the receivers are told.
    """
    acting = passing_on(by, leaves=handover.leaves).in_batch(handover.id)
    rows = next_rows(handover, Outcome.WAITING, by, size)
    for kind, mine in groupby(rows, key=lambda row: row.record_type):
        record_type = tailored(kind, by)
        group = list(mine)
        found = locked(record_type, [row.record_id for row in group], by)
        takers = _takers(handover, group, by)
        for row in group:
            row.to_id = takers.get(cast("UUID", row.to_id), row.to_id)
            record = found.get(row.record_id)
            became = _one(record_type, record, handover, row.to_id, acting)
            is_refused = became[0] is Outcome.LEFT_OUT and not isinstance(became[1], Waiting)
            if is_refused and handover.leaves:
                became = _to_another(record_type, record, handover, row, acting) or became
            settle(row, became)
            if became[0] is Outcome.LEFT_OUT:
                handover.left_out += 1
            else:
                handover.done += 1
    handover.step += 1
    by.session.flush()  # What became of these is counted and looked for below.
    if len(rows) == size:
        return True
    if handover.leaves and gather_late(handover, by):
        return True
    handover.finished_at = by.now
    tell_receivers(handover, by)
    return False


def next_rows(handover: Handover, outcome: Outcome, by: Actor, size: int) -> list[HandoverRow]:
    """The next rows of one outcome, in the order of types and ids."""
    asked = select(HandoverRow).where(
        HandoverRow.handover_id == handover.id, HandoverRow.outcome == int(outcome)
    )
    ordered = asked.order_by(HandoverRow.record_type, HandoverRow.record_id)
    return list(by.session.scalars(ordered.limit(size)))


def locked(record_type: RecordType, ids: Sequence[UUID], by: Actor) -> dict[UUID, Record]:
    """The records, held in the order of their ids until the transaction ends."""
    model = record_type.model
    rows = by.session.scalars(
        select(model)
        .where(model.id.in_(ids))
        .order_by(model.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in rows}


def settle(row: HandoverRow, became: Became) -> None:
    """Write what became of one record."""
    outcome, reason = became
    row.outcome = int(outcome)
    row.reason = str(reason) if reason is not None else None


def gather_late(handover: Handover, by: Actor) -> bool:
    """Take in what came to the person since the handover began; True where there is something."""
    count = 0
    for record_type in switched_on(by):
        model: Any = record_type.model
        row = select(literal(1)).where(
            HandoverRow.handover_id == handover.id,
            HandoverRow.record_type == record_type.key,
            HandoverRow.record_id == model.id,
        )
        late = select(
            literal(handover.id),
            literal(record_type.key),
            model.id,
            literal(handover.rest_to_id),
            literal(LATER),
            literal(int(Outcome.WAITING)),
        ).where(*held_by(record_type, handover.user_id), ~exists(row))
        count += rows_written(by.session.execute(insert(HandoverRow).from_select(COLUMNS, late)))
    handover.total += count
    return count > 0


def _takers(handover: Handover, rows: Sequence[HandoverRow], by: Actor) -> dict[UUID, UUID]:
    """Who stands in for receivers who can't sign in any more: who gets the rest, else an owner.

    Somebody may be shut out while a long handover is under way.
    """
    ids = {row.to_id for row in rows} | {handover.rest_to_id}
    active = select(User.id).where(User.id.in_(ids - {None}), User.is_active.is_(True))
    known = set(by.session.scalars(active))
    gone = {one for one in ids if one is not None and one not in known}
    if not gone:
        return {}
    instead = handover.rest_to_id if handover.rest_to_id in known else _an_owner(by)
    return dict.fromkeys(gone, cast("UUID", instead))


def _an_owner(by: Actor) -> UUID | None:
    owners = select(User.id).where(User.is_active.is_(True), User.role.has(is_owner=True))
    return by.session.scalars(owners.order_by(User.id).limit(1)).first()


def _one(
    record_type: RecordType,
    record: Record | None,
    handover: Handover,
    to_id: UUID | None,
    by: Actor,
) -> Became:
    """Give one record to its new owner."""
    if record is None or record.deleted_at is not None:
        return Outcome.ALREADY, GONE
    done = record_type.board.done or record_type.calendar.done
    is_done = done is not None and getattr(record, done.key) is not None
    if record.owner_id != handover.user_id or is_done:
        return Outcome.ALREADY, None
    return put(record_type, record, to_id, by, Outcome.DONE)


def _to_another(
    record_type: RecordType,
    record: Record | None,
    handover: Handover,
    row: HandoverRow,
    by: Actor,
) -> Became | None:
    """Give what its receiver can't take (they own as many as they may) to who gets the rest.

    Else to an owner of the workspace, as who leaves can keep nothing; None where neither can.
    """
    others = dict.fromkeys((handover.rest_to_id, _an_owner(by)))
    for to_id in others:
        if to_id is None or to_id in (row.to_id, handover.user_id):
            continue
        became = _one(record_type, record, handover, to_id, by)
        if became[0] is Outcome.DONE:
            row.to_id = to_id
            return became
    return None


def put(
    record_type: RecordType, record: Record, to_id: UUID | None, by: Actor, outcome: Outcome
) -> Became:
    """Write the new owner through the door; what stands against it leaves that record out."""
    try:
        with by.session.begin_nested():
            perform(record_type, "update", record, by=by, owner_id=str(to_id))
    except Held as held:
        return Outcome.LEFT_OUT, Waiting(gate.keep(held, by).message)
    except Answer as answer:
        return Outcome.LEFT_OUT, sentence(answer)
    except IntegrityError:
        return Outcome.LEFT_OUT, MET
    return outcome, None


def count_outcomes(handover: Handover, by: Actor) -> dict[Outcome, int]:
    """How many records there are of each outcome."""
    rows = by.session.execute(
        select(HandoverRow.outcome, func.count())
        .where(HandoverRow.handover_id == handover.id)
        .group_by(HandoverRow.outcome)
    )
    return {Outcome(outcome): number for outcome, number in rows}
