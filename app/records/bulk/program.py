"""Many records by one call of a program: all of them or none, or each with its own result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Held, Missing, NotPermitted, Refused
from app.kernel.ids import new_id, parse_id
from app.kernel.language import Text, _, current
from app.records import gate
from app.records.bulk.models import BulkChange, BulkRow, Outcome
from app.records.bulk.run import MET, held, sentence
from app.records.door import may_change, perform
from app.records.many import perform_many
from app.records.model import Record
from app.records.types import RecordType

MOST = 1000
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one record: the status that its own call would have had, and why.

    Of one that waits until somebody approves it, `approval` is where that is.
    """

    status: int
    id: UUID | None = None
    message: str = ""
    errors: dict[str, Text | str] = field(default_factory=dict)
    approval: str = ""

    @property
    def is_done(self) -> bool:
        """True when it was done."""
        return self.status < 300 and not self.approval

    @property
    def outcome(self) -> Outcome:
        """What became of it, as a row keeps it."""
        if self.approval:
            return Outcome.ASKED
        return Outcome.DONE if self.is_done else Outcome.LEFT_OUT


def do_records(
    record_type: RecordType, verb: str, records: Sequence[Item], by: Actor, *, each: bool
) -> tuple[UUID, list[Result]]:
    """Do a verb with each of `records`, and answer with the batch and a result for each.

    A record holds its fields, and its `id` for every verb but `create`. With `each`, those that are
    refused are left out; else the first refusal ends the whole, and names its record.
    """
    if verb == "read":  # It may be granted, and is no change.
        raise Missing(_("There is no such action."))
    may_change(record_type, verb, by)
    if not 0 < len(records) <= MOST:
        raise Refused(_("Give 1 to %(limit)s records.", limit=MOST), field="records")
    batch = by if by.batch_id else by.in_batch(new_id())
    assert batch.batch_id is not None  # noqa: S101 - it was given one just now.
    if verb == "create":
        make = _make_each if each else _make_all
        return batch.batch_id, make(record_type, records, batch)
    ids = _ids(records)
    found = held(record_type, verb, ids, by)
    results = []
    for number, (record_id, item) in enumerate(zip(ids, records, strict=True)):
        try:
            with by.session.begin_nested():
                _one(record_type, verb, found.get(record_id), item, batch)
        except Answer as answer:
            if not each:
                raise _named(answer, number) from None
            results.append(_result(answer, record_id, batch))
        else:
            results.append(Result(200, record_id))
    _keep(record_type, verb, results, batch)
    return batch.batch_id, results


def _one(
    record_type: RecordType,
    verb: str,
    found: tuple[Record, bool] | None,
    item: Item,
    by: Actor,
) -> None:
    if found is None:
        raise Missing(_("There is no such record."))
    record, reaches = found
    if record.deleted_at is not None:
        if verb == "delete" and record.delete_batch_id == by.batch_id:
            return  # It went with its parent, an earlier one of this call.
        raise Missing(_("There is no such record."))
    if not reaches:
        raise NotPermitted(_("Your role does not allow this on this record."))
    inputs = {key: value for key, value in item.items() if key != "id"}
    if verb == "delete" and inputs:
        errors = {key: _("There is no such field.") for key in inputs}
        raise Refused(_("Please check the marked fields."), errors=errors)
    try:
        perform(record_type, verb, record, by=by, **_known(record_type, verb, inputs))
    except IntegrityError:
        raise Conflict(MET) from None


def _known(record_type: RecordType, verb: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs, none of which may be taken for an argument of the door."""
    action = record_type.action(verb)
    known = set(action.takes if action else (*record_type.by_key, *_extra(record_type, verb)))
    unknown = [key for key in inputs if key not in known]
    if unknown:
        errors = {key: _("There is no such field.") for key in unknown}
        raise Refused(_("Please check the marked fields."), errors=errors)
    return inputs


def _extra(record_type: RecordType, verb: str) -> tuple[str, ...]:
    return record_type.inputs if verb == "create" else ()


def _make_all(record_type: RecordType, records: Sequence[Item], by: Actor) -> list[Result]:
    """Create all or none, in few statements; a refusal names the record at which it came."""
    at = 0
    try:
        for at, item in enumerate(records):  # noqa: B007 - which one it was is told below.
            _known(record_type, "create", dict(item))
        made = perform_many(record_type, "create", records, by=by)
    except Answer as answer:
        raise _named(answer, at if answer.row is None else answer.row) from None
    return [Result(201, one) for one in made]


def _result(answer: Answer, record_id: UUID | None, by: Actor, place: str = "") -> Result:
    """What became of a record that was not done; one that is held back is asked for.

    `place` tells a new one from its equals in the same call.
    """
    if not isinstance(answer, Held):
        return Result(answer.status, record_id, sentence(answer), answer.errors)
    asked = gate.keep(answer, by, place)
    return Result(202, record_id, str(asked.message), approval=f"/api/v1/approvals/{asked.id}")


def _make_each(record_type: RecordType, records: Sequence[Item], by: Actor) -> list[Result]:
    """Create those that are in order, each for itself."""
    results = []
    for number, item in enumerate(records):
        try:
            with by.session.begin_nested():
                inputs = _known(record_type, "create", dict(item))
                made = perform(record_type, "create", by=by, **inputs)
        except Answer as answer:
            results.append(_result(answer, None, by, str(number)))
        except IntegrityError:
            results.append(Result(409, None, str(MET)))
        else:
            results.append(Result(201, made.id))
    return results


def _ids(records: Sequence[Item]) -> list[UUID]:
    """The ids of the records; Refused for one that is none, and for one that is given twice."""
    ids: list[UUID] = []
    seen: set[UUID] = set()
    for number, item in enumerate(records):
        raw = item.get("id")
        found = parse_id(raw) if isinstance(raw, str) else None
        if found is None:
            raise Refused(_("There is no such record."), field=f"records[{number}].id")
        if found in seen:
            raise Refused(_("This record is given twice."), field=f"records[{number}].id")
        seen.add(found)
        ids.append(found)
    return ids


def _named(answer: Answer, number: int) -> Answer:
    """The same answer, whose fields say of which record they are; all or none can't wait."""
    if isinstance(answer, Held):
        answer = Refused(_("%(why)s Send “each” to ask for it.", why=answer.message))
    place = f"records[{number}]"
    errors = {f"{place}.{key}": text for key, text in answer.errors.items()}
    return type(answer)(answer.message, errors=errors or {place: answer.message})


def _keep(record_type: RecordType, verb: str, results: Sequence[Result], by: Actor) -> None:
    """Write down what became of the records, so that people can look at it and take it back."""
    done = sum(one.is_done for one in results)
    change = BulkChange(
        id=by.batch_id,
        record_type=record_type.key,
        verb=verb,
        inputs={},
        user_id=by.user_id,
        via=by.via,
        language=current(),
        created_at=by.now,
        total=len(results),
        done=done,
        left_out=sum(one.outcome is Outcome.LEFT_OUT for one in results),
        asked=sum(one.outcome is Outcome.ASKED for one in results),
        step=1,
        finished_at=by.now,
    )
    by.session.add(change)
    by.session.flush()  # Its rows refer to it.
    by.session.execute(
        insert(BulkRow),
        [
            {
                "change_id": change.id,
                "record_id": one.id,
                "outcome": one.outcome,
                "reason": one.message or None,
            }
            for one in results
        ],
    )
