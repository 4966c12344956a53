"""The whole name of a person in one column: told apart into the fields that keep its parts."""

from __future__ import annotations

from app.kernel.surnames import split_name
from app.records.types import RecordType

NameParts = tuple[str, str]  # The keys of the surname and of the given name.


def parts_of_name(record_type: RecordType, key: str) -> NameParts | None:
    """The fields that `key` is told apart into, where it is a whole name that is made of them.

    None for a name that is written as it is.
    """
    card = record_type.card
    if card is None or card.family is None or card.given is None:
        return None
    is_made = key == record_type.title.key and record_type.field(key).readonly
    return (card.family.key, card.given.key) if is_made else None


def told_apart(name: str, parts: NameParts) -> dict[str, str]:
    """The parts of a name, as far as there are any, by the fields that they belong to."""
    found = split_name(name)
    return {key: part for key, part in zip(parts, (found.last, found.first), strict=True) if part}
