"""Changing a password, and the mail that lets somebody set a new one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.events import write_event
from app.identity import outside
from app.identity.actors import SECRET_LENGTH, actor_for
from app.identity.models import (
    EmailChange,
    KnownDevice,
    PasswordReset,
    SignInChallenge,
    User,
    UserSession,
)
from app.identity.operations.sign_in import Opened, Visit, find_user, open_session
from app.identity.passwords import check_new_password, hash_password, verify_password
from app.identity.secret import digest, new_secret
from app.identity.sign_in_rules import rules_of
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from tenants.facts import TenantFacts

RESET_LIVES = timedelta(minutes=45)


def set_password(by: Actor, user: User, password: str, *, field: str = "password") -> None:
    """Keep a new password and end all that the old one opened: sessions, resets, half sign-ins."""
    minimum = rules_of(by.session).password_length
    check_new_password(password, email=user.email, name=user.name, field=field, minimum=minimum)
    user.password_hash = hash_password(password)
    user.password_changed_at = by.now
    end_everything(by, user)


def end_everything(by: Actor, user: User) -> None:
    """End every session, link, half-done sign-in and known device of a user at once."""
    user.generation += 1
    for model in (UserSession, PasswordReset, EmailChange, SignInChallenge, KnownDevice):
        by.session.execute(delete(model).where(model.user_id == user.id))


def change_password(by: Actor, user: User, *, present: str, new: str, visit: Visit) -> Opened:
    """Change one's own password; every session ends, and a fresh one is opened for this browser."""
    if not verify_password(user.password_hash, present):
        raise Refused(_("This is not your current password."), field="present")
    if verify_password(user.password_hash, new):
        raise Refused(_("Choose a password that differs from the current one."), field="new")
    set_password(by, user, new, field="new")
    write_event(by, "user", user.id, "password_changed")
    return open_session(by.session, by.tenant, user, by.now, visit)


def send_reset(by: Actor, *, login: str) -> None:
    """Mail a reset link to the user whom `login` names; for nobody, nothing happens.

    Run as a job, so that the page answers alike and equally fast for known and unknown people.
    """
    user = find_user(by.session, by.tenant, login)
    if user is None or not user.is_active:
        return
    mail_reset(by, user)


def mail_reset(by: Actor, user: User) -> None:
    """Make a reset link for this user, replacing earlier ones, and mail it."""
    secret = new_secret()
    by.session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    by.session.add(
        PasswordReset(
            digest=digest(secret),
            user_id=user.id,
            generation=user.generation,
            created_at=by.now,
            expires_at=by.now + RESET_LIVES,
            used_at=None,
        )
    )
    outside.send(
        by,
        to=user.email,
        template="reset",
        language=user.language or by.tenant.language,
        name=user.name,
        url=outside.workspace_url(by.tenant, f"/password/reset/{secret}"),
        minutes=int(RESET_LIVES.total_seconds() // 60),
    )
    write_event(by, "user", user.id, "reset_requested")


def find_reset(session: Session, secret: str, now: datetime) -> User:
    """The user whose password a reset link may set, or Missing when the link is spent."""
    found = None
    if len(secret) <= SECRET_LENGTH:
        found = session.scalars(
            select(User)
            .join(PasswordReset, PasswordReset.user_id == User.id)
            .where(
                PasswordReset.digest == digest(secret),
                PasswordReset.generation == User.generation,
                PasswordReset.used_at.is_(None),
                PasswordReset.expires_at > now,
                User.is_active,
            )
        ).one_or_none()
    if found is None:
        raise Missing(_("This link was used before or is too old. Ask for a new one."))
    return found


def reset_password(
    session: Session, tenant: TenantFacts, *, secret: str, password: str, now: datetime
) -> User:
    """Set a new password by a reset link, once; signing in (and the second step) comes after."""
    user = find_reset(session, secret, now)
    minimum = rules_of(session).password_length
    check_new_password(password, email=user.email, name=user.name, minimum=minimum)
    claimed = session.scalars(
        update(PasswordReset)
        .where(PasswordReset.digest == digest(secret), PasswordReset.used_at.is_(None))
        .values(used_at=now)
        .returning(PasswordReset.id)
    ).all()
    if not claimed:
        raise Missing(_("This link was used before or is too old. Ask for a new one."))
    by = actor_for(session, tenant, user, now, "web")
    set_password(by, user, password)
    user.email_confirmed_at = user.email_confirmed_at or now  # The link came by that address.
    write_event(by, "user", user.id, "password_reset")
    outside.send(
        by,
        to=user.email,
        template="password_changed",
        language=user.language or tenant.language,
        name=user.name,
        url=outside.workspace_url(tenant, "/password/forgot"),
    )
    return user
