"""Confirming the e-mail that somebody signed up or joined with: a link that only it got.

It is kept as a change to the address that they have already, so that there is one kind of link, and
asking for another address takes its place.
"""

from __future__ import annotations

from sqlalchemy import delete

from app.events import write_event
from app.identity import outside
from app.identity.actors import UNPROVED
from app.identity.models import EmailChange, User
from app.identity.operations.email_change import LIVES, find_email_change
from app.identity.operations.guard import require_writable
from app.identity.secret import digest, new_secret
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _


def ask_for_proof(by: Actor, user: User, template: str = "email_proof") -> None:
    """Mail somebody the link that confirms their address; an earlier link of theirs dies."""
    require_writable(by)
    secret = new_secret()
    by.session.execute(delete(EmailChange).where(EmailChange.user_id == user.id))
    by.session.add(
        EmailChange(
            digest=digest(secret),
            user_id=user.id,
            generation=user.generation,
            email=user.email,
            created_at=by.now,
            expires_at=by.now + LIVES,
        )
    )
    user.email_confirmed_at = None
    outside.send(
        by,
        to=user.email,
        template=template,
        language=user.language or by.tenant.language,
        stop_url=None,
        name=user.name,
        url=outside.workspace_url(by.tenant, f"/settings/me/email/{secret}"),
        hours=int(LIVES.total_seconds() // 3600),
    )


def confirm_proof(by: Actor, user: User, secret: str) -> bool:
    """Confirm the address by its link; False where the link is for another address.

    Missing for a link that is spent or somebody else's.
    """
    change = find_email_change(by, user, secret)
    if change.email != user.email:
        return False
    require_writable(by)
    by.session.delete(change)
    user.email_confirmed_at = by.now
    write_event(by, "user", user.id, "email_confirmed")
    return True


def is_unproved(by: Actor) -> bool:
    """True for somebody who is signed in and has yet to confirm their e-mail."""
    return by.previews is None and bool(by.session.info.get(UNPROVED))


def require_proof(by: Actor, *, field: str | None = None) -> None:
    """Refuse to mail strangers for somebody who never showed that their own address is theirs.

    It holds for pages and for programs alike: the person is asked, not the session.
    """
    user = by.session.get(User, by.user_id) if by.user_id is not None else None
    if user is not None and user.email_confirmed_at is None:
        told = _("Confirm your own e-mail first: open the link that we sent you.")
        raise Refused(told, field=field)
