"""The recycle bin: what was deleted, of every type, as far as a person may bring it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, literal, select, tuple_, union_all
from sqlalchemy.orm import aliased

from app.kernel.actor import Actor
from app.records.access import within_reach
from app.records.merge.absorbed import not_merged
from app.records.query import search_conditions
from app.records.registry import registry
from app.records.tailored import switched_on
from app.records.types import RecordType

PAGE = 50
Parents = list[tuple[RecordType, str]]


@dataclass(frozen=True, slots=True)
class Deleted:
    """One deleted record: what it was, who deleted it when, how many went and come back with it."""

    kind: str
    id: UUID
    title: str
    at: datetime
    by_id: UUID | None
    batch_id: UUID
    below: int = 0


def restorable_types(by: Actor) -> list[RecordType]:
    """The types of which `by` may see and bring back records."""
    return [one for one in switched_on(by) if by.may(one.key, "read") and by.may(one.key, "delete")]


def has_bin(by: Actor) -> bool:
    """True for who may bring back records of some type, or erase what was deleted."""
    if by.may("trash", "erase"):
        return True
    types = registry().switched_on(by.tenant)
    return any(by.may(one.key, "read") and by.may(one.key, "delete") for one in types)


def read_bin(
    by: Actor,
    *,
    kind: str = "",
    q: str = "",
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> list[Deleted]:
    """One page of the bin, the latest first, and one entry more when there is one.

    A record that went with its parent is not told apart from it: it is counted there.
    """
    types = [one for one in restorable_types(by) if kind in ("", one.key)]
    if not types:
        return []
    # Each arm finds its newest by its own index, so that none is read to its end.
    arms = [_arm(one, by, q, before, limit).subquery().select() for one in types]
    arm = union_all(*arms).subquery()
    newest = select(arm).order_by(arm.c.at.desc(), arm.c.id.desc()).limit(limit + 1)
    found = [Deleted(**row._mapping) for row in by.session.execute(newest)]
    counts = _below(found, by)
    return [
        Deleted(one.kind, one.id, one.title, one.at, one.by_id, one.batch_id, counts[one.id])
        for one in found
    ]


def in_bin(record_type: RecordType, by: Actor) -> list[ColumnElement[bool]]:
    """The conditions of a deleted record that `by` could read, and may bring back."""
    return [
        record_type.model.deleted_at.is_not(None),
        within_reach(record_type, by, "read"),
        within_reach(record_type, by, "delete"),
        *not_merged(record_type, record_type.model, by),
    ]


def parents_of(record_type: RecordType) -> Parents:
    """The types whose records take those of this type along, each with the reference to it."""
    return [
        (parent, child.reference)
        for parent in registry()
        for child in parent.children
        if child.type == record_type.key
    ]


def _arm(
    record_type: RecordType,
    by: Actor,
    q: str,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Any:
    """The newest deleted records of one type."""
    model = record_type.model
    statement = select(
        literal(record_type.key).label("kind"),
        model.id,
        record_type.title_text.label("title"),
        model.deleted_at.label("at"),
        model.deleted_by_id.label("by_id"),
        model.delete_batch_id.label("batch_id"),
    ).where(*in_bin(record_type, by), *search_conditions(record_type, q, by))
    for parent, reference in parents_of(record_type):
        went = aliased(parent.model)
        with_parent = exists().where(
            went.id == getattr(model, reference), went.delete_batch_id == model.delete_batch_id
        )
        statement = statement.where(~with_parent)
    if before is not None:
        statement = statement.where(tuple_(model.deleted_at, model.id) < tuple_(*before))
    return statement.order_by(model.deleted_at.desc(), model.id.desc()).limit(limit + 1)


def _below(found: Iterable[Deleted], by: Actor) -> dict[UUID, int]:
    """How many records went with each, all levels together; a statement per level and kind.

    A record below two of them comes back with either, so it counts for both.
    """
    roots = list(found)
    below: dict[UUID, set[UUID]] = {one.id: set() for one in roots}
    level: dict[str, dict[UUID, set[UUID]]] = {}  # By type: a record, and the roots it is below.
    for one in roots:
        level.setdefault(one.kind, {})[one.id] = {one.id}
    batches = {one.batch_id for one in roots}
    batch_of = {one.id: one.batch_id for one in roots}
    while level:
        next_level: dict[str, dict[UUID, set[UUID]]] = {}
        for key, above in level.items():
            for child in registry().type(key).children:
                model = registry().type(child.type).model
                reference = getattr(model, child.reference)
                rows = by.session.execute(
                    select(model.id, reference, model.delete_batch_id).where(
                        reference.in_(above), model.delete_batch_id.in_(batches)
                    )
                )
                for child_id, parent_id, batch_id in rows:
                    fit = {root for root in above[parent_id] if batch_of[root] == batch_id}
                    fresh = {root for root in fit if child_id not in below[root]}
                    for root in fresh:
                        below[root].add(child_id)
                    if fresh:
                        next_level.setdefault(child.type, {}).setdefault(child_id, set()).update(
                            fresh
                        )
        level = next_level
    return {root: len(ids) for root, ids in below.items()}
