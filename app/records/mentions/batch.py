"""Telling colleagues that a change of many records mentions them: one line for all of them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Text, cast, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.identity.actors import actor_for
from app.identity.models import Notice, User
from app.identity.models.notices import OF_BATCH
from app.identity.news import MENTIONED
from app.identity.operations.news_mail import mail_soon
from app.identity.operations.notices import with_kind
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.records.access import permitted
from app.records.registry import registry
from app.records.types import RecordType

WRITTEN = "mentioned in batches"
Called = dict[tuple[str, UUID], set[UUID]]  # The records that mention somebody, by type and person.


def keep_for_batch(
    record_type: RecordType, record_id: UUID, people: Collection[UUID], by: Actor
) -> None:
    """Remember in the session whom a record of the batch mentions anew, until all are told."""
    batches: dict[UUID | None, Called] = by.session.info.setdefault(WRITTEN, {})
    called = batches.setdefault(by.batch_id, {})
    for person in people:
        called.setdefault((record_type.key, person), set()).add(record_id)


def tell_mentioned_in_batch(by: Actor, batch_id: UUID) -> None:
    """Let everybody whom `by` mentioned in a batch just now learn of it once, if they may read it.

    No statement where nobody was mentioned; a statement or two for each person, however many
    records there are. What was left out, or waits for approval, mentions nobody.
    """
    called: Called = by.session.info.get(WRITTEN, {}).pop(batch_id, {})
    if not called:
        return
    by.session.flush()  # What they may read is asked of the database.
    wanted = select(User).where(User.id.in_({one for _key, one in called}), User.is_active)
    people = {one.id: one for one in by.session.scalars(wanted)}
    for (key, user_id), ids in called.items():
        person = people.get(user_id)
        if person is None or MENTIONED in person.muted:
            continue
        record_type = registry().type(key)
        model = record_type.model
        reader = actor_for(by.session, by.tenant, person, by.now, "web")
        seen = select(model.id).where(
            model.id.in_(ids),
            model.mentions.has_key(str(user_id)),  # type: ignore[attr-defined]
            permitted(record_type, reader),
        )
        if by.session.execute(seen.limit(1)).first() is not None:
            _tell(record_type, user_id, batch_id, by)
    mail_soon(by)


def _tell(record_type: RecordType, user_id: UUID, batch_id: UUID, by: Actor) -> None:
    """One line; `number` counts what else the batch did, so it begins with nothing."""
    statement = insert(Notice).values(
        id=new_id(),
        user_id=user_id,
        text="",
        url=f"/{record_type.collection}?sort=-updated_at",
        icon="at",
        at=by.now,
        since=by.now,
        record_type=record_type.key,
        batch_id=batch_id,
        number=0,
        kinds=cast([MENTIONED], ARRAY(Text)),
    )
    kept = statement.excluded
    by.session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "record_type", "batch_id"],
            index_where=OF_BATCH,
            set_={"at": kept.at, "kinds": with_kind(kept.kinds)},
        )
    )
