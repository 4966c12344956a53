"""Nobody widens their own reach by moving teams or people, unless they may edit roles anyway.

How far "team and below" reaches follows from the tree, so whoever may change the tree but not
roles could otherwise see more by hanging themselves higher or others lower.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.identity.models import Team, User
from app.identity.rights import team_user_ids
from app.kernel.actor import Actor, Reach
from app.kernel.errors import NotPermitted
from app.kernel.language import _


def lock_tree(by: Actor) -> None:
    """Lock every team and read it anew, so that changes of the tree follow one another."""
    by.session.scalars(
        select(Team).order_by(Team.id).with_for_update().execution_options(populate_existing=True)
    ).all()


def require_reach_after_user(by: Actor, user: User, team: Team | None) -> None:
    """Raise NotPermitted when moving `user` to `team` would widen the actor's own reach."""
    me = _held_to_reach(by)
    if me is None or team is None:
        return
    if user.id == me.id:
        _refuse_new(by, me, Team.path.startswith(team.path))
    elif _is_below(me, team):
        _refuse_new(by, me, User.id == user.id)


def require_reach_after_team(by: Actor, team: Team, parent: Team | None) -> None:
    """Raise NotPermitted when hanging `team` below `parent` would widen the actor's own reach."""
    me = _held_to_reach(by)
    if me is None or parent is None or not _is_below(me, parent):
        return
    _refuse_new(by, me, Team.path.startswith(team.path))


def _held_to_reach(by: Actor) -> User | None:
    """The actor's own user as it stands now, or None for whom the rule does not hold."""
    if by.user_id is None or by.may("role", "manage"):
        return None
    if Reach.TEAM not in by.rights.grants.values():
        return None
    return by.session.get_one(User, by.user_id, populate_existing=True)


def _is_below(me: User, team: Team) -> bool:
    """True when whoever is in `team` is within the reach of `me`."""
    return me.team is not None and team.path.startswith(me.team.path)


def _refuse_new(by: Actor, me: User, gained: ColumnElement[bool]) -> None:
    """Raise NotPermitted when somebody who fits `gained` is out of the present reach of `me`."""
    beyond = (
        select(User.id)
        .outerjoin(Team, Team.id == User.team_id)
        .where(gained, User.id.not_in(team_user_ids(by.session, me)))
        .limit(1)
    )
    if by.session.scalar(beyond) is not None:
        raise NotPermitted(
            _(
                "This would let you reach the records of more people than now."
                " Ask somebody who may manage roles to do it."
            )
        )
