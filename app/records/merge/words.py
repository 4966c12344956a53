"""What the timeline of a survivor tells of its merges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import gettext, ngettext
from app.records.bulk.models import UNDONE_WITHIN
from app.records.merge.models import Merge
from app.records.merge.rights import may_merge
from app.records.references import titles
from app.records.types import RecordType
from app.web.formats import formats

MERGED = "merged"  # Of the survivor.
UNMERGED = "unmerged"
ABSORBED = "merged_into"  # Of each of the others; their history stands on the survivor's timeline.


@dataclass(frozen=True, slots=True)
class ToldMerge:
    """What was merged, in words; `undo_url` where that can be taken back."""

    text: str
    undo_url: str


def tell_merges(record_type: RecordType, rows: Iterable[Any], by: Actor) -> dict[UUID, ToldMerge]:
    """The words of those events that tell of a merge, by the event's id; two statements at most."""
    found = [row for row in rows if row.verb in (MERGED, UNMERGED)]
    if not found:
        return {}
    ids = {row.id: merged_ids(row) for row in found}
    wanted = {one for its in ids.values() for one in its}
    names = titles(record_type.key, wanted, by, with_deleted=True)
    open_ = _open(record_type, [row.batch_id for row in found if row.verb == MERGED], by)
    told = {}
    for row in found:
        text = _words(row.verb, ids[row.id], names, by)
        url = f"/{record_type.collection}/merges/{row.batch_id}/undo"
        told[row.id] = ToldMerge(text, url if row.batch_id in open_ else "")
    return told


def _words(verb: str, ids: list[UUID], names: dict[UUID, str], by: Actor) -> str:
    """The merged records by name where all can be told, else how many."""
    if ids and all(one in names for one in ids):
        listed = formats(by).listed(f"“{names[one]}”" for one in ids)
        if verb == MERGED:
            return gettext("merged %(names)s into this", names=listed)
        return gettext("undid the merge of %(names)s into this", names=listed)
    if verb == MERGED:
        return ngettext("merged %(n)s record into this", "merged %(n)s records into this", len(ids))
    return ngettext(
        "undid the merge of %(n)s record into this",
        "undid the merge of %(n)s records into this",
        len(ids),
    )


def merged_ids(row: Any) -> list[UUID]:
    """The records that the event of a survivor names."""
    listed = (row.changes.get(row.verb) or (None, ()))[1] or ()
    return [one for text in listed if (one := parse_id(text)) is not None]


def _open(record_type: RecordType, merge_ids: list[UUID], by: Actor) -> set[UUID]:
    """The merges that can still be taken back, where the reader may merge at all."""
    if not merge_ids or not may_merge(record_type, by):
        return set()
    rows = select(Merge.id).where(
        Merge.id.in_(merge_ids),
        Merge.undone_at.is_(None),
        Merge.created_at >= by.now - UNDONE_WITHIN,
    )
    return set(by.session.scalars(rows))
