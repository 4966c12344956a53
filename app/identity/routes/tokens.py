"""API tokens: one's own, and everybody's for those who manage them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

from flask import Response, request

from app.identity import permissions
from app.identity.operations import tokens as operations
from app.identity.routes.asking import again, myself, show, typed
from app.identity.routes.blueprint import blueprint
from app.kernel.errors import Answer, Refused
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.links import safe_path
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/tokens"


@blueprint.get(PLACE)
@access(permission=("token", "manage"))
def tokens() -> Response:
    """Every token of the workspace with its user."""
    return page("identity/tokens.html", tokens=operations.all_tokens(current.actor()))


@blueprint.get("/settings/me/tokens/new")
@access(permission=("token", "create"))
def new_token() -> Response:
    """The form of a new token."""
    return show("identity/token.html", _scopes(), typed={"all": "1"})


@blueprint.post("/settings/me/tokens/new")
@access(permission=("token", "create"))
def create_token() -> Response:
    """Make a token and show it this once."""
    try:
        fresh = operations.create_token(
            current.actor(),
            myself(),
            name=typed("name"),
            scopes=("*",) if typed("all") else tuple(request.form.getlist("scope")),
            expires_at=_end_of(typed("expires_on")),
        )
    except Answer as answer:
        return again("identity/token.html", answer, _scopes())
    return page("identity/token_made.html", secret=fresh.secret, name=fresh.token.name)


@blueprint.post(f"{PLACE}/<uuid:token_id>/revoke")
@access()
def revoke_token(token_id: UUID) -> Response:
    """Make a token useless at once."""
    operations.revoke_token(current.actor(), token_id)
    toast(_("The token is revoked."))
    return see_other(safe_path(request.form.get("next"), "/settings/me"))


def _end_of(day: str) -> datetime | None:
    """The last moment of a day on the person's wall, or None without a day."""
    if not day:
        return None
    try:
        end = datetime.combine(
            date.fromisoformat(day), time(23, 59, 59), current.actor().zone
        ).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(_("Choose a day in the future."), field="expires_on") from error
    return end


def _scopes() -> dict[str, object]:
    """The permissions that this person has and may hand to a token."""
    by = current.actor()
    groups = [
        (group, [verb for verb in group.verbs if by.may(group.record_type, verb.key)])
        for group in permissions.groups(by.tenant)
    ]
    return {
        "groups": [(group, verbs) for group, verbs in groups if verbs],
        "chosen": set(request.form.getlist("scope")),
        "today": by.today().isoformat(),
    }
