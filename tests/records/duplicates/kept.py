"""What must hold of the kept keys at any moment, whatever was done before."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.records.duplicates.keep import keys_of_record
from app.records.duplicates.models import DuplicateKey, SharedKey
from app.records.registry import registry


def agree(by: Actor) -> int:
    """Hold that the keys are those of the living records, and the shared ones those of several.

    Answers with how many keys are shared.
    """
    by.session.flush()
    by.session.expire_all()
    shared = 0
    for record_type in registry():
        live = select(record_type.model).where(record_type.model.deleted_at.is_(None))
        wanted = {
            (one.id, key)
            for one in by.session.scalars(live)
            for key in keys_of_record(record_type, one)
        }
        rows = select(DuplicateKey.record_id, DuplicateKey.key).where(
            DuplicateKey.record_type == record_type.key
        )
        held: set[tuple[UUID, int]] = {(one, key) for one, key in by.session.execute(rows)}
        assert held == wanted, record_type.key
        several = {key for key, count in Counter(key for _one, key in wanted).items() if count > 1}
        noted = select(SharedKey.key).where(SharedKey.record_type == record_type.key)
        assert set(by.session.scalars(noted)) == several, record_type.key
        shared += len(several)
    return shared
