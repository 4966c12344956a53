"""What can be done with one user beyond changing role and team, each a verb in the URL."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from app.identity import outside
from app.identity.operations import invitations, users
from app.identity.routes.blueprint import blueprint
from app.identity.routes.people import MANAGE, PLACE
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast


@blueprint.post(f"{PLACE}/<uuid:user_id>/disable")
@access(permission=MANAGE)
def disable_user(user_id: UUID) -> Response:
    """Shut a user out at once; who holds records still, is led to their handover first."""
    by = current.actor()
    user = users.get_user(by, user_id)
    place = outside.settled_first(by, user)
    if place is not None:
        toast(_("First say who gets what %(name)s holds.", name=user.name), kind="info")
        return see_other(place)
    users.disable_user(by, user)
    toast(_("%(name)s can no longer sign in.", name=user.name))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/<uuid:user_id>/enable")
@access(permission=MANAGE)
def enable_user(user_id: UUID) -> Response:
    """Let a user in again."""
    by = current.actor()
    user = users.get_user(by, user_id)
    users.enable_user(by, user)
    toast(_("%(name)s can sign in again.", name=user.name))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/<uuid:user_id>/invite-again")
@access(permission=MANAGE)
def invite_again(user_id: UUID) -> Response:
    """Mail a user without a password the link to choose one."""
    by = current.actor()
    user = users.get_user(by, user_id)
    invitations.invite_user(by, user)
    toast(_("The invitation to %(email)s is on its way.", email=user.email))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/<uuid:user_id>/send-reset")
@access(permission=MANAGE)
def send_reset(user_id: UUID) -> Response:
    """Mail a user the link to a new password."""
    by = current.actor()
    user = users.get_user(by, user_id)
    users.send_reset_to(by, user)
    toast(_("The link for a new password is on its way to %(email)s.", email=user.email))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/<uuid:user_id>/confirm-phone")
@access(permission=MANAGE)
def confirm_phone(user_id: UUID) -> Response:
    """Vouch for a user's phone number."""
    by = current.actor()
    user = users.get_user(by, user_id)
    users.confirm_phone(by, user)
    toast(_("%(name)s can sign in with this phone number.", name=user.name))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/<uuid:user_id>/clear-two-factor")
@access(permission=MANAGE)
def clear_two_factor(user_id: UUID) -> Response:
    """Turn off the second step of somebody who lost phone and codes."""
    by = current.actor()
    user = users.get_user(by, user_id)
    users.clear_two_factor_of(by, user)
    toast(_("Two-factor sign-in of %(name)s is off.", name=user.name))
    return see_other(PLACE)
