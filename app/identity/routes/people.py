"""The people of the workspace: users, invitations, roles and teams of each."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response, request

from app.identity import limits
from app.identity.looking import sees_all_of
from app.identity.models import Role, Team, User
from app.identity.operations import invitations, roles, teams, users
from app.identity.routes.asking import chosen, label_of, show, submit, typed
from app.identity.routes.blueprint import blueprint
from app.identity.routes.paging import cursor_of, read_cursor
from app.identity.routes.proof import limited
from app.identity.routes.qr import qr_image
from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.whole import whole
from app.web import current
from app.web.access import access
from app.web.links import safe_path
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/people"
MANAGE = ("user", "manage")


@blueprint.get(PLACE)
@access(permission=MANAGE)
def people() -> Response:
    """Users by name, page by page, and the invitations that are still open."""
    by, query = current.actor(), request.args.get("q", "")[:80]
    cursor = read_cursor(request.args.get("after"))
    found = users.list_users(by, query=query, after=cursor)
    shown = found[: users.PAGE]
    following = cursor_of(shown[-1].name_sort, shown[-1].id) if len(found) > users.PAGE else None
    first = cursor is None and not query
    return page(
        "identity/people.html",
        users=shown,
        query=query,
        following=following,
        invitations=invitations.open_invitations(by) if first else [],
        roles={role.id: label_of(role) for role in roles.list_roles(by)},
        label_of=label_of,
    )


@blueprint.get(f"{PLACE}/invite")
@access(permission=MANAGE)
def invite() -> Response:
    """The form to invite: by mail, by link or by QR code."""
    first = {"way": request.args.get("way", "mail"), "max_uses": "1"}
    return show("identity/invite.html", _choices(), block="form", typed=first)


@blueprint.post(f"{PLACE}/invite")
@access(permission=MANAGE)
def send_invitation() -> Response:
    """Invite, and show the link or the QR code this once."""
    made = submit(partial(limited, limits.INVITATION, _invite), "identity/invite.html", _choices)
    if isinstance(made, Response):
        return made
    if made.invitation.way == "mail":
        toast(_("The invitation to %(email)s is on its way.", email=made.invitation.email))
        return see_other(_next() or PLACE)
    return page(
        "identity/invited.html",
        "form",
        next_url=_next(),
        url=made.url,
        way=made.invitation.way,
        uses=made.invitation.max_uses,
        expires_at=made.invitation.expires_at,
        qr=qr_image(made.url),
    )


@blueprint.post(f"{PLACE}/invitations/<uuid:invitation_id>/revoke")
@access(permission=MANAGE)
def revoke_invitation(invitation_id: UUID) -> Response:
    """Withdraw an invitation."""
    invitations.revoke_invitation(current.actor(), invitation_id)
    toast(_("The invitation is withdrawn."))
    return see_other(PLACE)


@blueprint.get(f"{PLACE}/<uuid:user_id>")
@access(permission=MANAGE)
def person(user_id: UUID) -> Response:
    """One user: role, team, phone, and what can be done for or against them."""
    user = users.get_user(current.actor(), user_id)
    before = {"role_id": str(user.role_id), "team_id": str(user.team_id or "")}
    return show("identity/person.html", _person(user_id), block="form", typed=before)


@blueprint.post(f"{PLACE}/<uuid:user_id>")
@access(permission=MANAGE)
def save_person(user_id: UUID) -> Response:
    """Give a user another role or team."""

    def work() -> Response:
        by = current.actor()
        user = users.get_user(by, user_id)
        users.change_role(by, user, _role())
        users.change_team(by, user, chosen(Team, "team_id"))
        toast(_("Saved."))
        return see_other(PLACE)

    return submit(work, "identity/person.html", partial(_person, user_id))


def _role() -> Role:
    """The role that the form names, or Refused beside its field."""
    role = chosen(Role, "role_id")
    if role is None:
        raise Refused(_("Choose a role."), field="role_id")
    return role


def _invite() -> invitations.Invited:
    """Invite as the form says."""
    return invitations.invite(
        current.actor(),
        way=typed("way"),
        role=_role(),
        team=chosen(Team, "team_id"),
        email=typed("email"),
        max_uses=_whole(typed("max_uses")),
        language=typed("language"),
    )


def _whole(text: str) -> int:
    """How many people a form names: one where it says nothing, none where it says nonsense."""
    if not text.strip():
        return 1
    return whole(text) or 0


def _person(user_id: UUID) -> dict[str, object]:
    user = users.get_user(current.actor(), user_id)
    choices = _choices()
    offered = list(choices["roles"]) if isinstance(choices["roles"], list) else []
    if user.role_id not in {role.id for role in offered}:
        offered.insert(0, user.role)
    return {**choices, "user": user, "roles": offered, "may_look_as": _may_look_as(user)}


def _may_look_as(user: User) -> bool:
    """True where the workspace may be looked at as this colleague."""
    by = current.actor()
    is_other = user.is_active and user.id != by.user_id and not user.role.is_owner
    return is_other and by.may("role", "manage") and sees_all_of(by, user)


def _choices() -> dict[str, object]:
    """The roles that the actor may give, and the teams."""
    by = current.actor()
    return {
        "roles": roles.grantable_roles(by),
        "teams": teams.tree(by),
        "label_of": label_of,
        "most_uses": invitations.MOST_USES,
        "next_url": _next(),
    }


def _next() -> str:
    """Where whoever invites came from and goes back to, or nothing."""
    return safe_path(request.values.get("next"), "")
