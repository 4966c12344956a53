"""What the audit tells of merges: which records became one, as far as its reader may open them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.language import _, gettext
from app.records.merge.models import Merge
from app.records.merge.words import ABSORBED, MERGED, UNMERGED, merged_ids
from app.records.pages.changes import LONGEST, Change
from app.records.pages.shown import UNNAMED
from app.web.formats import formats

Names = Mapping[tuple[str, UUID], str]


@dataclass(frozen=True, slots=True)
class Merged:
    """The merge that an event tells of: which records it was done with, and the one that stayed."""

    verb: str
    record_type: str
    others: tuple[UUID, ...]
    survivor: UUID

    @property
    def ids(self) -> tuple[UUID, ...]:
        """All of them."""
        return (*self.others, self.survivor)


def merges_of(rows: Iterable[Any], by: Actor) -> dict[UUID, Merged]:
    """The merges of those events that tell of one, by the event's id.

    One statement where a record was merged into another, as its own event does not say into which.
    """
    told = [row for row in rows if row.verb in (MERGED, UNMERGED, ABSORBED)]
    batches = {row.batch_id for row in told if row.verb == ABSORBED and row.batch_id}
    into: dict[UUID, UUID] = {}
    if batches:
        found = select(Merge.id, Merge.survivor_id).where(Merge.id.in_(batches))
        into = {one.id: one.survivor_id for one in by.session.execute(found)}
    merges = {}
    for row in told:
        if row.verb != ABSORBED:
            merges[row.id] = Merged(
                row.verb, row.record_type, tuple(merged_ids(row)), row.record_id
            )
        elif row.batch_id in into:
            merges[row.id] = Merged(row.verb, row.record_type, (row.record_id,), into[row.batch_id])
    return merges


def told_merge(merge: Merged, names: Names, by: Actor) -> Change:
    """What was merged → what it became, or back; a record that may not be opened has no name."""
    others = formats(by).listed(_named(merge, merge.others, names))[:LONGEST]
    [stayed] = _named(merge, (merge.survivor,), names)
    if merge.verb == UNMERGED:
        return Change(_("Merge undone"), stayed, others)
    return Change(_("Merged into one"), others, stayed)


def merge_for_programs(merge: Merged, names: Names) -> dict[str, list[Any]]:
    """The same as a change with ids, of those alone that may be opened."""
    known = [str(one) for one in merge.others if (merge.record_type, one) in names]
    if merge.verb != ABSORBED:
        return {merge.verb: [None, known]}
    is_known = (merge.record_type, merge.survivor) in names
    return {ABSORBED: [None, str(merge.survivor)]} if is_known else {}


def _named(merge: Merged, ids: Sequence[UUID], names: Names) -> list[str]:
    """Their names, and how many have none to this reader."""
    known = [name for one in ids if (name := names.get((merge.record_type, one)))]
    hidden = len(ids) - len(known)
    if not known:
        return [UNNAMED]
    return [*known, *([gettext("%(n)s more", n=hidden)] if hidden else [])]
