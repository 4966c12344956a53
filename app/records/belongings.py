"""What names a record by its type and its id alone, where no column refers to its table.

A table of a module that does so is declared once, in its manifest: its rows go with the record when
that is removed for good, and follow it when it is merged into another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete

from app.identity.models import Notice
from app.kernel.actor import Actor
from app.records.duplicates.keep import forget_denials_of
from app.records.favourites.models import Favourite
from app.records.files.leaving import drop_files
from app.records.files.models import File
from app.records.merge.models import MergedRecord
from app.records.recents.models import OpenedRecord
from app.records.registry import registry
from app.records.sharing.models import Follower

OF_EVERY_RECORD: tuple[Any, ...] = (Notice, OpenedRecord, Follower, Favourite)


@dataclass(frozen=True, slots=True)
class Mention:
    """Two columns of a table that name any record: by its type and by its id.

    `among(record_type, ids)` selects the keys of the rows that can name them, where an index of
    their own would be too much. Of a table that names records of one type alone `of` is that type;
    it has no column for it.
    """

    model: Any
    type_column: str = "record_type"
    id_column: str = "record_id"
    among: Callable[[str, Collection[UUID]], Select[UUID]] | None = None
    of: str = ""


def mentions() -> tuple[Mention, ...]:
    """Everything that names any record: it follows one that is merged."""
    rows = (*OF_EVERY_RECORD, File, *registry().belongings)
    merged_before = Mention(MergedRecord, id_column="into_id")
    # What is found through other tables is moved before these.
    return (*registry().mentions, *(Mention(model) for model in rows), merged_before)


def drop_belongings(record_type: str, ids: Collection[UUID], by: Actor) -> None:
    """Remove what names records that are removed for good, the modules' own tables included."""
    drop_files(record_type, ids, by)
    for model in (*OF_EVERY_RECORD, *registry().belongings):
        named = (model.record_type == record_type, model.record_id.in_(ids))
        by.session.execute(delete(model).where(*named))
    forget_denials_of(record_type, ids, by)
    led_here = (MergedRecord.record_type == record_type, MergedRecord.into_id.in_(ids))
    by.session.execute(delete(MergedRecord).where(*led_here))
