"""Reading the pool: as far as it goes and no further, with what is shown before a claim.

A list that shows what has no owner, and the page of such a record, are read by rights that reach
the pool and nothing else. Columns, filters, search, timeline and API thereby leave out what is
hidden by the very code that leaves out what a role may not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import Missing
from app.kernel.remembered import Remembered
from app.records.access import fetch
from app.records.filters import Filter, Node
from app.records.model import Record, is_free
from app.records.pool.facts import CLAIM, DISTRIBUTE, POOL_FILTER, REASSIGN, SEE_POOL
from app.records.pool.policy import choice_of
from app.records.types import RecordType

ASKED = Filter("owner_id", "isnull", POOL_FILTER[0][1])

_kept: Remembered[tuple[Rights, Rights]] = Remembered(1024)


def reader_of_list(record_type: RecordType, filters: Iterable[Node], by: Actor) -> Actor:
    """Who reads a list: `by`, in the pool where the list shows that and they may see it."""
    if record_type.pool is None or ASKED not in filters:
        return by
    return in_pool(record_type, by) or by


def apart_from_pool(
    record_type: RecordType, filters: Sequence[Node], by: Actor
) -> tuple[list[Node], list[ColumnElement[bool]]]:
    """The filters of a list without the one for the pool, and what stands in its place in SQL.

    Nothing does for who reads by the pool alone, as their right says it already.
    """
    if record_type.pool is None or ASKED not in filters:
        return list(filters), []
    others = [one for one in filters if one != ASKED]
    if by.rights.reach(record_type.key, "read") is Reach.POOL:
        return others, []
    return others, [is_free(record_type.model)]


def in_pool(record_type: RecordType, by: Actor) -> Actor | None:
    """`by` as they read the pool of a type, or None where they may not see it.

    Who reads all records of the type sees and does in the pool what they always do.
    """
    if record_type.pool is None or not by.may(record_type.key, SEE_POOL):
        return None
    if not by.may(record_type.key, "read") or by.rights.pooled:
        return None
    hidden = choice_of(record_type, by).hidden | written_by_others(record_type)
    # The rights are remembered beside the narrowed ones, so that their identity is no other's.
    kept = _kept.get(
        (id(by.rights), record_type.key, hidden),
        lambda: (by.rights, _narrowed(by.rights, record_type.key, hidden)),
    )
    return replace(by, rights=kept[1])


def fetch_in_pool(
    record_type: RecordType, record_id: UUID | None, by: Actor
) -> tuple[Record, Actor] | None:
    """A record of the pool with who reads it there, or None where there is none for `by`."""
    reader = in_pool(record_type, by)
    if reader is None:
        return None
    try:
        return fetch(record_type, record_id, reader), reader
    except Missing:
        return None


def is_read_in_pool(record_type: RecordType, by: Actor) -> bool:
    """True for a reader of the pool who may see some fields of it not before they claim."""
    return by.rights.reads_pool_alone(record_type.key)


def written_by_others(record_type: RecordType) -> frozenset[str]:
    """The fields that quote what was written in records of another type, as a next step does.

    The pool never shows them, whatever the workspace chose; when the next step is due stays.
    """
    return frozenset(one.key for one in record_type.fields if one.told_by and one.kind != "moment")


def _narrowed(rights: Rights, kind: str, hidden: Iterable[str]) -> Rights:
    if rights.reads_all(kind):
        return replace(rights, pooled=kind)
    kept = {(kind, verb) for verb in ("read", SEE_POOL, CLAIM, REASSIGN, DISTRIBUTE)}
    grants = {
        entry: reach for entry, reach in rights.grants.items() if entry[0] != kind or entry in kept
    }
    fields = {**rights.fields, **{(kind, key): FieldAccess.HIDDEN for key in hidden}}
    return replace(rights, grants=grants, fields=fields, pooled=kind)
