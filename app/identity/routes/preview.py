"""Beginning and ending a look at the workspace as another role or a colleague."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from app.identity.models import User
from app.identity.operations import preview as operations
from app.identity.operations.roles import get_role
from app.identity.rights import rights_of
from app.identity.routes.asking import chosen, my_session, myself
from app.identity.routes.blueprint import blueprint
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast


@blueprint.post("/settings/roles/<uuid:role_id>/preview")
@access(permission=("role", "manage"))
def begin_preview(role_id: UUID) -> Response:
    """See the workspace as a role does, or a colleague who has it, from its home page on."""
    by = current.actor()
    colleague = chosen(User, "user_id")
    operations.begin_preview(by, my_session(), get_role(by, role_id), colleague)
    return see_other("/")


@blueprint.post("/preview/end")
@access(while_suspended=True, while_previewing=True)
def end_preview() -> Response:
    """See with one's own role again, and go back to the one that was looked through."""
    here = my_session()
    role_id = here.preview_role_id
    operations.end_preview(current.actor(), here)
    toast(_("You see the workspace with your own role again."))
    may_edit = rights_of(current.session(), myself()).reach("role", "manage") is not None
    return see_other(f"/settings/roles/{role_id}" if role_id is not None and may_edit else "/")
