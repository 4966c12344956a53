"""Changing one's own e-mail: proved by the password, then by a link that the new address gets.

The link works for the same user, signed in: an address that was mistyped gives a stranger nothing.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from app.events import write_event
from app.identity import outside
from app.identity.actors import SECRET_LENGTH
from app.identity.models import EmailChange, User
from app.identity.operations.guard import require_writable
from app.identity.operations.hints import keep_hints
from app.identity.operations.passwords import end_everything
from app.identity.operations.sign_in import Opened, Visit, open_session
from app.identity.operations.users import find_by_email
from app.identity.passwords import verify_password
from app.identity.secret import digest, new_secret
from app.identity.texts import clean_email, email_key
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import _

LIVES = timedelta(hours=24)


def ask_email_change(by: Actor, user: User, *, email: str, password: str) -> EmailChange:
    """Mail the new address a link that confirms it; an earlier link of this user dies.

    An address that a colleague has is answered alike, and only its holder is told.
    """
    require_writable(by)
    if not verify_password(user.password_hash, password):
        raise Refused(_("This is not your password."), field="password")
    address = clean_email(email)
    if address == user.email:
        raise Refused(_("This is your e-mail already."), field="email")
    secret = new_secret()
    by.session.execute(delete(EmailChange).where(EmailChange.user_id == user.id))
    change = EmailChange(
        digest=digest(secret),
        user_id=user.id,
        generation=user.generation,
        email=address,
        created_at=by.now,
        expires_at=by.now + LIVES,
    )
    by.session.add(change)
    holder = _holder(by, user, address)
    if holder is None:
        url = outside.workspace_url(by.tenant, f"/settings/me/email/{secret}")
        hours = int(LIVES.total_seconds() // 3600)
        _mail(by, user, address, "email_change", name=user.name, url=url, hours=hours)
    else:
        _mail(by, holder, holder.email, "email_taken", name=holder.name, asker=user.name)
    write_event(by, "user", user.id, "email_change_asked")
    return change


def awaited_email_change(by: Actor, user: User) -> EmailChange | None:
    """The new address of this user that waits to be confirmed, or None."""
    return by.session.scalars(
        select(EmailChange).where(
            EmailChange.user_id == user.id,
            EmailChange.generation == user.generation,
            EmailChange.expires_at > by.now,
        )
    ).one_or_none()


def find_email_change(by: Actor, user: User, secret: str) -> EmailChange:
    """The change that a link confirms for this user, or Missing when it is spent or another's."""
    change = awaited_email_change(by, user)
    known = len(secret) <= SECRET_LENGTH and change is not None
    if change is None or not known or change.digest != digest(secret):
        raise _spent()
    return change


def confirm_email_change(by: Actor, user: User, *, secret: str, visit: Visit) -> Opened:
    """Sign in with the new address from now on, once per link.

    Every session and reset link ends, a fresh session is opened for this browser, and the old
    address is told.
    """
    require_writable(by)
    change = find_email_change(by, user, secret)
    claimed = by.session.scalars(
        delete(EmailChange).where(EmailChange.id == change.id).returning(EmailChange.email)
    ).all()
    if not claimed or _holder(by, user, claimed[0]) is not None:
        raise _spent()
    before, user.email, user.email_key = user.email, claimed[0], email_key(claimed[0])
    user.email_confirmed_at = by.now
    end_everything(by, user)
    write_event(by, "user", user.id, "email_changed", changes={"email": [before, user.email]})
    url = outside.workspace_url(by.tenant, "/login")
    _mail(by, user, before, "email_changed", name=user.name, url=url)
    keep_hints(by)
    return open_session(by.session, by.tenant, user, by.now, visit)


def cancel_email_change(by: Actor, user: User) -> None:
    """Forget a new address that was never confirmed; its link is dead."""
    by.session.execute(delete(EmailChange).where(EmailChange.user_id == user.id))


def _holder(by: Actor, user: User, address: str) -> User | None:
    """The colleague who has this address, or None."""
    found = find_by_email(by.session, address)
    return found if found is not None and found.id != user.id else None


def _mail(by: Actor, reader: User, to: str, template: str, **values: object) -> None:
    language = reader.language or by.tenant.language
    outside.send(by, to=to, template=template, language=language, stop_url=None, **values)


def _spent() -> Missing:
    return Missing(_("This link was used before or is too old. Ask for a new one."))
