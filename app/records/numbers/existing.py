"""Numbering the records that were there before, the oldest first, piece by piece.

What may not be changed now, as a change of it waits for approval, is left out and taken up again
later; so the walk through all of them comes to its end whatever stands against some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor, Approval
from app.kernel.errors import Conflict, Refused
from app.kernel.language import _
from app.records import gate
from app.records.door import perform
from app.records.model import Record
from app.records.numbers.give import chosen, take_numbers
from app.records.numbers.models import NumberSequence
from app.records.numbers.operations import require_manage
from app.records.tailored import tailored
from app.records.types import RecordType

NUMBER = "number_records"
CHUNK = 100  # Records that one run numbers.
LATER = timedelta(hours=1)  # Until those that were left out are tried again: doubled each time,
LONGEST = timedelta(days=1)  # up to this,
TURNS = 45  # and so often, which is six weeks; the page offers it after that as well.


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a walk came: behind which record, and how many it left out. `turn` counts walks."""

    after: tuple[datetime, UUID] | None = None
    left_out: int = 0
    turn: int = 0

    def payload(self, kind: str) -> dict[str, object]:
        """The walk as a job is told it."""
        told: dict[str, object] = {"record_type": kind}
        if self.after is not None:
            told["after"] = [self.after[0].isoformat(), str(self.after[1])]
        return told | {"left_out": self.left_out, "turn": self.turn}


def walk_of(payload: Mapping[str, Any]) -> Walk:
    """The walk as a job was told it."""
    after = payload.get("after")
    reached = (datetime.fromisoformat(after[0]), UUID(after[1])) if after else None
    return Walk(reached, int(payload.get("left_out", 0)), int(payload.get("turn", 0)))


def unnumbered(record_type: RecordType, by: Actor) -> int:
    """How many living records of a type have no number."""
    return by.session.scalar(_without(record_type, func.count())) or 0


def locked_unnumbered(record_type: RecordType, by: Actor) -> int:
    """How many of these can get none now, as a change of them waits for approval."""
    return gate.locked(record_type.key, _without(record_type, record_type.model.id), by)


def progress_of(record_type: RecordType, by: Actor) -> int | None:
    """How many records were to be numbered where that is under way, else None."""
    return by.session.scalar(
        select(NumberSequence.to_number).where(NumberSequence.record_type == record_type.key)
    )


def number_existing(by: Actor, record_type: RecordType) -> None:
    """Have those that have no number numbered in the background, the oldest first."""
    require_manage(by)
    how = chosen(record_type, by)
    if how is None or not how.is_on:
        raise Refused(_("Switch the numbers on first."))
    _note_progress(by, record_type, unnumbered(record_type, by) or None)
    go_on(by, record_type.key, Walk())


def go_on(by: Actor, kind: str, walk: Walk) -> None:
    """Have the next piece of a walk done."""
    key = f"{NUMBER}:{kind}" if walk.turn == 0 else f"{NUMBER}:{kind}:later"
    begins = walk.after is None and walk.turn > 0
    run_at = by.now + min(LATER * 2 ** (walk.turn - 1), LONGEST) if begins else None
    enqueue(by, NUMBER, walk.payload(kind), key=key, run_at=run_at)


def end_progress(by: Actor, kind: str) -> None:
    """Say that nothing is under way any more, whatever was left."""
    _note_progress(by, tailored(kind, by), None)


def number_some(by: Actor, kind: str, walk: Walk | None = None) -> Walk | None:
    """Number the next records of a type that have none; where a walk goes on, or None at its end.

    What was left out is walked through once more, later.
    """
    walk, record_type = walk or Walk(), tailored(kind, by)
    how = chosen(record_type, by)
    if record_type.numbered is None or how is None or not how.is_on:
        _note_progress(by, record_type, None)
        return None
    rows = _next_rows(record_type, walk, by)
    left_out = walk.left_out + _number(record_type, rows, by)
    if len(rows) == CHUNK:
        return Walk((rows[-1].created_at, rows[-1].id), left_out, walk.turn)
    if walk.turn == 0:
        _note_progress(by, record_type, None)
    return Walk(turn=walk.turn + 1) if left_out and walk.turn < TURNS else None


def _next_rows(record_type: RecordType, walk: Walk, by: Actor) -> Sequence[Record]:
    model = record_type.model
    rows = _without(record_type, model).order_by(model.created_at, model.id).limit(CHUNK)
    if walk.after is not None:
        rows = rows.where(tuple_(model.created_at, model.id) > tuple_(*walk.after))
    held = rows.with_for_update(key_share=True)  # Others may refer to them meanwhile.
    found: Sequence[Record] = by.session.scalars(held).all()
    return found


def _number(record_type: RecordType, rows: Sequence[Record], by: Actor) -> int:
    """Number all of these, or each by itself where that fails; how many had to be left out."""
    if not rows or _gave(record_type, rows, by):
        return 0
    if len(rows) == 1:
        return 1
    return sum(not _gave(record_type, [one], by) for one in rows)


def _gave(record_type: RecordType, rows: Sequence[Record], by: Actor) -> bool:
    """True where all of these have got a number; else none has, and none was taken."""
    assert record_type.numbered is not None  # noqa: S101 - none other comes here.
    key = record_type.numbered.field.key
    free = replace(by, approval=Approval())  # A number that the firm gives needs no approval.
    try:
        with by.session.begin_nested():
            for record, number in zip(rows, take_numbers(record_type, len(rows), by), strict=True):
                perform(record_type, "update", record, by=free, **dict[str, Any]({key: number}))
    except (Refused, Conflict, IntegrityError):
        return False
    return True


def _note_progress(by: Actor, record_type: RecordType, number: int | None) -> None:
    by.session.execute(
        update(NumberSequence)
        .where(NumberSequence.record_type == record_type.key)
        .values(to_number=number)
    )


def _without(record_type: RecordType, what: Any) -> Any:
    numbered = record_type.numbered
    if numbered is None:
        raise ValueError(f"The records of {record_type.key!r} have no numbers.")
    found = select(what).select_from(record_type.model)
    if what is record_type.model:
        found = select(what)
    return found.where(
        record_type.model.deleted_at.is_(None), func.coalesce(numbered.field, "") == ""
    )
