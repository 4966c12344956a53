"""Stopping a mailed report by the address that stands in each of its mails (RFC 8058)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.identity import outside
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.news_links import make_link, read_link
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.reports.mailings.models import ReportReader
from app.reports.mailings.plan import stop
from tenants.facts import TenantFacts

PLACE = "/reports/mail/stop"
PURPOSE = b"zuke report by mail stopped v1"


def stop_url(by: Actor, reader_id: UUID) -> str:
    """The address that stops a report for one reader, for a mail that is made now."""
    link = make_link(reader_id, by.now, by.tenant.id, outside.settings().keys, PURPOSE)
    return outside.workspace_url(by.tenant, f"{PLACE}/{link}")


def find_stop(session: Session, tenant: TenantFacts, link: str) -> tuple[ReportReader, bool]:
    """What an address stops, and whether it can still.

    Whoever has it mailed again is not stopped by an earlier mail. Missing for an address that is
    not ours, another workspace's, or of a mailing that there is no more.
    """
    found = read_link(link, tenant.id, outside.settings().keys, PURPOSE)
    row = session.get(ReportReader, found[0]) if found is not None else None
    if found is None or row is None:
        raise Missing(_("This address is not whole, or this report is mailed no more."))
    return row, row.stopped_at is None and found[1] >= row.since


def stop_by_link(session: Session, tenant: TenantFacts, link: str, now: datetime) -> None:
    """Mail somebody a report no more; it holds in a workspace that is read-only, too."""
    row, can_stop = find_stop(session, tenant, link)
    if can_stop:
        user = session.get_one(User, row.user_id)
        language = user.language or tenant.language
        stop(actor_for(session, tenant, user, now, "web", language), row)
