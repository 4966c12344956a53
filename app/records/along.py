"""What goes along with records that are deleted, and comes back with them, in numbers and words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.kernel.actor import Actor
from app.kernel.language import ngettext
from app.records.access import live
from app.records.model import Record
from app.records.registry import registry
from app.records.trash import below
from app.records.types import RecordType
from app.web.formats import formats

Numbers = Mapping[str, int]  # By the key of a record type.


def living_below(record_type: RecordType, chosen: Select[Any], by: Actor) -> Numbers:
    """How many living records of each type stand below the chosen ones, each counted once.

    In one statement, and in none for a type without children.
    """
    found: dict[str, list[ColumnElement[bool]]] = defaultdict(list)
    _collect(record_type, chosen, found, ())
    if not found:
        return {}
    counts: list[Any] = []
    for key, ways in found.items():
        child_type = registry().type(key)
        counted = select(func.count()).select_from(child_type.model)
        counts.append(counted.where(live(child_type), or_(*ways)).scalar_subquery().label(key))
    row = by.session.execute(select(*counts)).one()
    return {key: number for key, number in zip(found, row, strict=True) if number}


def _collect(
    record_type: RecordType,
    chosen: Select[Any],
    found: dict[str, list[ColumnElement[bool]]],
    path: tuple[str, ...],
) -> None:
    """Note by which ways records of each type stand below the chosen ones."""
    for child in record_type.children:
        if child.type in path:
            continue
        child_type = registry().type(child.type)
        way = getattr(child_type.model, child.reference).in_(chosen)
        found[child.type].append(way)
        beneath = select(child_type.model.id).where(live(child_type), way)
        _collect(child_type, beneath, found, (*path, child.type))


def deleted_with(record_type: RecordType, record: Record, by: Actor) -> Counter[str]:
    """How many records of each type went with a deleted one, and come back with it."""
    if record.delete_batch_id is None:
        return Counter()
    return Counter(
        its_type.key for its_type, _one in below(record_type, record, by, record.delete_batch_id)
    )


def numbers_in_words(numbers: Numbers, by: Actor) -> str:
    """7 contacts, 12 activities."""
    write = formats(by)
    return write.listed(
        ngettext(*registry().type(key).words.count, number, n=write.number(number))
        for key, number in numbers.items()
    )
