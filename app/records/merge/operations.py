"""Merging records of one type into one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.events import write_event
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Held
from app.kernel.ids import new_id
from app.records import gate
from app.records.door import perform
from app.records.duplicates.keep import drop_keys
from app.records.favourites import kept as favourites
from app.records.history import account_of
from app.records.merge.absorbed import STAMP
from app.records.merge.asking import MERGE, Asked, as_a_whole, merge_asked
from app.records.merge.family import Family, refuse_merging, take_family
from app.records.merge.mentions import move_mentions
from app.records.merge.models import Merge, MergedRecord
from app.records.merge.references import move_references
from app.records.merge.values import chosen_values
from app.records.merge.words import ABSORBED, MERGED
from app.records.merge.written import move_written
from app.records.sharing.followers import forget
from app.records.sharing.news import tell_followers
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.usage import give_back_records


def merge_records(
    kind: RecordType | str,
    survivor_id: UUID,
    absorbed_ids: Sequence[UUID],
    /,
    *,
    by: Actor,
    choices: Mapping[str, str] | None = None,
    versions: Mapping[UUID, int] | None = None,
) -> Merge:
    """Merge records into the survivor: it gets the chosen values and all that named the others.

    `choices` maps a field to the id of the record whose value is taken, or to `all` where values
    are united; what is not among them is as `values.questions` proposes. `versions` are those that
    the person saw. All or nothing; for what stands against it see `family.take_family`, and a
    value that can't be taken is Refused with a message for its field. Held where it has to be
    approved: whatever holds back deleting holds back what is merged into another.
    """
    record_type = tailored(kind, by)
    refuse_merging(record_type, by)
    asked: Asked = {}
    try:
        with by.session.begin_nested():
            family = take_family(record_type, survivor_id, absorbed_ids, by, versions or {})
            values = chosen_values(record_type, family.records, choices or {}, by)
            if gate.watches(by):
                asked = merge_asked(record_type, family, choices or {}, values)
                gate.hold_back(record_type, MERGE, family.absorbed, by)
            return _merge(record_type, family, values, by)
    except Held as held:
        raise as_a_whole(held, asked) from None


def _merge(record_type: RecordType, family: Family, values: dict[str, Any], by: Actor) -> Merge:
    merge = Merge(
        id=new_id(),
        record_type=record_type.key,
        survivor_id=family.survivor.id,
        user_id=by.user_id,
        created_at=by.now,
    )
    by.session.add(merge)
    by.session.flush()  # What is moved is written down under it.
    ids = [one.id for one in family.absorbed]
    batch = by.in_batch(merge.id)
    survivor = family.survivor
    stood = survivor.version
    _absorb(family, merge, batch)
    drop_keys(record_type, ids, batch)
    move_references(merge, record_type, ids, batch)
    move_mentions(merge, record_type, ids, batch)
    move_written(merge, ids, batch)
    by.session.flush()  # What is expired must stand in the database before.
    by.session.expire_all()  # Rows were moved past the session.
    by.session.add_all(
        MergedRecord(
            record_type=record_type.key, record_id=one, into_id=survivor.id, merge_id=merge.id
        )
        for one in ids
    )
    by.session.flush()  # The survivor's checks look at what is merged.
    # A survivor that stood below one of the others stands where that one stood.
    lifted = _lifted(record_type, family, values)
    writes = [(record_type.key, key) for key in lifted]
    widened = replace(batch, rights=by.rights.widened((), writes))
    if values or lifted:
        perform(record_type, "update", survivor, by=widened, **{**values, **lifted})
    for one in family.absorbed:
        record_type.changed(one, "delete", batch)
    record_type.regrouped(survivor, batch)
    _write_events(record_type, family, batch)
    stamps.draw(by.session, STAMP)
    favourites.moved(by)
    forget(by)  # Who followed one of the others follows the survivor.
    if survivor.version != stood:
        tell_followers(record_type, survivor, by)
    by.session.flush()  # What the database refuses is answered here.
    return merge


def _absorb(family: Family, merge: Merge, by: Actor) -> None:
    """Mark the others as gone, so that the survivor can take even what no two may share."""
    for one in family.absorbed:
        one.deleted_at, one.deleted_by_id, one.delete_batch_id = by.now, by.user_id, merge.id
        one.version += 1
    by.session.flush()  # Their values are free from here on.
    give_back_records(by, len(family.absorbed))


def _lifted(
    record_type: RecordType, family: Family, values: Mapping[str, Any]
) -> dict[str, str | None]:
    """New values for references of the survivor that would point to one of the merged records."""
    inside = {one.id: one for one in family.records}
    found: dict[str, str | None] = {}
    for field in record_type.fields:
        if field.to != record_type.key or field.readonly:
            continue
        stands = field.value(family.survivor)
        wanted = UUID(values[field.key]) if values.get(field.key) else stands
        if field.key in values and values[field.key] is None:
            continue
        above, met = wanted, {family.survivor.id}
        while above in inside and above not in met:
            met.add(above)
            above = field.value(inside[above])
        above = None if above in met else above
        if above != wanted:
            found[field.key] = str(above) if above else None
    return found


def _write_events(record_type: RecordType, family: Family, by: Actor) -> None:
    ids = [str(one.id) for one in family.absorbed]
    for one in family.absorbed:
        _write(record_type, one, ABSORBED, by, {})
    _write(record_type, family.survivor, MERGED, by, {MERGED: [None, ids]})


def _write(
    record_type: RecordType, record: Any, verb: str, by: Actor, changes: Mapping[str, Any]
) -> None:
    account_id = account_of(record_type, record)
    write_event(by, record_type.key, record.id, verb, account_id=account_id, changes=changes)
