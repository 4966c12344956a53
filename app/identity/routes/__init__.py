"""The routes of identity: signing in, invitations, passwords and the settings of people."""

from app.identity.routes import (
    email,
    firm,
    invitations,
    news_stop,
    notices,
    passwords,
    people,
    person_verbs,
    preview,
    profile,
    roles,
    settings,
    sign_in,
    support,
    teams,
    tokens,
    two_factor,
)
from app.identity.routes.blueprint import blueprint

__all__ = [
    "blueprint",
    "email",
    "firm",
    "invitations",
    "news_stop",
    "notices",
    "passwords",
    "people",
    "person_verbs",
    "preview",
    "profile",
    "roles",
    "settings",
    "sign_in",
    "support",
    "teams",
    "tokens",
    "two_factor",
]
