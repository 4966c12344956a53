"""Who is there: the session behind a cookie, the user behind an API token, the actor they make.

A request costs one statement for session, user, role, team and the number of unread notices, none
for the grants once the role was met, and one more for the team's users where a grant reaches that
far.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.identity import members
from app.identity.members import Person
from app.identity.models import ApiToken, User, UserSession
from app.identity.rights import rights_of, team_user_ids
from app.identity.secret import TOKEN_PREFIX, digest
from app.identity.sign_in_rules import DUE, rules_of
from app.identity.unread import hold_unread, unread_of
from app.kernel import stamps
from app.kernel.actor import Actor, Reach, Rights
from app.kernel.ids import parse_id
from tenants.facts import TenantFacts
from tenants.prepared import Prepared
from tenants.scope import tenant_scope

SEEN_EVERY = timedelta(minutes=1)  # Last use is written at most this often.
APPROVALS = "approvals"  # Where a session keeps how many requests wait for who is signed in.
UNPROVED = "unproved"  # Where it keeps that their e-mail has yet to be confirmed.
FIRST_STEPS = "first_steps"  # Where it keeps that they set the workspace up.
SECRET_LENGTH = 200  # Nothing of ours is longer; longer cookies are not even looked up.


# Put together once: building it would cost each request more than running it.
_sessions = UserSession.__table__
SIGNED_IN = Prepared(
    select(
        _sessions.c.id,
        _sessions.c.last_seen_at,
        _sessions.c.preview_role_id,
        _sessions.c.preview_user_id,
        stamps.ALL,
        unread_of(members.users.c.id),
        *members.COLUMNS,
    )
    .select_from(members.MEMBERS.join(_sessions, _sessions.c.user_id == members.users.c.id))
    .where(
        _sessions.c.digest == bindparam("digest"),
        _sessions.c.generation == members.users.c.generation,
        _sessions.c.idle_until > bindparam("now"),
        _sessions.c.expires_at > bindparam("now"),
        members.users.c.is_active,
    )
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that holds, with its user."""

    session_id: UUID
    last_seen_at: datetime
    preview_role_id: UUID | None
    preview_user_id: UUID | None
    user: Person

    def is_stale(self, now: datetime) -> bool:
        """True when the last use is so old that it should be written again."""
        return now - self.last_seen_at >= SEEN_EVERY


@dataclass(frozen=True, slots=True)
class TokenUse:
    """An API token that holds, with its user and what it narrows the rights to."""

    token: ApiToken
    user: User
    scopes: frozenset[str]

    def is_stale(self, now: datetime) -> bool:
        """True when the last use is so old that it should be written again."""
        last = self.token.last_used_at
        return last is None or now - last >= SEEN_EVERY


def find_signed_in(session: Session, token: str, now: datetime) -> SignedIn | None:
    """The session that a cookie's token opens here and now, or None.

    A disabled user, a new password, a sign-out elsewhere: all are seen at the next request.
    """
    if not token or len(token) > SECRET_LENGTH:
        return None
    found = SIGNED_IN.run(session, {"digest": digest(token), "now": now})
    if not found:
        return None
    columns = tuple(found[0])
    session_id, last_seen_at, role_id, colleague_id, held, unread = columns[:6]
    stamps.hold(session, held)
    hold_unread(session, unread)
    user = members.member(columns[6:])
    session.info[APPROVALS] = user.approvals
    session.info[UNPROVED] = user.is_unproved
    session.info[FIRST_STEPS] = user.has_first_steps
    session.info[DUE] = user.two_factor_due_at
    return SignedIn(session_id, last_seen_at, role_id, colleague_id, user)


def find_token(session: Session, raw_token: str, now: datetime) -> TokenUse | None:
    """The API token that a program shows, when it holds and its user may sign in, or None."""
    if not raw_token.startswith(TOKEN_PREFIX) or len(raw_token) > SECRET_LENGTH:
        return None
    row = session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.digest == digest(raw_token), User.is_active)
    ).one_or_none()
    if row is None or (row[0].expires_at is not None and row[0].expires_at <= now):
        return None
    session.info[DUE] = row[1].two_factor_due_at
    session.info[UNPROVED] = row[1].email_confirmed_at is None
    session.info[FIRST_STEPS] = row[1].has_first_steps
    return TokenUse(row[0], row[1], frozenset(row[0].scopes))


def actor_for(
    session: Session,
    tenant: TenantFacts,
    user: Person,
    now: datetime,
    via: str,
    language: str | None = None,
    *,
    scopes: frozenset[str] | None = None,
) -> Actor:
    """The actor that a user is at this moment; `scopes` are those of an API token.

    `language` overrules the user's own (the cookie of a browser does).
    """
    rights = rights_of(session, user)
    return Actor(
        session=session,
        tenant=tenant,
        now=now,
        rights=rights if scopes is None else rights.narrowed(scopes),
        user_id=user.id,
        role_id=user.role_id,
        name=user.name,
        language=language or user.language or tenant.language,
        zone=ZoneInfo(user.zone or tenant.zone),
        team_user_ids=team_reached(session, user, rights),
        groups=groups_of(user),
        via=via,
    )


def team_reached(session: Session, user: Person, rights: Rights) -> tuple[UUID, ...]:
    """The users of the user's team and below; asked for only where a grant reaches that far."""
    wants_team = any(reach is Reach.TEAM for reach in rights.grants.values())
    return team_user_ids(session, user) if wants_team else (user.id,)


def groups_of(user: Person) -> frozenset[UUID]:
    """The ids of a user's role, team and teams above, with which records can be shared."""
    return frozenset({user.role_id, *teams_of(user)})


def teams_of(user: Person) -> set[UUID]:
    """The user's team and those above it."""
    teams = user.team.path.strip("/").split("/") if user.team is not None else []
    return {found for one in teams if (found := parse_id(one))}


def touch_session(tenant: TenantFacts, session_id: UUID, now: datetime) -> None:
    """Write that a session was used, in a short scope of its own; call it by `aside`."""
    with tenant_scope(tenant) as session:
        session.execute(
            update(UserSession)
            .where(UserSession.id == session_id, UserSession.last_seen_at < now)
            .values(last_seen_at=now, idle_until=now + rules_of(session).idle)
        )


def touch_token(tenant: TenantFacts, token_id: UUID, now: datetime) -> None:
    """Write that an API token was used, in a short scope of its own; call it by `aside`."""
    with tenant_scope(tenant) as session:
        session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))
