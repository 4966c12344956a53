"""Telling somebody something, and what they have read of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, case, cast, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from app.identity.models import Notice, User
from app.identity.models.notices import OPEN_OF_RECORD
from app.identity.news import KINDS
from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

KEPT = timedelta(days=90)
PAGE = 20
LINE = 300  # Characters of a line in the bell.


def tell(by: Actor, user_id: UUID, text: str, *, url: str, icon: str = "bell") -> None:
    """Put a line into somebody's bell, in `by`'s transaction; `text` is in their language.

    One that is longer than a bell's line ends in an ellipsis.
    """
    line = text if len(text) <= LINE else f"{text[: LINE - 1].rstrip()}…"
    by.session.add(Notice(id=new_id(), user_id=user_id, text=line, url=url, icon=icon, at=by.now))


def language_of_reader(by: Actor, user_id: UUID, via: str, asked: str) -> str:
    """The language in which somebody reads how it went with what they asked for.

    On a page that is the one they read it in, which is `asked`. A program and a command ask in a
    language of their own: then it is what the person chose, or the workspace's.
    """
    if via == "web":
        return asked
    user = by.session.get(User, user_id)
    return (user.language if user is not None else None) or by.tenant.language


def add_news(
    by: Actor,
    user_id: UUID,
    kind: str,
    record_type: str,
    record_id: UUID,
    *,
    url: str,
    icon: str,
    since: datetime | None = None,
) -> None:
    """Let somebody learn something of a record; what they have not read of it yet takes it up.

    `since` is when it happened, where that was not just now.
    """
    statement = insert(Notice).values(
        id=new_id(),
        user_id=user_id,
        text="",
        url=url,
        icon=icon,
        at=by.now,
        since=since or by.now,
        record_type=record_type,
        record_id=record_id,
        number=1,
        kinds=[kind],
    )
    by.session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "record_type", "record_id"],
            index_where=OPEN_OF_RECORD,
            set_={"at": by.now, "url": url, "kinds": with_kind(statement.excluded.kinds)},
        )
    )


def with_kind(newest: Any) -> Any:
    """The kinds of news of a notice that takes up another one."""
    held = func.coalesce(Notice.kinds, cast([], ARRAY(Text)))
    return case((held.op("@>")(newest), held), else_=func.array_cat(held, newest))


def notices_of(
    by: Actor,
    limit: int = PAGE,
    *,
    unread: bool = False,
    before: tuple[datetime, UUID] | None = None,
) -> list[Notice]:
    """The newest notices of `by`; with `unread` only those that were not read.

    Those `before` a moment and an id.
    """
    asked = select(Notice).where(Notice.user_id == by.person_id)
    if unread:
        asked = asked.where(Notice.read_at.is_(None))
    if before is not None:
        asked = asked.where(tuple_(Notice.at, Notice.id) < tuple_(*before))
    return list(by.session.scalars(asked.order_by(Notice.at.desc(), Notice.id.desc()).limit(limit)))


def find_notice(by: Actor, notice_id: UUID) -> Notice | None:
    """One of `by`'s notices, or None."""
    return by.session.scalars(
        select(Notice).where(Notice.id == notice_id, Notice.user_id == by.person_id)
    ).one_or_none()


def read_all(by: Actor) -> None:
    """Mark every notice of `by` as read."""
    by.session.execute(
        update(Notice)
        .where(Notice.user_id == by.person_id, Notice.read_at.is_(None))
        .values(read_at=by.now)
    )


def read_these(by: Actor, ids: Collection[UUID]) -> None:
    """Mark some notices of `by` as read; those of others are let be."""
    by.session.execute(
        update(Notice)
        .where(Notice.user_id == by.person_id, Notice.id.in_(ids), Notice.read_at.is_(None))
        .values(read_at=by.now)
    )


def count_open(by: Actor) -> int:
    """How many notices of `by` are unread as it stands now."""
    mine = select(func.count()).where(Notice.user_id == by.person_id, Notice.read_at.is_(None))
    return by.session.scalar(mine) or 0


def read_about(tenant: TenantFacts, user_id: UUID, url: str, now: datetime) -> None:
    """Mark as read what leads to the page that somebody looks at, in a scope of its own.

    Call it by `aside`, as a page that is looked at changes nothing by itself.
    """
    with tenant_scope(tenant) as session:
        session.execute(
            update(Notice)
            .where(Notice.user_id == user_id, Notice.url == url, Notice.read_at.is_(None))
            .values(read_at=now)
        )


def put_away(tenant: TenantFacts, user_id: UUID, seen: Mapping[UUID, datetime]) -> None:
    """Drop notices of which their reader may know nothing any more, in a scope of its own.

    `seen` has the moment of each as it was looked at: one that took up more news since stays.
    Call it by `aside`, as a page that is looked at changes nothing by itself.
    """
    as_seen = tuple_(Notice.id, Notice.at).in_(seen.items())
    with tenant_scope(tenant) as session:
        session.execute(delete(Notice).where(Notice.user_id == user_id, as_seen))


def choose_news(by: Actor, user: User, wanted: Collection[str]) -> None:
    """Tell somebody of nothing but the kinds of news that they want."""
    require_writable(by)
    user.muted = [kind for kind in KINDS if kind not in wanted]


def forget_notices(session: Session, now: datetime) -> None:
    """Drop what is so old that nobody looks for it."""
    session.execute(delete(Notice).where(Notice.at < now - KEPT))
