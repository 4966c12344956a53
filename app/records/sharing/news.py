"""Telling owners and followers what others do with their records: one statement beside a change.

Where records tell something of others (`told_on`), the followers of those learn it by another one.

A change of one record adds to the notice that its owner and followers have not read yet. Many
records that are changed as one batch become one notice for each person.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.events import Event
from app.identity.models import Notice, User
from app.identity.models.notices import OF_BATCH, OPEN_OF_RECORD
from app.identity.news import FOLLOWED, GIVEN, OWNED
from app.identity.operations.news_mail import mail_soon
from app.identity.operations.notices import with_kind
from app.kernel import stamps
from app.kernel.actor import Actor
from app.records.model import Record
from app.records.registry import registry
from app.records.sharing.around import tell_around
from app.records.sharing.followers import STAMP
from app.records.sharing.models import Follower
from app.records.types import RecordType

TRASH = "/settings/trash"


def tell_followers(
    record_type: RecordType, record: Record, by: Actor, *, is_given: bool = False
) -> None:
    """Let the owner and the followers of a record learn that `by` changed it.

    No statement is run where nobody but `by` can be concerned. What a batch changes is told by
    `tell_of_batch`, what the service does by itself is not told. `is_given`: its owner is new.
    """
    if by.user_id is None or by.batch_id is not None:
        return
    is_others = record.owner_id is not None and record.owner_id != by.user_id
    has_followers = stamps.stamp(by.session, STAMP) is not None
    if has_followers:
        tell_around(record_type, record, by)
    if not is_others and not has_followers:
        return
    owns = and_(User.id == record.owner_id, _wants(literal(GIVEN if is_given else OWNED)))
    follows = User.id.in_(
        select(Follower.user_id).where(
            Follower.record_type == record_type.key, Follower.record_id == record.id
        )
    )
    url = TRASH if record.deleted_at else f"/{record_type.collection}/{record.id}"
    people = select(
        *_notice(record_type, url, by),
        literal(record.id).label("record_id"),
        null().label("batch_id"),
        literal(1).label("number"),
        _kinds(owns, literal(GIVEN if is_given else OWNED)),
    ).where(*_others(by), or_(owns, and_(follows, _wants(literal(FOLLOWED)))))
    statement = insert(Notice).from_select(_names(people), people)
    kept = statement.excluded
    by.session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "record_type", "record_id"],
            index_where=OPEN_OF_RECORD,
            set_={"at": kept.at, "url": kept.url, "kinds": with_kind(kept.kinds)},
        )
    )
    mail_soon(by)


def tell_of_batch(by: Actor, batch_id: UUID) -> None:
    """Let owners and followers learn how many of their records `by` changed just now in a batch.

    Each is told once of each record type, however many records and pieces of the batch there are.
    """
    if by.user_id is None:
        return
    mine = (Event.batch_id == batch_id, Event.at == by.now)
    for key in by.session.scalars(select(Event.record_type).where(*mine).distinct()).all():
        found = registry().get(key)
        if found is not None:
            _tell_of_type(found, mine, batch_id, by)
    mail_soon(by)


def _tell_of_type(
    record_type: RecordType, mine: tuple[ColumnElement[bool], ...], batch_id: UUID, by: Actor
) -> None:
    model = record_type.model
    is_given = or_(Event.verb == "created", Event.changes.has_key("owner_id"))
    # Whoever makes a record for themselves is most of a file, and concerns nobody else.
    own = and_(
        Event.verb == "created",
        func.coalesce(Event.changes["owner_id"][1].astext, "") == str(by.user_id),
    )
    changed = (
        select(model.id, model.owner_id, func.bool_or(is_given).label("is_given"))
        .join(Event, Event.record_id == model.id)
        .where(*mine, Event.record_type == record_type.key, not_(own))
        .group_by(model.id)
        .cte("changed")
    )
    owns = and_(
        User.id == changed.c.owner_id, _wants(case((changed.c.is_given, GIVEN), else_=OWNED))
    )
    follows = (
        select(Follower.user_id)
        .where(
            Follower.record_type == record_type.key,
            Follower.record_id == changed.c.id,
            Follower.user_id == User.id,
        )
        .exists()
    )
    # Of many records the kind that says most, as "given" stands before "owned" and "followed".
    kind = case((func.bool_or(owns & changed.c.is_given), GIVEN), (func.bool_or(owns), OWNED))
    people = (
        select(
            *_notice(record_type, f"/{record_type.collection}?sort=-updated_at", by),
            null().label("record_id"),
            literal(batch_id).label("batch_id"),
            func.count().label("number"),
            _kinds(func.bool_or(owns), kind),
        )
        .select_from(changed)
        .join(User, or_(owns, and_(follows, _wants(literal(FOLLOWED)))))
        .where(*_others(by))
        .group_by(User.id)
    )
    statement = insert(Notice).from_select(_names(people), people)
    kept = statement.excluded
    by.session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "record_type", "batch_id"],
            index_where=OF_BATCH,
            set_={
                "at": kept.at,
                "number": Notice.number + kept.number,
                "kinds": with_kind(kept.kinds),
            },
        )
    )


def _notice(record_type: RecordType, url: str, by: Actor) -> tuple[Any, ...]:
    """What every notice of news holds, for the person of its row."""
    return (
        func.gen_random_uuid().label("id"),
        User.id.label("user_id"),
        literal("").label("text"),
        literal(url).label("url"),
        literal(record_type.icon).label("icon"),
        literal(by.now).label("at"),
        literal(by.now).label("since"),
        literal(record_type.key).label("record_type"),
    )


def _kinds(owns: ColumnElement[bool], kind: ColumnElement[str]) -> Any:
    """The kind of news for the person of a row: `kind` for who owns the record."""
    return func.array_append(cast([], ARRAY(Text)), case((owns, kind), else_=FOLLOWED)).label(
        "kinds"
    )


def _names(people: Any) -> list[str]:
    return [column.name for column in people.selected_columns]


def _others(by: Actor) -> tuple[ColumnElement[bool], ...]:
    return (User.is_active.is_(True), User.id != by.user_id)


def _wants(kind: ColumnElement[str]) -> ColumnElement[bool]:
    """People who want to be told this kind of news."""
    is_muted: ColumnElement[bool] = User.muted.op("?", is_comparison=True)(kind)
    return not_(is_muted)
