"""Telling the followers of a record what others write down on it: notes, calls, tasks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, and_, case, func, literal, not_, null, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert

from app.identity.models import Notice, User
from app.identity.models.notices import OPEN_OF_RECORD
from app.identity.news import FOLLOWED
from app.identity.operations.notices import with_kind
from app.kernel.actor import Actor
from app.records.model import Record
from app.records.registry import registry
from app.records.sharing.models import Follower
from app.records.types import RecordType

MOST = 20  # Records that a notice remembers beside its own.


def tell_around(record_type: RecordType, record: Record, by: Actor) -> None:
    """Let the followers of what a record tells of learn that `by` made, changed or deleted it.

    Each is told once, on the nearest record that they follow; the owner of `record` is told of it
    itself, and so is whom it mentions. One statement, and none for a type that tells of nothing.
    """
    places = dict.fromkeys(record_type.told_on(record))
    if not places:
        return
    is_here = [
        and_(Follower.record_type == kind, Follower.record_id == record_id)
        for kind, record_id in places
    ]
    types = [registry().type(kind) for kind, _id in places]
    urls = [
        f"/{its_type.collection}/{record_id}"
        for its_type, (_kind, record_id) in zip(types, places, strict=True)
    ]

    def by_place(values: list[Any]) -> Any:
        return case(*zip(is_here, map(literal, values), strict=True))

    nearest = by_place(list(range(len(places))))
    people = (
        select(
            func.gen_random_uuid().label("id"),
            Follower.user_id,
            literal("").label("text"),
            by_place(urls).label("url"),
            by_place([one.icon for one in types]).label("icon"),
            literal(by.now).label("at"),
            literal(by.now).label("since"),
            Follower.record_type,
            Follower.record_id,
            null().label("batch_id"),
            literal(1).label("number"),
            literal([f"{record_type.key}:{record.id}"], ARRAY(Text)).label("beside"),
            literal([FOLLOWED], ARRAY(Text)).label("kinds"),
        )
        .ext(distinct_on(Follower.user_id))
        .join(User, User.id == Follower.user_id)
        .where(
            nearest.is_not(None),
            User.is_active.is_(True),
            User.id != by.user_id,
            User.id.is_distinct_from(record.owner_id),
            User.id.not_in(getattr(record, "called", ())),
            not_(User.muted.op("?", is_comparison=True)(FOLLOWED)),
        )
        .order_by(Follower.user_id, nearest)
    )
    statement = insert(Notice).from_select(
        [column.name for column in people.selected_columns], people
    )
    kept = statement.excluded
    by.session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "record_type", "record_id"],
            index_where=OPEN_OF_RECORD,
            set_={
                "at": kept.at,
                "url": kept.url,
                "beside": _latest(kept.beside, record_type, record),
                "kinds": with_kind(kept.kinds),
            },
        )
    )


def _latest(newest: Any, record_type: RecordType, record: Record) -> Any:
    """What a notice remembers, this record first and once."""
    others = func.array_remove(Notice.beside, f"{record_type.key}:{record.id}", type_=ARRAY(Text))
    return func.array_cat(newest, others, type_=ARRAY(Text))[1:MOST]
