"""Accepting an invitation."""

from __future__ import annotations

from flask import Response

from app.identity.models import Role, Team, User
from app.identity.operations import invitations as operations
from app.identity.routes.asking import again, label_of, show, typed, visit
from app.identity.routes.blueprint import blueprint
from app.identity.routes.sign_in import welcome
from app.kernel.errors import Answer, Missing
from app.kernel.language import current as language_in_use
from app.web import current
from app.web.access import Who, access
from app.web.render import page


@blueprint.get("/invitations/<secret>")
@access(who=Who.ANYONE)
def invitation(secret: str) -> Response:
    """What one is invited to, and the form to join."""
    try:
        shown = _shown(secret)
    except Missing as answer:
        return _spent(answer)
    return show("identity/invitation.html", shown)


@blueprint.post("/invitations/<secret>")
@access(who=Who.ANYONE)
def accept(secret: str) -> Response:
    """Join the workspace; the fresh session replaces whatever session the browser had."""
    shown: dict[str, object] = {}
    try:
        shown = _shown(secret)
        opened = operations.accept_invitation(
            current.session(),
            current.tenant(),
            secret=secret,
            name=typed("name"),
            email=typed("email"),
            password=typed("password"),
            now=current.moment(),
            visit=visit(),
            reads=language_in_use(),
        )
    except Missing as answer:
        return _spent(answer)
    except Answer as answer:
        return again("identity/invitation.html", answer, shown)
    return welcome(opened, "/")


def _shown(secret: str) -> dict[str, object]:
    """What the page says about an invitation."""
    session = current.session()
    found = operations.find_invitation(session, secret, current.moment())
    inviter = session.get(User, found.created_by_id) if found.created_by_id else None
    return {
        "email": found.email,
        "is_known": found.user_id is not None,
        "inviter": inviter.name if inviter else "",
        "role": label_of(session.get_one(Role, found.role_id)),
        "team": session.get_one(Team, found.team_id).name if found.team_id else "",
    }


def _spent(answer: Missing) -> Response:
    return page("identity/spent.html", status=answer.status, text=answer.message, url="", label="")
