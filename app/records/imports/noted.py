"""When somebody was last in touch, and is to be next: moments of a row become what tells them.

For each row one record is made, in the batch of the import, so that it goes with its undo. Of a
record that stands, only what it does not know already counts: a file that comes twice makes nothing
twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor
from app.kernel.days import whole_day
from app.kernel.errors import Answer, Refused
from app.kernel.language import Text, _, using
from app.records.access import readable_keys
from app.records.imports.facts import Noted
from app.records.many import perform_many
from app.records.model import Record
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.values.times import read_moment
from app.records.values.unfit import Unfit


@dataclass(frozen=True, slots=True)
class Moments:
    """When a row says that somebody was last in touch, and is to be next."""

    last: datetime | None
    next: datetime | None


def is_noted(record_type: RecordType, key: str) -> bool:
    """True for a field whose moments become records that tell them."""
    return record_type.noted is not None and key in record_type.noted.keys


def noted_keys(record_type: RecordType, by: Actor) -> frozenset[str]:
    """The fields whose moments a file of `by` may give: of who may make what tells them."""
    noted = record_type.noted
    if noted is None or not by.may(noted.type, "create"):
        return frozenset()
    return noted.keys & readable_keys(record_type, by)


def read_moments(record_type: RecordType, inputs: dict[str, Any], by: Actor) -> Moments | None:
    """Take the moments out of what a row gives; None where it tells neither.

    Refused at its field for what is no moment, and for a last time that is still to come.
    """
    noted = record_type.noted
    if noted is None or noted.keys.isdisjoint(inputs):
        return None
    last = read_past(record_type, noted.last.key, inputs, by)
    return Moments(last, _moment(record_type, noted.next.key, inputs, by))


def read_past(
    record_type: RecordType, key: str, inputs: dict[str, Any], by: Actor
) -> datetime | None:
    """Take a moment that is over out of what a row gives; Refused for one that is still to come."""
    found = _moment(record_type, key, inputs, by)
    if found is not None and found > by.now:
        if whole_day(found, _firm(by)) == by.now.astimezone(_firm(by)).date():
            return by.now  # Whenever it was today, it was before now.
        raise Refused(_("This moment is still to come."), field=key)
    return found


def _moment(
    record_type: RecordType, key: str, inputs: dict[str, Any], by: Actor
) -> datetime | None:
    text = inputs.pop(key, None)
    if text is None:
        return None
    try:
        return read_moment(record_type.field(key), text, by, ())
    except Unfit as unfit:
        raise Refused(unfit.message, field=key) from None


def note_moments(
    record_type: RecordType, pairs: Iterable[tuple[Record, Moments | None]], by: Actor
) -> int:
    """Make the records that tell the moments of these; answers with how many were made.

    They belong to whoever owns ours. Refused at the field of the moment where one can't be made.
    """
    noted = record_type.noted
    if noted is None:
        return 0
    told = [(one, moments) for one, moments in pairs if moments is not None]
    if not told:
        return 0
    with using(by.tenant.language):
        text = str(noted.text)
    made = [_row(noted, one, moments, text, by) for one, moments in told]
    rows = [row for row in made if row is not None]
    if not rows:
        return 0
    try:
        perform_many(noted.type, "create", rows, by=_noting(record_type, noted, rows, by))
    except Answer as answer:
        last = any(moments.last for _one, moments in told)
        key = noted.last.key if last else noted.next.key
        raise Refused(_why(noted, answer, by), field=key) from None
    return len(rows)


def _is_known(last: datetime, known: datetime, by: Actor) -> bool:
    """True for what is not later than what a record knows, or is a day of which it knows more."""
    firm = _firm(by)
    day = whole_day(last, firm) or (last.astimezone(firm).date() if last == by.now else None)
    return last <= known or (day is not None and day <= known.astimezone(firm).date())


def _firm(by: Actor) -> ZoneInfo:
    return ZoneInfo(by.tenant.zone)


def _row(
    noted: Noted, record: Record, moments: Moments, text: str, by: Actor
) -> dict[str, Any] | None:
    """What tells the moments of a record, None where it knows them.

    What was to come before the last time has come, and what is planned already stays.
    """
    known, planned = getattr(record, noted.last.key), getattr(record, noted.next.key)
    last, following = moments.last, moments.next
    if last is not None and known is not None and _is_known(last, known, by):
        last = None
    latest = max((one for one in (known, moments.last) if one is not None), default=None)
    if planned is not None or (following and latest and following <= latest):
        following = None
    if last is None and following is None:
        return None
    row: dict[str, Any] = {**noted.given, noted.reference: record.id, noted.words: text}
    if record.owner_id is not None:
        row["owner_id"] = record.owner_id
    if last is None:
        return {**row, noted.due_at: _written(following)}
    return {**row, noted.done_at: _written(last), noted.next_at: _written(following)}


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _noting(
    record_type: RecordType, noted: Noted, rows: Sequence[dict[str, Any]], by: Actor
) -> Actor:
    """`by`, who may write what is made for whoever owns the records that it tells of."""
    reaches = [(noted.type, "create"), (record_type.key, "read")]
    writes = [(noted.type, key) for key in {key for row in rows for key in row}]
    return replace(by, rights=by.rights.widened(reaches, writes))


def _why(noted: Noted, answer: Answer, by: Actor) -> Text | str:
    """What stands against the record that tells it, in words that name its field."""
    made = tailored(noted.type, by)
    for key, problem in answer.errors.items():
        field = made.by_key.get(key)
        if field is not None:
            return _("%(field)s: %(problem)s", field=field.label, problem=problem)
    return answer.message
