"""Signing in and out: a password, where asked for a code, and then a session of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.events import write_event
from app.identity.actors import SECRET_LENGTH, actor_for
from app.identity.agents import agent_label
from app.identity.models import KnownDevice, SignInChallenge, User, UserSession
from app.identity.operations.two_factor import use_code
from app.identity.passwords import MAXIMUM, hash_password, needs_rehash, verify_password
from app.identity.secret import digest, new_secret
from app.identity.sign_in_rules import rules_of
from app.identity.texts import email_key
from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.phones import to_e164
from app.kernel.rows import rows_written
from tenants.facts import TenantFacts

CHALLENGE = timedelta(minutes=10)  # The code must follow the password within this.
SESSIONS_KEPT = 50  # Sessions of one user at a time; the oldest make room.


@dataclass(frozen=True, slots=True)
class Visit:
    """Where an attempt comes from: address, User-Agent, and the cookie of a known device."""

    address: str = ""
    agent: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session was opened: the token for its cookie, the token for the device's cookie."""

    token: str
    device: str
    user: User
    session_id: UUID


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The password was right; a code must follow, together with this challenge."""

    challenge: str
    user: User


def find_user(session: Session, tenant: TenantFacts, login: str) -> User | None:
    """The user whom an e-mail or a confirmed phone number names, active or not, or None."""
    typed = login.strip()
    if not typed or len(typed) > SECRET_LENGTH + 54 or "\x00" in typed:
        return None
    names = [User.email_key == email_key(typed)]
    number = to_e164(typed, tenant.country) if "@" not in typed and len(typed) <= 40 else None
    if number is not None:
        names.append((User.phone == number) & User.phone_confirmed_at.is_not(None))
    return session.scalars(select(User).where(or_(*names))).first()


def sign_in(
    session: Session, tenant: TenantFacts, *, login: str, password: str, now: datetime, visit: Visit
) -> Opened | CodeNeeded:
    """Check a password and open a session, or ask for the code of the second step.

    Unknown, disabled and wrong are one answer that takes the same time.
    """
    user = find_user(session, tenant, login)
    known = user is not None and user.is_active
    right = verify_password(user.password_hash if user and known else None, password[: MAXIMUM * 2])
    if user is None or not right:
        raise Refused(_("This e-mail or phone number and password don't match."), field="password")
    if user.password_hash is not None and needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    if user.has_two_factor:
        return _challenge(session, user, now)
    return open_session(session, tenant, user, now, visit)


def challenged_user(session: Session, challenge: str, now: datetime) -> User | None:
    """The user whose code is awaited, while the challenge holds."""
    if not challenge or len(challenge) > SECRET_LENGTH:
        return None
    return session.scalars(
        select(User)
        .join(SignInChallenge, SignInChallenge.user_id == User.id)
        .where(
            SignInChallenge.digest == digest(challenge),
            SignInChallenge.generation == User.generation,
            SignInChallenge.expires_at > now,
            User.is_active,
        )
    ).one_or_none()


def enter_code(
    session: Session, tenant: TenantFacts, *, challenge: str, code: str, now: datetime, visit: Visit
) -> Opened:
    """The second step: a code of the person's phone, or one of the recovery codes."""
    user = challenged_user(session, challenge, now)
    if user is None:
        raise Refused(_("This took too long. Enter your password again."), field="challenge")
    by = actor_for(session, tenant, user, now, "web")
    if not use_code(by, user, code):
        raise Refused(_("This code is wrong or was used before."), field="code")
    session.execute(delete(SignInChallenge).where(SignInChallenge.user_id == user.id))
    return open_session(session, tenant, user, now, visit)


def open_session(
    session: Session, tenant: TenantFacts, user: User, now: datetime, visit: Visit
) -> Opened:
    """Open a fresh session for a user who has proved to be there; what expired is swept."""
    token, device = new_secret(), visit.device or new_secret()
    by = actor_for(session, tenant, user, now, "web")
    _sweep(session, user, now)
    rules = rules_of(session)
    row = UserSession(
        digest=digest(token),
        user_id=user.id,
        generation=user.generation,
        created_at=now,
        last_seen_at=now,
        idle_until=now + rules.idle,
        expires_at=now + rules.longest,
        address=visit.address[:45],
        agent=agent_label(visit.agent),
    )
    session.add(row)
    session.flush()  # The id is needed for the event and the answer.
    device = _remember_device(session, user, device, now)
    user.last_sign_in_at = now
    origin = {"address": [None, row.address], "agent": [None, row.agent]}
    write_event(by, "user", user.id, "signed_in", changes=origin)
    return Opened(token, device, user, row.id)


def note_failure(
    tenant: TenantFacts, session: Session, user_id: UUID, now: datetime, visit: Visit
) -> None:
    """Write a failed attempt on a known user into the audit."""
    user = session.get(User, user_id)
    if user is None:
        return
    by = actor_for(session, tenant, user, now, "web")
    origin = {"address": [None, visit.address[:45]], "agent": [None, agent_label(visit.agent)]}
    write_event(by, "user", user.id, "sign_in_failed", changes=origin)


def sign_out(session: Session, tenant: TenantFacts, *, token: str, now: datetime) -> None:
    """End the session that the token opens, on the server; an unknown token ends nothing."""
    row = session.scalars(select(UserSession).where(UserSession.digest == digest(token))).first()
    if row is None:
        return
    user = session.get(User, row.user_id)
    session.delete(row)
    if user is not None:
        write_event(actor_for(session, tenant, user, now, "web"), "user", user.id, "signed_out")


def is_known_device(session: Session, user: User, device: str) -> bool:
    """True when this user has signed in from the browser that carries `device`."""
    if not device or len(device) > SECRET_LENGTH:
        return False
    return bool(
        session.scalar(
            select(func.count())
            .select_from(KnownDevice)
            .where(KnownDevice.user_id == user.id, KnownDevice.digest == digest(device))
        )
    )


def _challenge(session: Session, user: User, now: datetime) -> CodeNeeded:
    """Remember that this user's password was right, for a few minutes."""
    secret = new_secret()
    session.execute(delete(SignInChallenge).where(SignInChallenge.expires_at <= now))
    session.add(
        SignInChallenge(
            digest=digest(secret),
            user_id=user.id,
            generation=user.generation,
            created_at=now,
            expires_at=now + CHALLENGE,
        )
    )
    return CodeNeeded(secret, user)


def _remember_device(session: Session, user: User, device: str, now: datetime) -> str:
    """Count the browser among the user's own; the answer is the token for its cookie."""
    if len(device) > SECRET_LENGTH:
        device = new_secret()
    seen = update(KnownDevice).where(
        KnownDevice.user_id == user.id, KnownDevice.digest == digest(device)
    )
    if not rows_written(session.execute(seen.values(last_used_at=now))):
        session.add(
            KnownDevice(digest=digest(device), user_id=user.id, created_at=now, last_used_at=now)
        )
    return device


def _sweep(session: Session, user: User, now: datetime) -> None:
    """Drop the user's sessions that ended, and the oldest beyond a bound."""
    kept = (
        select(UserSession.id)
        .where(
            UserSession.user_id == user.id,
            UserSession.generation == user.generation,
            UserSession.idle_until > now,
            UserSession.expires_at > now,
        )
        .order_by(UserSession.last_seen_at.desc())
        .limit(SESSIONS_KEPT - 1)
    )
    session.execute(
        delete(UserSession)
        .where(UserSession.user_id == user.id, UserSession.id.not_in(kept))
        .execution_options(synchronize_session=False)
    )
