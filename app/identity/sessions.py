"""The request's side of sessions and tokens: whose cookie or token a request carries.

Flask-Login holds the person for the length of a request; sign-in itself is our own row in the
tenant's schema, never a value in a signed cookie.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask import Flask, Request
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.orm import Session

from app.identity import cookies, outside
from app.identity.actors import (
    SignedIn,
    actor_for,
    find_signed_in,
    find_token,
    touch_session,
    touch_token,
)
from app.identity.api_limits import take_turn
from app.identity.looking import look_as_colleague, look_as_role
from app.identity.models import Role, User
from app.identity.rights import rights_of
from app.identity.supporting import find_support
from app.kernel import language
from app.kernel.actor import Actor
from app.web import current
from tenants.facts import TenantFacts

__all__ = [
    "actor_by_cookie",
    "actor_by_token",
    "actor_for",
    "find_signed_in",
    "find_token",
    "keep_people",
    "rights_of",
    "signed_in",
]

SAFE_METHODS = ("GET", "HEAD")


class Visitor(UserMixin):  # type: ignore[misc]  # Flask-Login has no types.
    """The person of this request, as Flask-Login carries them."""

    def __init__(self, found: SignedIn) -> None:
        self.found = found

    def get_id(self) -> str:
        """The user's id; unique in its workspace, whose session it is."""
        return str(self.found.user.id)


def keep_people(app: Flask) -> None:
    """Set Flask-Login up: who is there follows from the request alone, nothing from its cookies."""
    app.config["REMEMBER_COOKIE_NAME"] = "__Host-unused"
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_load)
    manager.init_app(app)


def actor_by_cookie(
    request: Request, session: Session, tenant: TenantFacts, now: datetime
) -> Actor | None:
    """The actor behind the session cookie of a request, or None for a visitor.

    Somebody of the service who came in with the firm's consent is that and nobody else, whatever
    else their browser holds.
    """
    helping = cookies.support_token(request)
    if helping:
        by = find_support(session, tenant, helping, now, _chosen_language(request))
        if by is not None:
            return by
    if not cookies.session_token(request):
        return None
    found = signed_in()
    if found is None:
        return None
    if found.is_stale(now):
        current.aside(partial(touch_session, tenant, found.session_id, now))
    by = actor_for(session, tenant, found.user, now, "web", _chosen_language(request))
    return by if found.preview_role_id is None else _looking(by, found)


def _looking(by: Actor, found: SignedIn) -> Actor:
    """The actor whom a look at the workspace as a role, or as a colleague, leaves."""
    role = by.session.get(Role, found.preview_role_id)
    if role is None:
        return by
    colleague_id = found.preview_user_id
    colleague = by.session.get(User, colleague_id) if colleague_id is not None else None
    if colleague is None:
        return look_as_role(by, found.user, role)
    return look_as_colleague(by, colleague)


def actor_by_token(
    request: Request, session: Session, tenant: TenantFacts, now: datetime
) -> Actor | None:
    """The actor behind a request's API token, or None; TooFast where it calls too often.

    A browser's cookie opens what only reads: a change by cookie would need a forgery token.
    """
    scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        if request.method not in SAFE_METHODS:
            return None
        return actor_by_cookie(request, session, tenant, now)
    if scheme.casefold() != "bearer":
        return None
    use = find_token(session, raw.strip(), now)
    if use is None:
        return None
    if use.is_stale(now):
        current.aside(partial(touch_token, tenant, use.token.id, now))
    current.tell_rates(take_turn(tenant, use.token.id, now, outside.settings()))
    asked = language.best_match(request.headers.get("Accept-Language"), "")
    return actor_for(session, tenant, use.user, now, "api", asked or None, scopes=use.scopes)


def signed_in() -> SignedIn | None:
    """The session and the user of this request, or None for a visitor."""
    visitor = current_user._get_current_object()
    return visitor.found if isinstance(visitor, Visitor) else None


def _load(request: Request) -> Visitor | None:
    """Flask-Login asks who is there."""
    if current.tenant_or_none() is None:
        return None
    token = cookies.session_token(request)
    found = find_signed_in(current.session(), token, current.moment()) if token else None
    return Visitor(found) if found is not None else None


def _chosen_language(request: Request) -> str | None:
    chosen = request.cookies.get("lang", "")
    return chosen if chosen in language.LOCALES else None
