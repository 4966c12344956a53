"""As whom a command acts in a workspace, and with records of which type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from app.identity.models import User
    from app.kernel.actor import Actor
    from app.records.types import RecordType


def acting(service: Actor, email: str | None) -> Actor:
    """The person with this e-mail as a command acts for them, an owner where none is named."""
    from app.cli.workspaces import user_called
    from app.identity.actors import actor_for

    user = user_called(service, email) if email else _owner(service)
    return actor_for(service.session, service.tenant, user, service.now, "command")


def _owner(service: Actor) -> User:
    from sqlalchemy import select

    from app.identity.models import Role, User

    owners = select(User).join(Role, Role.id == User.role_id).where(Role.key == "owner")
    found = service.session.scalars(owners.where(User.is_active).order_by(User.created_at)).first()
    if found is None:
        raise CommandError("No owner of this workspace may sign in. Name somebody by --user.")
    return found


def type_called(word: str, by: Actor) -> RecordType:
    """The record type of this name, one or many, or one clear sentence."""
    from app.records.registry import registry
    from app.records.tailored import tailored

    found = registry().named(word)
    if found is None or not by.tenant.allows(found.module):
        known = ", ".join(one.collection for one in registry().switched_on(by.tenant))
        raise CommandError(f"There is no record type {word!r}; there are {known}.")
    return tailored(found, by)
