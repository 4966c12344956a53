"""Finding messages: by the records that they stand on, and one by its id for who may read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.orm import defer

from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted
from app.kernel.language import _
from app.mail.messages.models import Message, MessageLink, State
from app.mail.messages.places import readable_place
from app.records.files.find import lines_by_record
from app.records.files.models import File
from app.records.files.places import missing
from app.records.files.tells import may_get
from app.records.model import Record
from app.records.types import RecordType

FILES = (
    "message"  # What files of messages stand on; no record type, so that no other page has them.
)


def visible(by: Actor, message: Any = Message) -> ColumnElement[bool]:
    """The messages of readable records that `by` may read: drafts are their writer's."""
    is_mine = message.user_id == by.person_id
    is_open = message.is_private.is_(False) & (message.state != State.DRAFT.value)
    return or_(is_open, is_mine)


def find_message(message_id: UUID, by: Actor) -> tuple[Message, RecordType, Record]:
    """A message with a record of it that `by` may read; Missing for all others, in one way."""
    message = by.session.scalars(
        select(Message).where(Message.id == message_id, visible(by))
    ).one_or_none()
    place = readable_place(message, by) if message is not None else None
    if message is None or place is None:
        raise Missing(_("There is no such e-mail."))
    return message, *place


def messages_of(
    record_type: RecordType,
    record: Record,
    by: Actor,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
) -> list[Message]:
    """A page of the messages on a record that `by` may read and one more, the newest first.

    Without the HTML of strangers, which is long.
    """
    place = (MessageLink.record_type == record_type.key, MessageLink.record_id == record.id)
    statement = (
        select(Message)
        .options(defer(Message.html, raiseload=True))
        .join(MessageLink, MessageLink.message_id == Message.id)
        .where(*place, visible(by))
        .order_by(MessageLink.at.desc(), MessageLink.message_id.desc())
    )
    if before is not None:
        statement = statement.where(tuple_(MessageLink.at, MessageLink.message_id) < before)
    return list(by.session.scalars(statement.limit(limit + 1)))


def find_mine(message_id: UUID, by: Actor) -> tuple[Message, RecordType, Record]:
    """The same of one that `by` wrote, to be changed; NotPermitted for a colleague's."""
    message, record_type, record = find_message(message_id, by)
    if message.user_id != by.user_id or by.user_id is None:
        raise NotPermitted(_("Only who wrote an e-mail can do this with it."))
    return message, record_type, record


def file_of(message: Message, file_id: UUID, by: Actor) -> File:
    """A file that came or went with a message; Missing for any other."""
    file = by.session.get(File, file_id)
    named = (FILES, message.id)
    if file is None or file.deleted_at is not None or (file.record_type, file.record_id) != named:
        raise missing()
    if not may_get(file, by):  # What stands on it may be for others alone.
        raise missing()
    return file


def files_by_message(ids: Collection[UUID], by: Actor) -> Mapping[UUID, list[Any]]:
    """The files of messages that `by` may read; one statement at most."""
    return lines_by_record(FILES, ids, by)
