"""Making, replacing and withdrawing the address of one's calendar, and finding whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.events import write_event
from app.identity.actors import SECRET_LENGTH, actor_for
from app.identity.models import User
from app.identity.operations.guard import require_writable
from app.identity.secret import digest, new_secret
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.ids import new_id
from app.kernel.language import _, current
from app.records.feeds.models import CalendarFeed
from tenants.facts import TenantFacts

SUBJECT = "calendar_feed"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whose calendar a key opens, and the language of its words."""

    by: Actor
    language: str


def feed_of(by: Actor) -> CalendarFeed | None:
    """The address of the person who is there, if they have one; never that of who they look as."""
    return by.session.scalars(
        select(CalendarFeed).where(CalendarFeed.user_id == by.person_id)
    ).one_or_none()


def make_feed(by: Actor) -> str:
    """Give `by` a new address and answer with its key; the old one opens nothing any more."""
    require_writable(by)
    if by.user_id is None:
        raise NotPermitted(_("Your role does not allow this."))
    withdraw_feed(by)
    key = new_secret()
    made = CalendarFeed(
        id=new_id(),
        user_id=by.user_id,
        digest=digest(key),
        language=current(),
        created_at=by.now,
    )
    by.session.add(made)
    write_event(by, SUBJECT, made.id, "created")
    return key


def withdraw_feed(by: Actor) -> None:
    """Let the address of `by` open nothing any more."""
    require_writable(by)
    gone = by.session.scalars(
        delete(CalendarFeed).where(CalendarFeed.user_id == by.user_id).returning(CalendarFeed.id)
    ).all()
    for one in gone:
        write_event(by, SUBJECT, one, "revoked")


def subscriber(session: Session, tenant: TenantFacts, key: str, now: datetime) -> Subscriber | None:
    """Whose calendar a key opens, with the rights of this moment; None where it opens none."""
    if not key or len(key) > SECRET_LENGTH:
        return None
    row = session.execute(
        select(CalendarFeed.language, User)
        .join(User, User.id == CalendarFeed.user_id)
        .where(CalendarFeed.digest == digest(key), User.is_active)
    ).one_or_none()
    if row is None:
        return None
    return Subscriber(actor_for(session, tenant, row[1], now, "api", row[0]), row[0])
