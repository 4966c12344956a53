"""The checks that operations on people share: the right, a writable workspace, no escalation."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from app.identity.models import Role, User
from app.identity.rights import covers, read_rights
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Previewing, Refused
from app.kernel.language import _
from app.kernel.model import Base

Row = TypeVar("Row", bound=Base)


def require(by: Actor, record_type: str, verb: str) -> None:
    """Raise NotPermitted when the actor lacks a permission."""
    if not by.may(record_type, verb):
        raise NotPermitted(_("You may not do this. Ask an owner of the workspace to allow it."))


def require_change(by: Actor, record_type: str, verb: str) -> None:
    """As `require`, and Refused while the workspace is read-only."""
    require(by, record_type, verb)
    require_writable(by)


def require_writable(by: Actor) -> None:
    """Raise Refused while the workspace is read-only, Previewing while a role is looked through."""
    if by.previews:
        raise Previewing(by.previews.name)
    if by.tenant.is_read_only:
        raise Refused(_("This workspace is read-only at the moment, so nothing was changed."))


def hold_self(by: Actor) -> None:
    """Let what a person does from two windows at once come one after the other, until commit.

    Nobody who refers to them waits.
    """
    mine = select(User.id).where(User.id == by.user_id)
    by.session.execute(mine.with_for_update(key_share=True))


def require_cover(by: Actor, role: Role) -> None:
    """Raise NotPermitted when the role allows more than the actor may do."""
    if not covers(by.rights, read_rights(by.session, role)):
        raise NotPermitted(_("This role allows more than you may do yourself."))


def require_over(by: Actor, user: User) -> None:
    """Raise NotPermitted when the user may do more than the actor, who then can't manage them."""
    if user.id != by.user_id:
        require_cover(by, user.role)


def fetch(by: Actor, model: type[Row], row_id: UUID) -> Row:
    """The row with this id, or Missing."""
    found = by.session.get(model, row_id)
    if found is None:
        raise Missing(_("There is no such page."))
    return found


def require_another_owner(by: Actor, user: User) -> None:
    """Refuse when `user` is the last active owner; the owners' rows stay locked until commit.

    Locking makes two owners who remove each other at the same moment wait for one another.
    """
    if not user.role.is_owner or not user.is_active:
        return
    owners = by.session.scalars(
        select(User.id)
        .join(Role, Role.id == User.role_id)
        .where(Role.is_owner, User.is_active)
        .order_by(User.id)
        .with_for_update(of=User)
    ).all()
    if not set(owners) - {user.id}:
        raise Refused(_("A workspace needs an owner. Make somebody else an owner first."))
