"""Taking a merge back: the merged records live again, with what was theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from app.events import write_event
from app.kernel.actor import Actor, Reach
from app.kernel.errors import Held, Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.access import can_read, may_do, readable_keys, within_reach
from app.records.bulk.models import UNDONE_WITHIN
from app.records.bulk.run import held
from app.records.bulk.undo import old_values, pasts
from app.records.door import may_change, perform
from app.records.favourites import kept as favourites
from app.records.history import account_of
from app.records.merge.asking import Asked, as_a_whole, unmerge_asked
from app.records.merge.mentions import put_mentions_back
from app.records.merge.models import Merge, MergedRecord, MergeMove
from app.records.merge.references import put_references_back
from app.records.merge.words import UNMERGED
from app.records.merge.written import put_written_back
from app.records.model import Record
from app.records.registry import registry
from app.records.sharing.followers import forget
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class Undone:
    """A merge that was taken back; `spared` are the fields that stay, as they were changed since.

    `back` are the records that live again.
    """

    merge: Merge
    spared: str
    back: tuple[Record, ...]


def find_merge(merge_id: UUID | None, by: Actor, *, lock: bool = False) -> Merge:
    """A merge that `by` made or whose survivor `by` may read; Missing for all others."""
    asked = select(Merge).where(Merge.id == merge_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = by.session.scalars(asked).one_or_none()
    record_type = registry().get(found.record_type) if found is not None else None
    if found is None or record_type is None or not by.tenant.allows(record_type.module):
        raise Missing(_("There is no such page."))
    if not is_maker(found, by) and not can_read(tailored(record_type, by), found.survivor_id, by):
        raise Missing(_("There is no such page."))
    return found


def is_maker(merge: Merge, by: Actor) -> bool:
    """True when `by` made the merge."""
    return by.user_id is not None and by.user_id == merge.user_id


def why_not_undo(merge: Merge, by: Actor) -> Text | None:
    """Why a merge can't be taken back now, as far as its own row tells; None when it can."""
    if merge.undone_at is not None:
        when = formats(by).relative(merge.undone_at, by.now)
        return _("This was undone already, %(when)s.", when=when)
    if by.now - merge.created_at > UNDONE_WITHIN:
        return _("It is more than 30 days old, so it can't be undone any more.")
    return None


def undo_merge(merge_id: UUID | None, /, *, by: Actor) -> Undone:
    """Give the survivor its old values back, and the others their lives and what named them.

    What somebody touched since stays: a field of the survivor, a record that refers elsewhere by
    now. Whoever made the merge may undo it even where it put a record beyond their reach. Refused
    with the reason where it can't be; Missing, NotPermitted; Held where it has to be approved.
    """
    merge = find_merge(merge_id, by, lock=True)
    record_type = tailored(merge.record_type, by)
    for verb in ("update", "delete"):
        may_change(record_type, verb, by)
    stands_against = why_not_undo(merge, by)
    if stands_against is not None:
        raise Refused(stands_against)
    asked: Asked = {}
    try:
        with by.session.begin_nested():
            acting = _undoing(merge, by).in_batch(new_id())
            survivor, absorbed = _family(merge, record_type, acting, by)
            asked = unmerge_asked(record_type, merge.id, survivor, absorbed)
            return _undo(merge, record_type, survivor, absorbed, acting)
    except Held as held:
        raise as_a_whole(held, asked) from None


def _undo(
    merge: Merge,
    record_type: RecordType,
    survivor: Record,
    absorbed: tuple[Record, ...],
    by: Actor,
) -> Undone:
    before, spared = _before(merge, record_type, survivor, by)
    own = {key for key in before if record_type.by_key[key].to == record_type.key}
    # First what no two may share, at last what points to one that has to be back for it.
    _put_back(record_type, survivor, {k: v for k, v in before.items() if k not in own}, by)
    moves = by.session.scalars(select(MergeMove).where(MergeMove.merge_id == merge.id)).all()
    put_references_back(merge, record_type, moves, by)
    put_mentions_back(merge, record_type, moves, by)
    put_written_back(moves, by)
    favourites.moved(by)
    by.session.flush()  # What is expired must stand in the database before.
    by.session.expire_all()  # Rows were moved past the session.
    by.session.execute(
        delete(MergedRecord).where(
            MergedRecord.record_type == record_type.key, MergedRecord.merge_id == merge.id
        )
    )
    for one in absorbed:
        perform(record_type, "restore", one, by=by)
    _put_back(record_type, survivor, {key: before[key] for key in own}, by)
    for one in (survivor, *absorbed):
        record_type.regrouped(one, by)
    merge.undone_at, merge.undone_by_id = by.now, by.user_id
    ids = [str(one.id) for one in absorbed]
    write_event(
        by,
        record_type.key,
        survivor.id,
        UNMERGED,
        account_id=account_of(record_type, survivor),
        changes={UNMERGED: [None, ids]},
    )
    forget(by)
    by.session.flush()  # What the database refuses is answered here.
    return Undone(merge, spared, absorbed)


def _undoing(merge: Merge, by: Actor) -> Actor:
    """Whoever made the merge reaches its records by the verbs that their role has now."""
    by = replace(by, restores=True)
    if not is_maker(merge, by):
        return by
    grants = {
        entry: Reach.ALL if entry[0] == merge.record_type else reach
        for entry, reach in by.rights.grants.items()
    }
    return replace(by, rights=replace(by.rights, grants=grants))


def _family(
    merge: Merge, record_type: RecordType, by: Actor, asker: Actor
) -> tuple[Record, tuple[Record, ...]]:
    """The survivor and those merged into it, locked; Refused where one is no longer there.

    `by` reaches what the merge put beyond `asker`, who is told no more than they may read.
    """
    ids = by.session.scalars(
        select(MergedRecord.record_id).where(
            MergedRecord.record_type == record_type.key, MergedRecord.merge_id == merge.id
        )
    ).all()
    found = held(record_type, "update", (merge.survivor_id, *ids), by)
    survivor = found.get(merge.survivor_id, (None, False))[0]
    if survivor is None or survivor.deleted_at is not None:
        raise Refused(_why_gone(merge, record_type, survivor, asker))
    absorbed = [found[one][0] for one in sorted(ids) if one in found]
    if len(absorbed) < len(ids) or not ids:
        raise Refused(_("A record that was merged is gone for good, so this can't be undone."))
    _refuse_barred(record_type, survivor, absorbed, by)
    return survivor, tuple(absorbed)


def _why_gone(merge: Merge, record_type: RecordType, survivor: Record | None, by: Actor) -> Text:
    if survivor is None:
        return _("The record that stayed is gone, so this can't be undone.")
    if not _reaches_deleted(record_type, survivor.id, by):
        return _("The record that stayed is deleted.")
    name = record_type.title_of(survivor)
    if by.session.get(MergedRecord, (record_type.key, merge.survivor_id)) is not None:
        return _("“%(name)s” was merged into another record since. Undo that first.", name=name)
    return _("“%(name)s” is deleted. Restore it first.", name=name)


def _reaches_deleted(record_type: RecordType, record_id: UUID, by: Actor) -> bool:
    """True when `by` may read a record, or might if it were not deleted."""
    model = record_type.model
    reaches = within_reach(record_type, by, "read")
    asked = select(model.id).where(model.id == record_id, reaches)
    return by.session.execute(asked).first() is not None


def _refuse_barred(
    record_type: RecordType, survivor: Record, absorbed: Sequence[Record], by: Actor
) -> None:
    is_reached = may_do(record_type, survivor, "update", by) and all(
        may_do(record_type, one, "delete", by) for one in absorbed
    )
    if not is_reached:
        raise NotPermitted(
            _("Only who merged these can undo it, or who may change all of the records.")
        )


def _before(
    merge: Merge, record_type: RecordType, survivor: Record, by: Actor
) -> tuple[dict[str, Any], str]:
    """The old values that nobody touched since; and the fields that were, by name."""
    found = pasts(record_type, merge.id, merge.created_at, [survivor.id], by)
    past = found.get(survivor.id)
    if past is None:
        return {}, ""
    inputs, spared = old_values(record_type, past)
    readable = readable_keys(record_type, by)
    told = [str(record_type.by_key[key].label) for key in spared if key in readable]
    return inputs, formats(by).listed(told)


def _put_back(record_type: RecordType, survivor: Record, values: dict[str, Any], by: Actor) -> None:
    """Write old values; a reference that the merge itself lifted needs no right on its field."""
    own = [
        (record_type.key, key) for key in values if record_type.by_key[key].to == record_type.key
    ]
    if values:
        widened = replace(by, rights=by.rights.widened((), own))
        perform(record_type, "update", survivor, by=widened, **values)
