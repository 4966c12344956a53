"""The tree of teams."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response, request

from app.identity.models import Team, User
from app.identity.operations import teams as operations
from app.identity.routes.asking import chosen, show, submit, typed
from app.identity.routes.blueprint import blueprint
from app.kernel.language import Text, _
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/teams"
MANAGE = ("team", "manage")
FORM = "identity/team.html"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def teams() -> Response:
    """The whole tree with the number of people in each team."""
    by = current.actor()
    tree, members = operations.tree(by), operations.members(by)
    leads = operations.leads(by)
    return page("identity/teams.html", teams=tree, members=members, leads=leads)


@blueprint.get(f"{PLACE}/new")
@access(permission=MANAGE)
def new_team() -> Response:
    """The form of a new team."""
    return show(FORM, _shown(None), block="form")


@blueprint.post(f"{PLACE}/new")
@access(permission=MANAGE)
def create_team() -> Response:
    """Make a team."""

    def work() -> Response:
        parent = chosen(Team, "parent_id")
        made = operations.create_team(current.actor(), name=typed("name"), parent=parent)
        operations.set_lead(current.actor(), made, chosen(User, "lead_id"))
        return see_other(PLACE)

    return submit(work, FORM, partial(_shown, None))


@blueprint.get(f"{PLACE}/<uuid:team_id>")
@access(permission=MANAGE)
def team(team_id: UUID) -> Response:
    """The form to rename and move a team."""
    found = operations.get_team(current.actor(), team_id)
    before = {
        "name": found.name,
        "parent_id": str(found.parent_id or ""),
        "lead_id": str(found.lead_id or ""),
    }
    return show(FORM, _shown(team_id), block="form", typed=before)


@blueprint.post(f"{PLACE}/<uuid:team_id>")
@access(permission=MANAGE)
def save_team(team_id: UUID) -> Response:
    """Rename and move a team."""

    def work() -> Response:
        by = current.actor()
        found = operations.get_team(by, team_id)
        operations.rename_team(by, found, name=typed("name"))
        operations.move_team(by, found, chosen(Team, "parent_id"))
        operations.set_lead(by, found, _lead(found))
        return _saved(_("Saved."))

    return submit(work, FORM, partial(_shown, team_id))


@blueprint.post(f"{PLACE}/<uuid:team_id>/delete")
@access(permission=MANAGE)
def delete_team(team_id: UUID) -> Response:
    """Remove an empty team."""

    def work() -> Response:
        by = current.actor()
        operations.delete_team(by, operations.get_team(by, team_id))
        return _saved(_("Deleted."))

    return submit(work, FORM, partial(_shown, team_id))


def _lead(found: Team) -> User | None:
    """Who is chosen to lead; a form that does not ask for it leaves who does."""
    if "lead_id" in request.form:
        return chosen(User, "lead_id")
    return current.actor().session.get(User, found.lead_id) if found.lead_id else None


def _saved(text: Text) -> Response:
    toast(text)
    return see_other(PLACE)


def _shown(team_id: UUID | None) -> dict[str, object]:
    """The team and those it may stand below."""
    by = current.actor()
    found = operations.get_team(by, team_id) if team_id is not None else None
    tree = operations.tree(by)
    if found is not None:
        tree = [one for one in tree if not one.path.startswith(found.path)]
    return {"team": found, "parents": tree, "people": _people(found)}


def _people(found: Team | None) -> list[tuple[str, str]]:
    """Who can lead a team, and who does though they can't sign in any more."""
    by = current.actor()
    offered = operations.possible_leads(by, found)
    stands = by.session.get(User, found.lead_id) if found and found.lead_id else None
    if stands is not None and stands not in offered:
        offered.append(stands)
    return [(str(one.id), one.name) for one in offered]
