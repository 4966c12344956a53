"""What is kept of a record under its id alone: gone with the record, as nothing can lead to it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from app.identity.models import Notice
from app.kernel.actor import Actor
from app.records.recents.models import OpenedRecord
from app.records.registry import registry
from app.records.sharing.models import Follower

OF_EVERY_RECORD: tuple[Any, ...] = (Notice, OpenedRecord, Follower)


def drop_belongings(record_type: str, ids: Collection[UUID], by: Actor) -> None:
    """Remove what names records that are removed for good, the modules' own tables included."""
    for model in (*OF_EVERY_RECORD, *registry().belongings):
        named = (model.record_type == record_type, model.record_id.in_(ids))
        by.session.execute(delete(model).where(*named))
