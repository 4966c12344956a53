"""Looking at the workspace as another role does: seeing what it leaves, and changing nothing.

It is kept in the session, so it ends with it. What is seen is what both the role and the person
may see (`actors.actor_for`); API tokens and the person's other sessions know nothing of it.
"""

from __future__ import annotations

from app.events import write_event
from app.identity.models import Role, UserSession
from app.identity.operations.guard import require_change
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _


def begin_preview(by: Actor, session: UserSession, role: Role) -> None:
    """Look at the workspace as `role` in this session, until it is ended.

    NotPermitted for who may not edit roles; Refused for the owner's role, which narrows nothing,
    and while the workspace is read-only, as the look is audited.
    """
    require_change(by, "role", "manage")
    if role.is_owner:
        raise Refused(_("This role sees everything, so there is nothing to look at."))
    session.preview_role_id = role.id
    write_event(by, "role", role.id, "preview_begun")


def end_preview(by: Actor, session: UserSession) -> None:
    """See and change again what one may; nothing happens where nothing was looked through."""
    role_id = session.preview_role_id
    if role_id is None:
        return
    session.preview_role_id = None
    write_event(by, "role", role_id, "preview_ended")
