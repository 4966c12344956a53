"""What a user may do: the grants and field rules of the role, remembered by the role's stamp."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from app.identity.members import Person, RoleFacts
from app.identity.models import FieldRule, Grant, Team, User
from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.remembered import Remembered
from tenants.facts import TenantFacts

_KEPT = 4096  # Roles remembered in this process, of all workspaces together.
OWNER = Rights(is_owner=True)
TEAMS = "my_team"  # Where a session keeps them; it lives as long as a request.
_remembered: Remembered[Rights] = Remembered(_KEPT)


def rights_of(session: Session, user: Person) -> Rights:
    """The rights of a user; no statement when the role was met before and has not changed."""
    return rights_of_role(session, user.role)


def rights_of_role(session: Session, role: RoleFacts) -> Rights:
    """The rights that a role gives. A change of the role draws a new stamp, so none is stale."""
    if role.is_owner:
        return OWNER
    tenant: TenantFacts = session.info["tenant"]
    return _remembered.get((tenant.id, role.stamp), lambda: read_rights(session, role))


def read_rights(session: Session, role: RoleFacts) -> Rights:
    """The rights of a role as the database has them, in one statement."""
    entries = session.execute(
        union_all(
            select(literal("grant"), Grant.record_type, Grant.verb, Grant.reach).where(
                Grant.role_id == role.id
            ),
            select(
                literal("field"), FieldRule.record_type, FieldRule.field, FieldRule.access
            ).where(FieldRule.role_id == role.id),
        )
    ).all()
    return Rights(
        grants={(kind, verb): Reach(n) for what, kind, verb, n in entries if what == "grant"},
        fields={(kind, key): FieldAccess(n) for what, kind, key, n in entries if what == "field"},
        is_owner=role.is_owner,
    )


def team_user_ids(session: Session, user: Person) -> tuple[UUID, ...]:
    """The users of the user's team and of the teams below it, the user included."""
    if user.team is None:
        return (user.id,)
    found = session.scalars(
        select(User.id)
        .join(Team, Team.id == User.team_id)
        .where(Team.path.startswith(user.team.path, autoescape=True))
    )
    return tuple({user.id, *found})


def my_team(by: Actor) -> tuple[UUID, ...]:
    """Who "my team" means: the users of the actor's team and of those below, the actor included.

    A role that reaches all, or only its own, has them not at hand: they are read once.
    """
    if by.user_id is None or len(by.team_user_ids) > 1:
        return by.team_user_ids
    kept: dict[UUID, tuple[UUID, ...]] = by.session.info.setdefault(TEAMS, {})
    if by.user_id not in kept:
        user = by.session.get_one(User, by.user_id)
        kept[by.user_id] = team_user_ids(by.session, user)
    return kept[by.user_id]


def covers(holder: Rights, wanted: Rights) -> bool:
    """True when `holder` may do all that `wanted` allows: nobody grants what they lack."""
    if wanted.is_owner:
        return holder.is_owner and holder.scopes is None
    for (record_type, verb), reach in wanted.grants.items():
        held = holder.reach(record_type, verb)
        if held is None or held < reach:
            return False
    return all(
        wanted.field(record_type, key) <= access or not _touches(wanted, record_type)
        for (record_type, key), access in holder.fields.items()
        if not holder.is_owner
    )


def _touches(rights: Rights, record_type: str) -> bool:
    return any(granted == record_type for granted, _verb in rights.grants)
