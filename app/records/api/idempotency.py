"""Doing once what a program sends twice: the answer is kept for a day under the program's key.

The row is inserted before the work, in its transaction: whoever brings the same key meanwhile waits
in the database until that transaction ends. A refusal leaves no row, so it can be tried again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, String, Text, Uuid, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.kernel.model import Base, Digest, Id, Moment
from app.kernel.rows import rows_written
from app.records.api.shape import Reply

KEPT = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,200}")
HEADER = "Idempotency-Key"


class IdempotencyKey(Base):
    """One key of one user's program, what it was used for, and the answer."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        Index("uq_idempotency_keys_key", "user_id", "key", unique=True),
        Index("ix_idempotency_keys_created_at", "created_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid)
    key: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[Digest]
    created_at: Mapped[Moment]
    status: Mapped[int | None] = mapped_column(Integer)
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    body: Mapped[str | None] = mapped_column(Text)


def fingerprint(method: str, path: str, body: Any) -> str:
    """What a request asks for, as a digest; spaces and the order of fields make no difference."""
    return sha256(json.dumps([method, path, body], sort_keys=True).encode()).hexdigest()


def once(by: Actor, key: str | None, asked: str, work: Callable[[], Reply]) -> Reply:
    """Do `work` unless `key` was used in the last 24 hours; then its answer is given again.

    Refused when the key was used for something else than `asked`, a fingerprint.
    """
    if key is None:
        return work()
    if not KEY.fullmatch(key) or by.user_id is None:
        raise Refused(_("A key has 1 to 200 characters without spaces."), field=HEADER)
    if not _claim(by, by.user_id, key, asked):
        return _again(by, by.user_id, key, asked)
    done = work()
    by.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.user_id == by.user_id, IdempotencyKey.key == key)
        .values(status=done.status, headers=done.headers, body=done.body)
    )
    return done


def forget_keys(session: Session, now: datetime) -> int:
    """Delete the keys whose day is over; answers with how many."""
    old = IdempotencyKey.created_at < now - KEPT
    return rows_written(session.execute(delete(IdempotencyKey).where(old)))


def _claim(by: Actor, user_id: UUID, key: str, asked: str) -> bool:
    """True when the key is ours to use now: new, or so old that it counts as new."""
    fresh = {
        "fingerprint": asked,
        "created_at": by.now,
        "status": None,
        "headers": {},
        "body": None,
    }
    claim = (
        insert(IdempotencyKey)
        .values(id=new_id(), user_id=user_id, key=key, **fresh)
        .on_conflict_do_update(
            index_elements=["user_id", "key"],
            set_=fresh,
            where=IdempotencyKey.created_at < by.now - KEPT,
        )
        .returning(IdempotencyKey.id)
    )
    return by.session.execute(claim).first() is not None


def _again(by: Actor, user_id: UUID, key: str, asked: str) -> Reply:
    """The answer that was kept under a key."""
    kept = by.session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.user_id == user_id, IdempotencyKey.key == key)
    ).one()
    if kept.fingerprint != asked:
        raise Refused(_("This key was used for another request."), field=HEADER)
    headers = {**kept.headers, "Idempotent-Replayed": "true"}
    return Reply(kept.status or 200, kept.body or "", headers)
