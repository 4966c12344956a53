"""Finding one's workspaces by e-mail: whoever asks learns nothing, only the mailbox does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.identity.operations.hints import hint
from app.identity.texts import clean_email
from app.jobs.enqueue import enqueue_service
from app.jobs.kinds import Service
from app.kernel.names import initial
from app.mail.service import send_service_mail
from config.settings import Settings
from tenants.control import MailHint, Tenant
from tenants.database import control_session
from tenants.facts import State

FIND = "find_workspaces"
MOST = 50  # Workspaces that one mail names.


def ask_for_workspaces(email: str, language: str, _now: datetime) -> str:
    """Have a mail sent to an address, if it is known; Refused only for what is no address.

    What is done here is the same for all; the rest is the worker's.
    """
    address = clean_email(email)
    with control_session() as session:
        enqueue_service(session, FIND, {"email": address, "language": language})
    return address


def workspaces_of(email: str, settings: Settings) -> list[dict[str, str]]:
    """The open workspaces in which somebody signs in by this address, by name."""
    with control_session() as session:
        digests = [hint(email, key) for key in settings.keys]
        known = session.scalars(
            select(MailHint.tenant_id).where(MailHint.email_digest.in_(digests)).limit(MOST)
        ).all()
        if not known:
            return []
        rows = session.execute(
            select(Tenant.slug, Tenant.name)
            .where(Tenant.id.in_(set(known)), Tenant.state != State.ERASED.value)
            .order_by(Tenant.name, Tenant.slug)
        ).all()
    return [
        {
            "name": row.name,
            "url": f"{settings.workspace_url(row.slug)}/login",
            "initial": initial(row.name),
        }
        for row in rows
    ]


def mail_found(service: Service, email: str, language: str) -> None:
    """Mail the workspaces of an address to it; an address that none knows gets nothing."""
    found = workspaces_of(email, service.settings)
    if not found:
        return
    with control_session() as session:
        send_service_mail(
            session,
            to=email,
            template="front/workspaces",
            values={"found": found, "service_url": service.settings.base_url},
            language=language,
        )
