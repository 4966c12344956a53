"""The background work of duplicates: keys of records from before a release, and what was missed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.jobs.enqueue import enqueue
from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.records.duplicates.groups import within
from app.records.duplicates.keep import keep_keys, note_shared
from app.records.duplicates.models import DuplicateKey
from app.records.registry import registry
from app.records.types import RecordType

KEYS = "refresh_duplicate_keys"
SHARED = "note_shared_keys"
CHUNK = 500  # Records at once; the others follow as jobs of so many.


@job(KEYS, while_suspended=True)
def refresh_duplicate_keys(by: Actor, payload: Payload) -> None:
    """Write the keys of the next records of a type; `zuke jobs backfill` asks for it."""
    kinds = [one.key for one in registry() if one.signs]
    kind, after = str(payload.get("kind") or kinds[0]), payload.get("after")
    if kind not in kinds:
        return
    last = _refresh(registry().type(kind), UUID(str(after)) if after else None, by)
    if last is not None:
        enqueue(by, KEYS, {"kind": kind, "after": str(last)})
        return
    note_shared(registry().type(kind), by)
    if kind != kinds[-1]:
        enqueue(by, KEYS, {"kind": kinds[kinds.index(kind) + 1]})


@job(SHARED, every=timedelta(days=1), while_suspended=True)
def note_shared_keys(by: Actor, _payload: Payload) -> None:
    """Note what transactions that met could not see of each other.

    Where a type has records and no key at all, they are from before there were keys; where people
    of no firm have a key by their name, from before a name alone told nothing.
    """
    for record_type in registry():
        if not record_type.signs:
            continue
        note_shared(record_type, by)
        if _lacks_keys(record_type, by) or _has_bare_names(record_type, by):
            enqueue(by, KEYS, {"kind": record_type.key})


def _refresh(record_type: RecordType, after: UUID | None, by: Actor) -> UUID | None:
    """Write the keys of the next records anew; the last of them where there may be more."""
    model = record_type.model
    chosen = select(model.id).where(model.deleted_at.is_(None)).order_by(model.id).limit(CHUNK)
    if after is not None:
        chosen = chosen.where(model.id > after)
    # Locked, so that what somebody changes at this moment is read before or after, never half.
    ids = by.session.scalars(chosen.with_for_update(key_share=True)).all()
    keep_keys(record_type, ids, by)
    return ids[-1] if len(ids) == CHUNK else None


def _lacks_keys(record_type: RecordType, by: Actor) -> bool:
    """True when records of the type stand there and none has a key."""
    any_key = select(DuplicateKey.key).where(DuplicateKey.record_type == record_type.key).limit(1)
    any_record = select(record_type.model.id).where(record_type.model.deleted_at.is_(None)).limit(1)
    return (
        by.session.execute(any_key).first() is None
        and by.session.execute(any_record).first() is not None
    )


def _has_bare_names(record_type: RecordType, by: Actor) -> bool:
    """True when a record has a key of a weak sign without what has to stand beside it."""
    model = record_type.model
    found = (
        select(DuplicateKey.key)
        .join(model, model.id == DuplicateKey.record_id)
        .where(DuplicateKey.record_type == record_type.key)
        .limit(1)
    )
    return any(
        by.session.execute(
            found.where(within(DuplicateKey.key, (sign.how,)), sign.beside.is_(None))
        ).first()
        is not None
        for sign in record_type.signs
        if sign.beside is not None
    )


JOBS = (refresh_duplicate_keys, note_shared_keys)
