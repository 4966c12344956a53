"""Where a column of a file goes: into a field of the record, of a line, of what these refer to."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor
from app.records.fields import Field
from app.records.tailored import tailored
from app.records.types import RecordType

BETWEEN = "."
ID = "id"


@dataclass(frozen=True, slots=True)
class Spot:
    """A field that a column becomes; `line` says that it is one of a line.

    Of what is referred to by the field `of`, `target` is the type: it gets the value where it is
    made along.
    """

    field: Field
    line: bool = False
    of: Field | None = None
    target: RecordType | None = None

    @property
    def is_nested(self) -> bool:
        """True for all but the record's own fields."""
        return self.line or self.of is not None


def field_of(record_type: RecordType, key: str) -> Field | None:
    """The field of this key; "id" is the record's own, by which a row can find it."""
    if key == ID:
        return Field(record_type.model.id, record_type.words.one)
    return record_type.by_key.get(key)


def spot_of(record_type: RecordType, path: str, by: Actor) -> Spot | None:
    """What `path` names: `number`, `lines.quantity`, `account_id.country`; None for nothing."""
    first, *rest = path.split(BETWEEN)
    lined = record_type.lined
    is_line = lined is not None and first == lined.input and bool(rest)
    if is_line and lined is not None:
        known = {one.key: one for one in lined.fields}
        first, *rest = rest
        found = known.get(first)
    else:
        found = field_of(record_type, first)
    if found is None or not rest:
        return Spot(found, is_line) if found is not None else None
    if len(rest) > 1 or not found.to or found.to == "user":
        return None
    target = tailored(found.to, by)
    inner = target.by_key.get(rest[0])
    return Spot(inner, is_line, found, target) if inner is not None else None
