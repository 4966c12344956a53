"""The declaration of what records of a type consist of, and the type that a report counts it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import FromClause

from app.records.fields import Attribute, Field

if TYPE_CHECKING:
    from app.records.types import RecordType, Words

# Numbers of a record are not those of its parts: each would count once for every part.
NUMBERS = ("whole", "number", "money", "amount", "percent")


@dataclass(frozen=True, eq=False)
class Part:
    """What records consist of: rows of `model`, each of which names its record in `reference`.

    Parts are no records: they have no owner, no page and no history of their own, and whoever may
    read a record reads its parts. A field of theirs that is called as one of the record is seen by
    whoever sees that one; `judged` names further fields, by their types, which have to be seen.
    Without all of `needs`, fields of the record, nobody reads any part of it. `columns` are the
    keys of what a list of parts shows, the record's among them; `key` and `collection` name the
    parts in reports and addresses.
    """

    key: str
    collection: str
    words: Words
    icon: str
    model: Any
    reference: Attribute
    fields: tuple[Field, ...]
    columns: tuple[str, ...]
    needs: tuple[str, ...] = ()
    judged: Mapping[str, tuple[tuple[str, str], ...]] | None = None

    def asks_for(self, key: str) -> tuple[tuple[str, str], ...]:
        """The fields that whoever sees a field has to see as well, each with its type."""
        return (self.judged or {}).get(key, ())


def as_parts(whole: RecordType, part: Part) -> RecordType:
    """A type whose rows are the parts of `whole`, for what reports ask of a type.

    It keeps the key, the rights and the fields of its records, but for their numbers and for what
    the parts call the same: those are met by the reference. Its table is that of the records with
    their parts beside them.
    """
    own = {one.key for one in part.fields}
    kept = (one for one in whole.fields if one.key not in own and one.kind not in NUMBERS)
    return replace(
        whole,
        collection=f"parts/{part.collection}",
        words=part.words,
        icon=part.icon,
        fields=(*part.fields, *kept),
        parts=(),
        part=part,
    )


def rows_of(kind: RecordType) -> FromClause:
    """The table of a type's rows; of parts, beside that of their records."""
    table: FromClause = kind.model.__table__
    part = kind.part
    if part is None:
        return table
    return table.join(part.model.__table__, part.reference == kind.model.id)
