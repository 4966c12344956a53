"""Which workspaces know an e-mail, for "find my workspace": kept outside them, as digests alone.

The digest is keyed, so that the table betrays no address to whoever gets hold of it alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.identity import outside
from app.identity.models import User
from app.identity.texts import email_key
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from tenants.control import MailHint
from tenants.database import control_session
from tenants.facts import TenantFacts

KEEP_HINTS = "keep_mail_hints"
PIECE = 1000  # Digests written by one statement.


def keep_hints(by: Actor) -> None:
    """See that the hints of the workspace are written anew, as its people changed."""
    enqueue(by, KEEP_HINTS, {}, key=KEEP_HINTS)


def hint(email: str, key: str) -> str:
    """What stands for an e-mail in the shared table; `key` is a secret of the service."""
    return hmac.new(key.encode(), f"hint|{email_key(email)}".encode(), sha256).hexdigest()


def write_hints(by: Actor) -> None:
    """Make the hints those of the people who may sign in here, and of nobody else."""
    secret = outside.settings().secret_key
    emails = by.session.scalars(select(User.email).where(User.is_active))
    wanted = {hint(one, secret) for one in emails}
    with control_session() as session:
        mine = MailHint.tenant_id == by.tenant.id
        known = set(session.scalars(select(MailHint.email_digest).where(mine)))
        gone = sorted(known - wanted)
        for start in range(0, len(gone), PIECE):
            piece = gone[start : start + PIECE]
            session.execute(delete(MailHint).where(mine, MailHint.email_digest.in_(piece)))
        add_hints(session, by.tenant, sorted(wanted - known))


def add_hints(session: Session, tenant: TenantFacts, digests: Iterable[str]) -> None:
    """Write that a workspace knows these addresses."""
    rows = [{"email_digest": one, "tenant_id": tenant.id} for one in digests]
    for start in range(0, len(rows), PIECE):
        piece = rows[start : start + PIECE]
        session.execute(insert(MailHint).values(piece).on_conflict_do_nothing())
