"""Mails that go for good: those of which no record is left."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, exists, select

from app.kernel.actor import Actor
from app.mail.messages.find import FILES
from app.mail.messages.models import Message, MessageLink, State
from app.records.files.leaving import drop_files

CHUNK = 200
UNDER_WAY = (State.WAITING.value, State.SENDING.value)
YOUNG = timedelta(days=1)


def forget_placeless(by: Actor) -> int:
    """Remove some mails that stand on no record any more, with their files; answers how many."""
    stands = exists().where(MessageLink.message_id == Message.id)
    ids = by.session.scalars(
        select(Message.id)
        .where(~stands, Message.state.not_in(UNDER_WAY), Message.created_at < by.now - YOUNG)
        .limit(CHUNK)
    ).all()
    drop_files(FILES, ids, by)
    by.session.execute(delete(Message).where(Message.id.in_(ids)))
    return len(ids)
