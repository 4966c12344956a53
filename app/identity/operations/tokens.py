"""API tokens: keys for programs, shown once, never stronger than their user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.events import write_event
from app.identity import permissions
from app.identity.models import ApiToken, User
from app.identity.operations.guard import fetch, require, require_change, require_over
from app.identity.rights import rights_of
from app.identity.secret import SHOWN_LENGTH, digest, new_api_token
from app.identity.texts import clean_name
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import _

MOST_TOKENS = 100  # Of one user.
LONGEST = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A token just made; `secret` is shown this once."""

    token: ApiToken
    secret: str


def create_token(
    by: Actor,
    user: User,
    *,
    name: str,
    scopes: tuple[str, ...] = ("*",),
    expires_at: datetime | None = None,
) -> FreshToken:
    """Make a token that acts as `user`, narrowed to `scopes` (`contact:read`, `contact:*`, `*`).

    One's own takes the right to create tokens; a service (the command line) makes anybody's.
    """
    require_change(by, "token", "create")
    if by.user_id is not None and by.user_id != user.id:
        raise NotPermitted(_("A token can be made for oneself only."))
    if by.rights.scopes is not None:
        raise NotPermitted(_("A token can't make tokens."))
    chosen = tuple(dict.fromkeys(scope.strip() for scope in scopes if scope.strip()))
    if not chosen:
        raise Refused(_("Choose at least one permission."), field="scopes")
    for scope in chosen:
        _check_scope(by, user, scope)
    if expires_at is not None and not by.now < expires_at <= by.now + LONGEST:
        raise Refused(_("Choose a day in the future."), field="expires_on")
    if len(tokens_of(by, user)) >= MOST_TOKENS:
        raise Refused(
            _("You have as many tokens as you may. Revoke one that is no longer used first.")
        )
    secret = new_api_token()
    token = ApiToken(
        user_id=user.id,
        name=clean_name(name),
        prefix=secret[:SHOWN_LENGTH],
        digest=digest(secret),
        scopes=list(chosen),
        created_at=by.now,
        created_by_id=by.user_id,
        expires_at=expires_at,
        last_used_at=None,
    )
    by.session.add(token)
    by.session.flush()  # The event names the row.
    changes = {"name": [None, token.name], "scopes": [None, token.scopes]}
    write_event(by, "token", token.id, "created", changes=changes)
    return FreshToken(token, secret)


def tokens_of(by: Actor, user: User) -> list[ApiToken]:
    """The tokens of one user, the newest first."""
    return list(
        by.session.scalars(
            select(ApiToken).where(ApiToken.user_id == user.id).order_by(ApiToken.id.desc())
        )
    )


def all_tokens(by: Actor) -> list[tuple[ApiToken, User]]:
    """Every token of the workspace with its user, the newest first."""
    require(by, "token", "manage")
    rows = by.session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .order_by(ApiToken.id.desc())
        .limit(500)
    )
    return [(token, user) for token, user in rows]


def revoke_token(by: Actor, token_id: UUID) -> None:
    """Make a token useless at once: one's own, or anybody's with the right to manage tokens."""
    token = fetch(by, ApiToken, token_id)
    if token.user_id != by.user_id:
        require(by, "token", "manage")
        require_over(by, fetch(by, User, token.user_id))
    by.session.delete(token)
    write_event(by, "token", token.id, "revoked", changes={"name": [token.name, None]})


def _check_scope(by: Actor, user: User, scope: str) -> None:
    """Refuse a scope that means nothing here or that its user could not use anyway."""
    if not permissions.is_known(scope, by.tenant):
        raise Refused(_("There is no permission “%(scope)s”.", scope=scope[:60]), field="scopes")
    record_type, _separator, verb = scope.partition(":")
    if scope == "*" or verb == "*":
        return  # A wildcard stands for what the user may do, now and later.
    if rights_of(by.session, user).reach(record_type, verb) is None:
        raise NotPermitted(_("You can't grant what you may not do yourself."))
