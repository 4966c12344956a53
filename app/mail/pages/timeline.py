"""Mails on the timelines of the records they stand on: of each thread its newest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased, defer

from app.kernel.actor import Actor
from app.mail.messages.find import files_by_message, visible
from app.mail.messages.models import Message, MessageLink, State
from app.mail.messages.places import are_any, shows_addresses, takes_mail
from app.mail.pages.cards import card
from app.records.model import Record
from app.records.pages.timeline import Asked, Entry, Source
from app.records.pool.reading import is_read_in_pool
from app.records.types import RecordType

TEMPLATE = "mail/_entry.html"
MAIL = "mail"
MOST_UPCOMING = 20
MOST_IN_THREAD = 100

_link, _message = aliased(MessageLink), aliased(Message)


def told(record_type: RecordType, record: Record, by: Actor, asked: Asked) -> list[Entry]:
    """The newest mail of each thread that stands on a record, newest first."""
    if not _has_mails(record_type, by):
        return []
    same = and_(
        _link.record_type == record_type.key,
        _link.record_id == record.id,
        _link.thread_id == MessageLink.thread_id,
    )
    others = and_(same, _message.id == _link.message_id, visible(by, _message), _past(_message))
    newer = exists().where(
        others, tuple_(_link.at, _link.message_id) > tuple_(MessageLink.at, MessageLink.message_id)
    )
    older = (
        (select(func.count()).select_from(_link).join(_message, _message.id == _link.message_id))
        .where(others)
        .scalar_subquery()
    )
    statement = _on(record_type, record, by).where(_past(Message), ~newer)
    statement = statement.add_columns(older.label("in_thread"))
    if asked.before is not None:
        statement = statement.where(tuple_(MessageLink.at, Message.id) < asked.before)
    statement = statement.order_by(MessageLink.at.desc(), MessageLink.message_id.desc())
    rows = by.session.execute(statement.limit(asked.limit + 1)).all()
    return _entries(rows, record_type, record, by)


def upcoming(record_type: RecordType, record: Record, by: Actor, _asked: Asked) -> list[Entry]:
    """What is to go later, and the reader's drafts, the nearest first."""
    if not _has_mails(record_type, by):
        return []
    statement = _on(record_type, record, by).where(~_past(Message)).order_by(MessageLink.at)
    rows = by.session.execute(statement.limit(MOST_UPCOMING)).all()
    return _entries(rows, record_type, record, by)


def thread(message: Message, record_type: RecordType, record: Record, by: Actor) -> list[Entry]:
    """The mails before one in its thread that stand on a record too, newest first."""
    statement = _on(record_type, record, by).where(
        _past(Message),
        MessageLink.thread_id == message.thread_id,
        tuple_(MessageLink.at, MessageLink.message_id) < (message.at, message.id),
    )
    statement = statement.order_by(MessageLink.at.desc(), MessageLink.message_id.desc())
    rows = by.session.execute(statement.limit(MOST_IN_THREAD)).all()
    return _entries(rows, record_type, record, by, says_day=True)


def entry(
    message: Message, record_type: RecordType, record: Record, by: Actor, looked: int = 0
) -> Entry:
    """One mail by itself."""
    return _entries([(message, 1)], record_type, record, by, looked)[0]


def _has_mails(record_type: RecordType, by: Actor) -> bool:
    return are_any(by) and takes_mail(record_type) and not is_read_in_pool(record_type, by)


def _on(record_type: RecordType, record: Record, by: Actor) -> Select[Any]:
    return (
        select(Message)
        .options(defer(Message.html, raiseload=True))  # Strangers write long ones.
        .join(MessageLink, MessageLink.message_id == Message.id)
        .where(
            MessageLink.record_type == record_type.key,
            MessageLink.record_id == record.id,
            visible(by),
        )
    )


def _past(message: Any) -> ColumnElement[bool]:
    """What is told as done or as just under way; the rest is planned."""
    waits = and_(message.state == State.WAITING.value, message.is_later.is_(True))
    return ~or_(message.state == State.DRAFT.value, waits)


def _entries(
    rows: Any,
    record_type: RecordType,
    record: Record,
    by: Actor,
    looked: int = 0,
    *,
    says_day: bool = False,
) -> list[Entry]:
    messages: list[Message] = [row[0] for row in rows]
    files = files_by_message([one.id for one in messages], by)
    place = f"{record_type.collection}/{record.id}"
    open_addresses = shows_addresses(by)
    return [
        Entry(
            row[0].at,
            row[0].id,
            TEMPLATE,
            card(
                row[0],
                files.get(row[0].id, ()),
                by,
                place=place,
                shows_addresses=open_addresses,
                earlier=row[1] - 1 if len(row) > 1 else 0,
                looked=looked,
                says_day=says_day,
            ),
        )
        for row in rows
    ]


SOURCE = Source("", (), told, upcoming=upcoming, joins=(MAIL,))
