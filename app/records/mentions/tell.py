"""Telling colleagues that a text mentions them, as far as they may read it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select

from app.identity.actors import actor_for
from app.identity.models import Notice, User
from app.identity.news import MENTIONED
from app.identity.operations.news_mail import mail_soon
from app.identity.operations.notices import add_news
from app.kernel.actor import Actor
from app.records.access import can_read, permitted
from app.records.mentions.batch import keep_for_batch
from app.records.mentions.model import MentioningRecord
from app.records.model import Record
from app.records.registry import registry
from app.records.types import RecordType

ALONE = [MENTIONED]
LATELY = timedelta(days=1)
MOST_WAITING = 10


def tell_mentioned(record_type: RecordType, record: MentioningRecord, by: Actor) -> None:
    """Let those whom a change of `by` mentions anew learn of it, and the others forget it.

    Who may not read the record is not told but kept in `unseen`. Of what is done to many at once
    they learn together (`batch.py`), of what comes by a file nothing. None is asked of the
    database where nobody came or went.
    """
    newly, no_longer = record.newly, record.no_longer
    record.newly = record.no_longer = ()
    if no_longer:
        _forget(record_type, record, no_longer, by)
    ids = [UUID(one) for one in newly if one != str(by.user_id)]
    if not ids or by.user_id is None or by.via == "import":
        return
    if by.batch_id is not None:
        keep_for_batch(record_type, record.id, ids, by)
        return
    people = by.session.scalars(select(User).where(User.id.in_(ids), User.is_active)).all()
    called, unseen = [], []
    for person in people:
        seen_by = actor_for(by.session, by.tenant, person, by.now, "web")
        if not can_read(record_type, record.id, seen_by):
            unseen.append(person.id)
        elif MENTIONED not in person.muted:
            _add(record_type, record, person.id, by)
            called.append(person.id)
    record.called, record.unseen = called, unseen
    if called:
        mail_soon(by)


def tell_shared(record_type: RecordType, record_id: UUID, user: User, by: Actor) -> None:
    """Let a colleague with whom `by` shares a record learn of the mentions that waited for that.

    Those that `by` wrote lately on the record, or in it.
    """
    if user.id == by.user_id or MENTIONED in user.muted:
        return
    for one_type in registry():
        standing = [
            one for one in one_type.through if one_type.field(one.key).to == record_type.key
        ]
        own = [one_type.model.id] if one_type.key == record_type.key else []
        if not one_type.mentioning or not (standing or own):
            continue
        model = one_type.model
        found = by.session.scalars(
            select(model)
            .where(
                or_(*(one == record_id for one in (*standing, *own))),
                permitted(one_type, actor_for(by.session, by.tenant, user, by.now, "web")),
                model.mentions.has_key(str(user.id)),  # type: ignore[attr-defined]
                model.updated_by_id == by.user_id,
                model.updated_at > by.now - LATELY,
            )
            .order_by(model.updated_at.desc())
            .limit(MOST_WAITING)
        )
        for one in found:
            _add(one_type, one, user.id, by, since=one.updated_at)


def _add(
    record_type: RecordType,
    record: Record,
    user_id: UUID,
    by: Actor,
    *,
    since: datetime | None = None,
) -> None:
    url = f"/{record_type.collection}/{record.id}"
    told = (MENTIONED, record_type.key, record.id)
    add_news(by, user_id, *told, url=url, icon="at", since=since)


def _forget(
    record_type: RecordType, record: MentioningRecord, gone: Collection[str], by: Actor
) -> None:
    """Take what tells of nothing but the mention out of the bells of who has not read it."""
    ids = [UUID(one) for one in gone]
    by.session.execute(
        delete(Notice).where(
            Notice.user_id.in_(ids),
            Notice.record_type == record_type.key,
            Notice.record_id == record.id,
            Notice.read_at.is_(None),
            Notice.kinds == ALONE,
        )
    )
