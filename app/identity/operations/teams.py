"""The tree of teams; how far "team and below" reaches follows from it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, update

from app.events import write_event
from app.identity.models import Invitation, Team, User
from app.identity.operations.guard import fetch, require_change
from app.identity.operations.reach import lock_tree, require_reach_after_team
from app.identity.texts import clean_name
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import _

DEEPEST = 12  # Levels; every firm we know of has fewer.
MOST_LEADS = 500  # People whom the form offers.


def create_team(by: Actor, *, name: str, parent: Team | None = None) -> Team:
    """Make a team, at the root or below another."""
    require_change(by, "team", "manage")
    team_id = new_id()
    path = f"{parent.path if parent else ''}{team_id}/"
    team = Team(
        id=team_id,
        name=clean_name(name),
        parent_id=parent.id if parent else None,
        path=path,
        created_at=by.now,
    )
    _check_depth(team.depth)
    by.session.add(team)
    by.session.flush()  # A user or a team below may name it in the same transaction.
    write_event(by, "team", team.id, "created", changes={"name": [None, team.name]})
    return team


def rename_team(by: Actor, team: Team, *, name: str) -> None:
    """Give a team another name."""
    require_change(by, "team", "manage")
    before, team.name = team.name, clean_name(name)
    if before != team.name:
        write_event(by, "team", team.id, "renamed", changes={"name": [before, team.name]})


def set_lead(by: Actor, team: Team, lead: User | None) -> None:
    """Say who leads a team, or that nobody does; Refused for who can't sign in."""
    require_change(by, "team", "manage")
    before, after = team.lead_id, lead.id if lead is not None else None
    if before == after:
        return
    if lead is not None and not lead.is_active:
        raise Refused(_("This person can't sign in any more."), field="lead_id")
    team.lead_id = after
    changes = {"lead_id": [str(before) if before else None, str(after) if after else None]}
    write_event(by, "team", team.id, "lead_changed", changes=changes)


def leads(by: Actor) -> dict[UUID, str]:
    """The names of those who lead a team and can sign in, by the team."""
    rows = by.session.execute(
        select(Team.id, User.name).join(User, User.id == Team.lead_id).where(User.is_active)
    )
    return {team_id: name for team_id, name in rows}  # noqa: C416  Typed rows.


def possible_leads(by: Actor, team: Team | None) -> list[User]:
    """Whom a team can be led by: its own people first, then all others, by name."""
    people = select(User).where(User.is_active).order_by(User.name_sort, User.id).limit(MOST_LEADS)
    found = list(by.session.scalars(people))
    mine = team.id if team is not None else None
    return sorted(found, key=lambda one: mine is None or one.team_id != mine)


def move_team(by: Actor, team: Team, parent: Team | None) -> None:
    """Hang a team with all below it elsewhere in the tree; never below itself.

    The whole tree is locked first, so that two moves at once can't close a circle. NotPermitted
    for who may not edit roles and would reach more people afterwards.
    """
    require_change(by, "team", "manage")
    lock_tree(by)
    if parent is not None and parent.path.startswith(team.path):
        raise Refused(_("A team can't be below itself."), field="parent_id")
    if team.parent_id == (parent.id if parent else None):
        return
    require_reach_after_team(by, team, parent)
    old, new = team.path, f"{parent.path if parent else ''}{team.id}/"
    deepest = by.session.scalar(
        select(func.max(func.length(Team.path))).where(Team.path.startswith(old))
    )
    _check_depth((len(new) - len(old) + (deepest or 0)) // 37 - 1)
    before, team.parent_id = team.parent_id, parent.id if parent else None
    by.session.execute(
        update(Team)
        .where(Team.path.startswith(old))
        .values(path=func.concat(new, func.substr(Team.path, len(old) + 1)))
        .execution_options(synchronize_session=False)
    )
    by.session.expire_all()
    stamps.draw(by.session, stamps.PEOPLE)
    changes = {"parent_id": [str(before) if before else None, str(parent.id) if parent else None]}
    write_event(by, "team", team.id, "moved", changes=changes)


def delete_team(by: Actor, team: Team) -> None:
    """Remove a team that has nobody in it and nothing below it."""
    require_change(by, "team", "manage")
    below = by.session.scalar(select(Team.id).where(Team.parent_id == team.id).limit(1))
    if below is not None:
        raise Refused(_("Move or delete the teams below it first."))
    if by.session.scalar(select(User.id).where(User.team_id == team.id).limit(1)) is not None:
        raise Refused(_("Move the people of this team elsewhere first."))
    by.session.execute(update(Invitation).where(Invitation.team_id == team.id).values(team_id=None))
    by.session.delete(team)
    write_event(by, "team", team.id, "deleted", changes={"name": [team.name, None]})


def tree(by: Actor) -> list[Team]:
    """Every team, each before those below it, brothers by name."""
    teams = list(by.session.scalars(select(Team)))
    below: dict[UUID | None, list[Team]] = {}
    for team in sorted(teams, key=lambda one: one.name.casefold()):
        below.setdefault(team.parent_id, []).append(team)
    ordered: list[Team] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        team = waiting.pop()
        ordered.append(team)
        waiting.extend(reversed(below.get(team.id, [])))
    return ordered


def members(by: Actor) -> dict[UUID, int]:
    """How many active users stand directly in each team."""
    counted = by.session.execute(
        select(User.team_id, func.count())
        .where(User.team_id.is_not(None), User.is_active)
        .group_by(User.team_id)
    )
    return {team_id: n for team_id, n in counted if team_id is not None}


def get_team(by: Actor, team_id: UUID) -> Team:
    """The team with this id, or Missing."""
    return fetch(by, Team, team_id)


def _check_depth(depth: int) -> None:
    if depth >= DEEPEST:
        raise Refused(_("Teams can't be nested deeper than this."), field="parent_id")
