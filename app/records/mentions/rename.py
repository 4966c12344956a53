"""Letting texts follow when somebody whom they mention is renamed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor, Approval
from app.kernel.errors import Refused
from app.records.door import perform
from app.records.mentions.colleagues import colleagues
from app.records.mentions.spots import spots
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType

RENAME = "rename_mentions"
CHUNK = 200  # Records in one run, so that no transaction is long.
PAUSE = timedelta(hours=1)  # While nothing may be changed in the workspace.


def follow_names(by: Actor) -> None:
    """See to it that texts name everybody as they are called now; the caller changed a name."""
    enqueue(by, RENAME, {}, key=RENAME)


def rename_mentions(by: Actor) -> None:
    """Write anew the texts that mention somebody under another name, some at a time.

    Being run twice changes nothing more. Names that two share are told apart by the e-mail, so a
    new namesake changes how both are written. While the workspace is read-only it waits.
    """
    if by.tenant.is_read_only:  # Each text would be refused.
        enqueue(by, RENAME, {}, run_at=by.now + PAUSE, key=RENAME)
        return
    left = CHUNK
    for record_type in registry():
        if record_type.mentioning and by.tenant.allows(record_type.module):
            for one in colleagues(by):
                left -= _rename(tailored(record_type, by), one.id, one.handle, left, by)
                if left <= 0:
                    follow_names(by)
                    return


def _rename(record_type: RecordType, user_id: UUID, handle: str, most: int, by: Actor) -> int:
    """Rename one person in at most `most` records of a type; answers with how many there were."""
    model: Any = record_type.model
    stale = (
        select(model)
        .where(
            model.mentions.has_key(str(user_id)),
            model.mentions[str(user_id)].astext != handle,
            model.deleted_at.is_(None),
        )
        .order_by(model.id)
        .limit(most)
        .with_for_update()
    )
    records = by.session.scalars(stale).all()
    for record in records:
        _write(record_type, record, str(user_id), handle, by)
    return len(records)


def _write(record_type: RecordType, record: Any, user_id: str, handle: str, by: Actor) -> None:
    """Give one record its texts with the new name; where they can't be changed, they stay as plain
    words that mention nobody."""
    texts: dict[str, Any] = {}
    for key in record_type.mentioning:
        text = getattr(record, key)
        if text:
            longest = record_type.by_key[key].max_length
            texts[key] = _renamed(text, record.mentions, user_id, handle)[:longest]
    others = {key: name for key, name in record.mentions.items() if key != user_id}
    record.mentions = {**others, user_id: handle}
    by.session.flush()  # What is refused below is taken back to here.
    free = replace(by, approval=Approval())  # A name that follows its person needs no approval.
    try:
        with by.session.begin_nested():
            perform(record_type, "update", record, by=free, **texts)
    except Refused:
        record.mentions = others or None


def _renamed(text: str, known: dict[str, str], user_id: str, handle: str) -> str:
    """A text with the new name of one person wherever it mentions them."""
    written, at = "", 0
    for spot in spots(text, known):
        if spot.user_id == user_id:
            written += f"{text[at : spot.start + 1]}{handle}"
            at = spot.end
    return written + text[at:]
