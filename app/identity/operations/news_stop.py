"""Stopping the mails of news by the address that stands in each of them (RFC 8058)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.events import write_event
from app.events.models import Event
from app.identity import outside
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.news_links import make_link, read_link
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from tenants.facts import TenantFacts

PLACE = "/news/stop"
STOPPED = "news_mail_stopped"


def stop_url(by: Actor, user: User) -> str:
    """The address that stops the mails of a person, for a mail that is made now."""
    link = make_link(user.id, by.now, by.tenant.id, outside.settings().keys)
    return outside.workspace_url(by.tenant, f"{PLACE}/{link}")


def find_stop(session: Session, tenant: TenantFacts, link: str) -> tuple[User, bool]:
    """Whose mails an address stops, and whether it can still: no mail is wanted, or it was used.

    Once a person has stopped the mails, the addresses of all mails before mean nothing any more,
    so that who wants mails again is not stopped by an old one. Missing for an address that is not
    ours, or another workspace's.
    """
    found = read_link(link, tenant.id, outside.settings().keys)
    user = session.get(User, found[0]) if found is not None else None
    if found is None or user is None:
        raise Missing(_("This address is not whole: copy it from the mail again."))
    used = exists().where(
        Event.record_type == "user",
        Event.record_id == user.id,
        Event.verb == STOPPED,
        Event.at >= found[1],
    )
    return user, bool(user.mailed) and not session.scalar(select(used))


def stop_mails(session: Session, tenant: TenantFacts, link: str, now: datetime) -> User:
    """Mail a person no news any more; by an address that was used before nothing is changed.

    It holds in a workspace that is read-only, too: whoever wants no mail gets none.
    """
    user, can_stop = find_stop(session, tenant, link)
    if can_stop:
        by = actor_for(session, tenant, user, now, "web", user.language or tenant.language)
        user.mailed, user.digest_at = {}, None
        write_event(by, "user", user.id, STOPPED)
    return user
