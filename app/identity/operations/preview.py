"""Looking at the workspace as another role or a colleague does, and changing nothing.

It is kept in the session, so it ends with it. What is seen is what both the role and the person
may see (`looking.py`); API tokens and the person's other sessions know nothing of it.
"""

from __future__ import annotations

from sqlalchemy import select

from app.events import write_event
from app.identity.looking import sees_all_of
from app.identity.models import Role, User, UserSession
from app.identity.operations.guard import require_change
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import _

MOST_OFFERED = 200  # Colleagues in one choice; the page of a person leads to all others.


def begin_preview(
    by: Actor, session: UserSession, role: Role, colleague: User | None = None
) -> None:
    """Look at the workspace as `role` in this session, or as `colleague` who has it.

    NotPermitted for who may not edit roles, and for whoever does not see all that the colleague
    does; Refused for the owner's role, which narrows nothing, for a colleague who has another role
    or does not sign in, and while the workspace is read-only, as the look is audited.
    """
    require_change(by, "role", "manage")
    if role.is_owner:
        raise Refused(_("This role sees everything, so there is nothing to look at."))
    if colleague is not None:
        _require_lookable(by, role, colleague)
    session.preview_role_id = role.id
    session.preview_user_id = colleague.id if colleague is not None else None
    told = {"looked_as": [None, colleague.name]} if colleague is not None else None
    write_event(by, "role", role.id, "preview_begun", changes=told)


def end_preview(by: Actor, session: UserSession) -> None:
    """See and change again what one may; nothing happens where nothing was looked through."""
    role_id = session.preview_role_id
    if role_id is None:
        return
    session.preview_role_id = session.preview_user_id = None
    write_event(by, "role", role_id, "preview_ended")


def colleagues_of(by: Actor, role: Role) -> list[User]:
    """As whom `by` may look who have this role, by their names: at most MOST_OFFERED."""
    people = by.session.scalars(
        select(User)
        .where(User.role_id == role.id, User.is_active, User.id != by.user_id)
        .order_by(User.name_sort, User.id)
        .limit(MOST_OFFERED)
    ).all()
    return [one for one in people if sees_all_of(by, one)]


def _require_lookable(by: Actor, role: Role, colleague: User) -> None:
    if colleague.role_id != role.id or not colleague.is_active:
        raise Refused(_("Nobody with this role is called so any more. Choose again."))
    if not sees_all_of(by, colleague):
        raise NotPermitted(_("You may not see all that this colleague sees."))
