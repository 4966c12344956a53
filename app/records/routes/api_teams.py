"""The tree of teams for programs that may manage it: what they are called, below which, who leads.

Identity keeps the teams; this describes them as the rest of the API is described.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, request

from app.identity.models import Team, User
from app.identity.operations import teams as operations
from app.identity.operations.guard import require_change
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.body import demand_known, read_object
from app.records.api.inputs import text_of
from app.records.api.shape import Reply, dumps
from app.records.openapi import teams as told
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED
from app.records.routes.api import blueprint, repeatable, send
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

BASE = "/teams"
ONE = f"{BASE}/<uuid:team_id>"
MANAGE = ("team", "manage")
KNOWN = ("name", "parent_id", "lead_id")
Body = dict[str, Any]
Row = TypeVar("Row", Team, User)


def _described(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    return described(operation, told.TAG, answers, schemas=told.NAMED, **more)


@blueprint.get(BASE)
@_described("list_teams", told.LISTED, parameters=(LIMITED,))
@access(who=Who.TOKEN, permission=MANAGE)
def list_teams() -> Response:
    """Every team, each before those below it."""
    read_page(request.args, ())
    data = [_shown(one) for one in operations.tree(current.actor())]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post(BASE)
@_described("create_team", told.MADE, sends=told.SENT_NEW, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def create_team_by_program() -> Response:
    """Make a team, at the top or below another, with or without a lead."""
    by = current.actor()
    body = _body()

    def create() -> Reply:
        parent, lead = _row(Team, body, "parent_id", by), _row(User, body, "lead_id", by)
        team = operations.create_team(by, name=text_of(body, "name"), parent=parent)
        operations.set_lead(by, team, lead)
        made = Reply(201, dumps(_shown(team)))
        made.headers["Location"] = f"/api/v1{BASE}/{team.id}"
        return made

    return repeatable(by, body, create)


@blueprint.get(ONE)
@_described("get_team", told.ONE)
@access(who=Who.TOKEN, permission=MANAGE)
def show_team(team_id: UUID) -> Response:
    """One team."""
    refuse_arguments(list(request.args))
    return send(Reply(200, dumps(_shown(operations.get_team(current.actor(), team_id)))))


@blueprint.patch(ONE)
@_described("update_team", told.ONE, sends=told.SENT)
@access(who=Who.TOKEN, permission=MANAGE)
def change_team_by_program(team_id: UUID) -> Response:
    """Change what is given; null takes it from below another, or lets nobody lead it."""
    by = current.actor()
    require_change(by, "team", "manage")
    team = operations.get_team(by, team_id)
    body = _body()
    if "name" in body:
        operations.rename_team(by, team, name=text_of(body, "name"))
    if "parent_id" in body:
        operations.move_team(by, team, _row(Team, body, "parent_id", by))
    if "lead_id" in body:
        operations.set_lead(by, team, _row(User, body, "lead_id", by))
    return send(Reply(200, dumps(_shown(team))))


@blueprint.delete(ONE)
@_described("delete_team", DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_team_by_program(team_id: UUID) -> Response:
    """Remove a team that has nobody in it and nothing below it."""
    refuse_arguments(list(request.args))
    by = current.actor()
    operations.delete_team(by, operations.get_team(by, team_id))
    return Response(status=204)


def _body() -> Body:
    refuse_arguments(list(request.args))
    body = read_object(request.get_data(), request.mimetype)
    demand_known(body, KNOWN)
    return body


def _row(model: type[Row], body: Body, key: str, by: Actor) -> Row | None:
    """The row that a key names, None where it names nothing; Refused for one that there is not."""
    if body.get(key) is None:
        return None
    named = parse_id(body[key]) if isinstance(body[key], str) else None
    found = by.session.get(model, named) if named is not None else None
    if found is None:
        raise Refused(_("There is no such record."), field=key)
    return found


def _shown(team: Team) -> dict[str, Any]:
    return {
        "id": str(team.id),
        "name": team.name,
        "parent_id": str(team.parent_id) if team.parent_id else None,
        "lead_id": str(team.lead_id) if team.lead_id else None,
        "created_at": as_json(team.created_at),
    }
