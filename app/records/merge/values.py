"""Which value of which record a merged record gets, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.access import readable_keys, writable_keys
from app.records.fields import Field
from app.records.merge.prices import along, proposals
from app.records.model import Record
from app.records.references import existing
from app.records.types import RecordType
from app.records.values import as_json

ALL = "all"  # What is chosen where the values are united.
UNITED = ("tags", "choices")  # Kinds that hold several values.
JOINED = ("long_text",)  # Kinds of which one can stand below the other.
EMPTY = (None, "", ())


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the records to be merged: the value of each, and what is proposed.

    `values` are in the order of the records, the survivor's first. `proposed` is the id of a record
    or ALL; `offered` are the ids whose value can be chosen.
    """

    field: Field
    values: Mapping[UUID, Any]
    proposed: UUID | str
    offered: frozenset[UUID]

    @property
    def can_unite(self) -> bool:
        """True where the values of all can be taken together."""
        return self.differs and self.field.kind in (*UNITED, *JOINED)

    @property
    def differs(self) -> bool:
        """True when there is something to choose."""
        values = [_compared(self.field, one) for one in self.values.values()]
        return any(one != values[0] for one in values)

    def taken(self, choice: UUID | str) -> Any:
        """The value that a choice means."""
        if isinstance(choice, UUID):
            return self.values[choice]
        given = [one for one in self.values.values() if one not in EMPTY]
        if self.field.kind in UNITED:
            return tuple(dict.fromkeys(part for one in given for part in one))
        return "\n\n".join(dict.fromkeys(given))


def questions(record_type: RecordType, records: Sequence[Record], by: Actor) -> list[Question]:
    """The fields that `by` sees and may write, in the order of the form; the survivor is first.

    What else there is stays as it is on the survivor, and nobody learns here whether it differs.
    """
    mine = readable_keys(record_type, by) & writable_keys(record_type, by)
    ordered = [one.key for one in (*record_type.form, *record_type.more, *record_type.fields)]
    fields = [record_type.by_key[key] for key in dict.fromkeys(ordered) if key in mine]
    asked = (_question(field, records, by) for field in fields)
    proposed = proposals(record_type, records, mine)
    return [
        replace(one, proposed=proposed.get(one.field.key, one.proposed))
        for one in asked
        if one is not None
    ]


def chosen_values(
    record_type: RecordType, records: Sequence[Record], choices: Mapping[str, str], by: Actor
) -> dict[str, Any]:
    """What the survivor, the first of `records`, gets anew, as the door takes it.

    `choices` hold a record's id or ALL by field; what is not among them is as proposed. Refused
    with a message per field for a choice that is none.
    """
    asked = {one.field.key: one for one in questions(record_type, records, by)}
    errors: dict[str, Text | str] = {
        key: _("There is no such field.") for key in choices if key not in asked
    }
    values = {}
    for key, question in asked.items():
        choice = _read_choice(question, choices.get(key, ""))
        if choice is None:
            errors[key] = _("This is not one of the values to choose from.")
            continue
        taken, stands = question.taken(choice), question.field.value(records[0])
        if taken != stands and not (taken in EMPTY and stands in EMPTY):
            values[key] = as_json(taken)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return along(record_type, records, values, choices)


def fullest(record_type: RecordType, records: Sequence[Record], by: Actor) -> Record:
    """The record that tells most of what `by` sees; of several, the oldest."""
    keys = readable_keys(record_type, by)
    fields = [one for one in record_type.fields if one.key in keys and not one.readonly]

    def told(record: Record) -> int:
        return sum(one.value(record) not in EMPTY for one in fields)

    return min(records, key=lambda one: (-told(one), one.created_at, one.id))


def _question(field: Field, records: Sequence[Record], by: Actor) -> Question | None:
    """What is asked of one field; None where the survivor's value is not for `by` to see."""
    survivor = records[0].id
    values = {record.id: field.value(record) for record in records}
    offered = frozenset(values)
    if field.to:  # Nobody takes over a reference that they could not have made themselves.
        ids = {one for one in values.values() if one is not None}
        known = existing(field.to, ids, by) if ids else set()
        if field.to != "user":
            if values[survivor] is not None and values[survivor] not in known:
                return None
            values = {key: one if one in known else None for key, one in values.items()}
        offered = frozenset(key for key, one in values.items() if one is None or one in known)
        offered |= {survivor}
    proposed: UUID | str = survivor
    if field.kind in UNITED:
        proposed = ALL if len({_compared(field, one) for one in values.values()}) > 1 else survivor
    elif values[survivor] in EMPTY:
        filled = [key for key in values if key in offered and values[key] not in EMPTY]
        proposed = filled[0] if filled else survivor
    return Question(field, values, proposed, offered)


def _read_choice(question: Question, text: str) -> UUID | str | None:
    """A choice as it was sent, or None for one that is not offered."""
    if not text:
        return question.proposed
    if text == ALL:
        return ALL if question.can_unite else None
    found = parse_id(text)
    return found if found in question.offered else None


def _compared(field: Field, value: Any) -> Any:
    """A value as it is compared: all that is empty alike, several values in any order."""
    if value in EMPTY:
        return None
    return frozenset(value) if field.kind in UNITED else value
