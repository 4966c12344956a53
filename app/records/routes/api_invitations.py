"""Invitations for programs of whoever may invite: open ones, new ones, and withdrawing them.

The link of one by mail goes to its mailbox alone; that of a link or a code is answered once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request

from app.identity import limits
from app.identity.models import Invitation, Role, Team
from app.identity.operations import invitations as operations
from app.identity.operations.guard import require
from app.identity.routes.paging import asked_place, cut
from app.identity.routes.proof import limited
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import id_of, text_of, whole_of
from app.records.api.shape import Reply, dumps
from app.records.openapi import firm as told
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, PAGED
from app.records.routes.api import blueprint, repeatable, send
from app.records.routes.sent import body_of
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

BASE = "/invitations"
MANAGE = ("user", "manage")
KNOWN = ("way", "role_id", "team_id", "email", "max_uses", "language")


@blueprint.get(BASE)
@described("list_invitations", told.TAG, told.LISTED, schemas=told.NAMED, parameters=PAGED)
@access(who=Who.TOKEN, permission=MANAGE)
def list_invitations() -> Response:
    """One page of the invitations that can still be used, the newest first."""
    limit, by = read_page(request.args, ("cursor",)), current.actor()
    found = operations.open_invitations(by, limit + 1, asked_place(request.args))
    shown, following = cut(found, limit, lambda one: one.created_at)
    data = [_shown(one) for one in shown]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.post(BASE)
@described(
    "create_invitation",
    told.TAG,
    told.MADE,
    schemas=told.NAMED,
    sends=told.SENT,
    is_repeatable=True,
)
@access(who=Who.TOKEN, permission=MANAGE)
def invite() -> Response:
    """Invite one person by mail, or several by a link or a code; 402 where no seat is free."""
    by = current.actor()
    body = body_of(KNOWN)

    def make() -> Reply:
        made = limited(limits.INVITATION, partial(_invite, body, by))
        url = made.url if made.invitation.way != "mail" else None
        place = {"Location": f"/api/v1{BASE}/{made.invitation.id}"}
        return Reply(201, dumps(_shown(made.invitation, url)), place)

    return repeatable(by, body, make)


@blueprint.delete(f"{BASE}/<uuid:invitation_id>")
@described("revoke_invitation", told.TAG, DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def withdraw_invitation(invitation_id: UUID) -> Response:
    """Withdraw an invitation: nobody joins by it any more."""
    refuse_arguments(list(request.args))
    by = current.actor()
    require(by, *MANAGE)
    operations.revoke_invitation(by, invitation_id)
    return Response(status=204)


def _invite(body: Mapping[str, Any], by: Actor) -> operations.Invited:
    return operations.invite(
        by,
        way=text_of(body, "way"),
        role=_row(Role, body, "role_id", by),
        team=_row(Team, body, "team_id", by) if body.get("team_id") is not None else None,
        email=text_of(body, "email"),
        max_uses=_uses(body),
        language=text_of(body, "language"),
    )


def _uses(body: Mapping[str, Any]) -> int:
    found = whole_of(body, "max_uses")
    return 1 if found is None else found


def _row(model: type[Any], body: Mapping[str, Any], key: str, by: Actor) -> Any:
    found = by.session.get(model, id_of(body, key))
    if found is None:
        raise Refused(_("There is no such record."), field=key)
    return found


def _shown(one: Invitation, url: str | None = None) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "way": one.way,
        "email": one.email,
        "role_id": str(one.role_id),
        "team_id": str(one.team_id) if one.team_id else None,
        "language": one.language,
        "max_uses": one.max_uses,
        "uses": one.uses,
        "created_by_id": str(one.created_by_id) if one.created_by_id else None,
        "created_at": as_json(one.created_at),
        "expires_at": as_json(one.expires_at),
        "url": url,
    }
