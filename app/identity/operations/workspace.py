"""The people of a new workspace: built-in roles, a first team, its owner."""

from __future__ import annotations

from app.identity.models import Role, Team, User
from app.identity.operations.invitations import invite_user
from app.identity.operations.roles import role_by_key, write_rights
from app.identity.operations.teams import create_team
from app.identity.operations.users import create_user
from app.identity.seeds import BUILT_IN
from app.kernel.actor import Actor
from app.kernel.ids import new_id


def seed_workspace(
    by: Actor,
    *,
    owner_email: str,
    owner_name: str,
    language: str,
    password: str | None = None,
    password_hash: str | None = None,
) -> User:
    """Fill a fresh workspace; an owner without a password is mailed an invitation."""
    seed_roles(by)
    team = seed_team(by)
    owner = create_user(
        by,
        email=owner_email,
        name=owner_name,
        role=role_by_key(by.session, "owner"),
        team=team,
        password=password,
        password_hash=password_hash,
        language=language,
    )
    if owner.password_hash is None:
        invite_user(by, owner)
    return owner


def seed_roles(by: Actor) -> list[Role]:
    """Write the built-in roles; the workspace may edit all but the owner's."""
    roles = []
    for position, seed in enumerate(BUILT_IN):
        role = Role(
            id=new_id(),
            key=seed.key,
            label=dict(seed.label),
            is_owner=seed.key == "owner",
            position=position,
            stamp=new_id(),
            created_at=by.now,
        )
        by.session.add(role)
        roles.append(role)
    by.session.flush()  # The grants name the roles.
    for role, seed in zip(roles, BUILT_IN, strict=True):
        write_rights(by, role, seed.grants, seed.fields)
    return roles


def seed_team(by: Actor) -> Team:
    """The one team that a workspace begins with, named after the firm."""
    return create_team(by, name=by.tenant.name)
