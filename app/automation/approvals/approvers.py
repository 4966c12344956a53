"""Who is asked: the people of a level, whose manager somebody is, who decides where nobody is left.

The manager of somebody is the lead of their team, else whoever has the role Manager in it, else the
same of the nearest team above; the manager above is that person's. Where nobody is found, those are
asked who manage approvals.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.automation.approvals.facts import Level
from app.identity.actors import teams_of
from app.identity.models import Grant, Role, Team, User

MANAGE = ("approval", "manage")
MANAGER = "manager"  # The key of the built-in role.
OF_ASKER = ("manager", "manager_above")
ABOVE = ("manager_above", "owner_manager_above")


def people_of(
    session: Session,
    level: Level,
    requester_id: UUID | None,
    owner_id: UUID | None,
    *,
    but: Collection[UUID | None] = (),
) -> tuple[list[UUID], bool]:
    """Who is asked on a level, and False where it is for want of those that it names.

    `but` are those who may not decide, so that there may be nobody. Those who can't sign in are
    never asked.
    """
    found = [one for one in named(session, level, requester_id, owner_id) if one not in but]
    if found:
        return found, True
    return [one for one in managing(session) if one not in but], False


def named(
    session: Session, level: Level, requester_id: UUID | None, owner_id: UUID | None
) -> list[UUID]:
    """Those whom a level names as things stand now."""
    if level.who == "role":
        return _active(session, User.role_id == level.role_id)
    if level.who == "people":
        return active_among(session, level.user_ids)
    person = requester_id if level.who in OF_ASKER else owner_id
    if person is None:
        return []
    if level.who in ABOVE:
        return managers_above(session, person)
    return managers_of(session, person)


def managers_above(session: Session, user_id: UUID) -> list[UUID]:
    """The managers of somebody's managers, who are neither of these."""
    nearest = managers_of(session, user_id)
    found = dict.fromkeys(one for each in nearest for one in managers_of(session, each))
    return [one for one in found if one not in (*nearest, user_id)]


def managers_of(session: Session, user_id: UUID) -> list[UUID]:
    """The managers of somebody: the lead of their team, or of the one above where they lead it.

    A team without a lead has those of its people who have the role Manager; the nearest team that
    has either is asked.
    """
    user = session.get(User, user_id)
    if user is None or user.team is None:
        return []
    above = teams_of(user)
    rows = session.execute(
        select(User.id, User.team_id)
        .join(Role, Role.id == User.role_id)
        .where(User.team_id.in_(above), User.is_active, Role.key == MANAGER, User.id != user_id)
        .order_by(User.name_sort, User.id)
    ).all()
    leads = session.execute(
        select(Team.id, User.id)
        .join(User, User.id == Team.lead_id)
        .where(Team.id.in_(above), User.is_active)
    )
    lead_of = {team_id: lead_id for team_id, lead_id in leads}  # noqa: C416  Typed rows.
    path = [UUID(one) for one in user.team.path.strip("/").split("/")]
    for team_id in reversed(path):
        if team_id in lead_of:
            there = [lead_of[team_id]] if lead_of[team_id] != user_id else []
        else:
            there = [row.id for row in rows if row.team_id == team_id]
        if there:
            return there
    return []


def managing(session: Session) -> list[UUID]:
    """Who manages approvals, or the owners of the workspace where nobody else does."""
    granted = exists().where(
        Grant.role_id == User.role_id, Grant.record_type == MANAGE[0], Grant.verb == MANAGE[1]
    )
    is_owner = exists().where(Role.id == User.role_id, Role.is_owner)
    return _active(session, or_(granted, is_owner))


def active_among(session: Session, user_ids: Iterable[UUID]) -> list[UUID]:
    """Those of some people who may sign in."""
    return _active(session, User.id.in_(set(user_ids)))


def _active(session: Session, condition: object) -> list[UUID]:
    rows = select(User.id).where(User.is_active, condition)  # type: ignore[arg-type]
    return list(session.scalars(rows.order_by(User.name_sort, User.id)))


def self_passes(
    session: Session, level: Level, requester_id: UUID | None, owner_id: UUID | None
) -> bool:
    """True where whoever asks could decide this level by themselves."""
    if requester_id is None or level.all:
        return False
    found, is_named = people_of(session, level, requester_id, owner_id)
    return requester_id in found and (is_named or len(found) == 1)


def names(session: Session, user_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of some people."""
    ids = {one for one in user_ids if one is not None}
    if not ids:
        return {}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {user_id: name for user_id, name in rows}  # noqa: C416  Typed rows.
