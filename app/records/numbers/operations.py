"""Deciding how records are numbered, and numbering those that have none yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select, update

from app.events import write_event
from app.jobs.enqueue import enqueue
from app.kernel import stamps
from app.kernel.actor import Actor, Approval
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.language import _
from app.records.door import perform
from app.records.numbers.facts import Resets
from app.records.numbers.give import STAMP, Chosen, chosen, take_numbers
from app.records.numbers.models import NumberSequence
from app.records.numbers.pattern import read_pattern
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType

MANAGE = ("numbering", "manage")
NUMBER = "number_records"
CHUNK = 100  # Records that one run numbers.


def numbered_types(by: Actor) -> list[RecordType]:
    """The types whose records can have numbers here."""
    return [one for one in switched_on(by) if one.numbered is not None]


def numbered_type(kind: str, by: Actor) -> RecordType:
    """One of these by its key, or Missing."""
    found = next((one for one in numbered_types(by) if one.key == kind), None)
    if found is None:
        raise Missing(_("There is no such page."))
    return found


def read_chosen(pattern: str, resets: str, is_on: bool) -> Chosen:
    """What somebody wants of the numbers of a type; Refused with a message per field."""
    if resets not in set(Resets):
        raise Refused(_("This is not one of the values to choose from."), field="resets")
    how = Chosen(pattern.strip(), Resets(resets), is_on)
    read_pattern(how.pattern, how.resets)
    return how


def change_numbers(by: Actor, record_type: RecordType, how: Chosen) -> None:
    """Decide how the records of a type are numbered.

    No number is given twice by that, whatever the pattern was before.
    """
    require_manage(by)
    row = by.session.get(NumberSequence, record_type.key, with_for_update=True)
    before = chosen(record_type, by)
    if row is None:
        row = NumberSequence(record_type=record_type.key, last=0)
        by.session.add(row)
    row.pattern, row.resets, row.is_on = how.pattern, how.resets.value, how.is_on
    row.updated_at, row.updated_by_id = by.now, by.user_id
    by.session.flush()  # Who asks next reads it back.
    stamps.draw(by.session, STAMP)
    changes: dict[str, Any] = {"record_type": [None, record_type.key]}
    for key in ("pattern", "resets", "is_on"):
        old, new = getattr(before, key), getattr(how, key)
        if old != new:
            changes[key] = [old, new]
    if len(changes) > 1:
        write_event(by, "number_sequence", by.tenant.id, "updated", changes=changes)


def unnumbered(record_type: RecordType, by: Actor) -> int:
    """How many living records of a type have no number."""
    return by.session.scalar(_without(record_type, func.count())) or 0


def number_existing(by: Actor, record_type: RecordType) -> None:
    """Have those that have no number numbered in the background, the oldest first."""
    require_manage(by)
    how = chosen(record_type, by)
    if how is None or not how.is_on:
        raise Refused(_("Switch the numbers on first."))
    _note_progress(by, record_type, unnumbered(record_type, by) or None)
    enqueue(by, NUMBER, {"record_type": record_type.key}, key=f"{NUMBER}:{record_type.key}")


def number_some(by: Actor, kind: str) -> bool:
    """Number the next records of a type that have none; True while there are more."""
    record_type = tailored(kind, by)
    how = chosen(record_type, by)
    if record_type.numbered is None or how is None or not how.is_on:
        _note_progress(by, record_type, None)
        return False
    model, key = record_type.model, record_type.numbered.field.key
    rows = by.session.scalars(
        _without(record_type, model)
        .order_by(model.created_at, model.id)
        .limit(CHUNK)
        .with_for_update(key_share=True)  # Others may refer to them meanwhile.
    ).all()
    if not rows:
        _note_progress(by, record_type, None)
        return False
    free = replace(by, approval=Approval())  # A number that the firm gives needs no approval.
    for record, number in zip(rows, take_numbers(record_type, len(rows), by), strict=True):
        perform(record_type, "update", record, by=free, **dict[str, Any]({key: number}))
    if len(rows) < CHUNK:
        _note_progress(by, record_type, None)
    return len(rows) == CHUNK


def progress_of(record_type: RecordType, by: Actor) -> int | None:
    """How many records were to be numbered where that is under way, else None."""
    return by.session.scalar(
        select(NumberSequence.to_number).where(NumberSequence.record_type == record_type.key)
    )


def _note_progress(by: Actor, record_type: RecordType, number: int | None) -> None:
    by.session.execute(
        update(NumberSequence)
        .where(NumberSequence.record_type == record_type.key)
        .values(to_number=number)
    )


def require_manage(by: Actor) -> None:
    """NotPermitted for who may not decide this, or where nothing may be changed."""
    if not by.may(*MANAGE):
        raise NotPermitted(_("Your role does not allow this."))
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))


def _without(record_type: RecordType, what: Any) -> Any:
    numbered = record_type.numbered
    if numbered is None:
        raise ValueError(f"The records of {record_type.key!r} have no numbers.")
    model = record_type.model
    found = select(what).select_from(model) if what is not model else select(model)
    return found.where(model.deleted_at.is_(None), func.coalesce(numbered.field, "") == "")
