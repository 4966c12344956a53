"""The actor that somebody is while they look at the workspace as a role or as a colleague."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.identity.actors import groups_of, team_reached, teams_of
from app.identity.members import Person
from app.identity.models import Role, Team, User
from app.identity.rights import covers, rights_of, rights_of_role
from app.kernel.actor import Actor, Reach, Rights
from app.kernel.ids import parse_id
from app.kernel.localized import pick
from app.kernel.preview import Preview


def look_as_role(by: Actor, user: Person, role: Role) -> Actor:
    """`by`, who is `user`, narrowed to what `role` may do too; own and team stay their own."""
    rights = by.rights.within(rights_of_role(by.session, role))
    return replace(
        by,
        rights=rights,
        role_id=role.id,
        team_user_ids=team_reached(by.session, user, rights),
        groups=_groups(user, role, by.rights, rights),
        previews=Preview(_label(role, by), user.id, team=_team_name(by.session, user)),
    )


def look_as_colleague(by: Actor, colleague: User) -> Actor:
    """`by` with the eyes of a colleague: their rights, records, teams and days.

    Of their rights only those are left that reach all records in `by`'s own hands, so that nothing
    is opened that was closed: that is all of them where `sees_all_of` was true.
    """
    theirs = rights_of(by.session, colleague)
    both = by.rights.within(theirs)
    if not both.is_owner:
        kept = {
            key: reach for key, reach in both.grants.items() if by.rights.reach(*key) is Reach.ALL
        }
        both = replace(both, grants=kept)
    return replace(
        by,
        rights=both,
        user_id=colleague.id,
        role_id=colleague.role_id,
        zone=ZoneInfo(colleague.zone or by.tenant.zone),
        team_user_ids=team_reached(by.session, colleague, both),
        groups=groups_of(colleague),
        previews=Preview(_label(colleague.role, by), by.user_id or colleague.id, colleague.name),
    )


def sees_all_of(by: Actor, colleague: User) -> bool:
    """True when `by` reaches everywhere all that the colleague reaches anywhere."""
    theirs = rights_of(by.session, colleague)
    reaches_all = all(by.rights.reach(*key) is Reach.ALL for key in theirs.grants)
    return reaches_all and covers(by.rights, theirs)


def _label(role: Role, by: Actor) -> str:
    return pick(role.label, by.language, by.tenant.language)


def _team_name(session: Session, user: Person) -> str:
    last = user.team.path.strip("/").rpartition("/")[2] if user.team is not None else ""
    team_id = parse_id(last)
    team = session.get(Team, team_id) if team_id is not None else None
    return team.name if team is not None else ""


def _groups(user: Person, role: Role, own: Rights, narrowed: Rights) -> frozenset[UUID]:
    """The groups of a user who looks at the workspace as `role`.

    What rules share with the role is shown only to who reaches all such records by themselves, or
    looking as another role would open what one's own does not.
    """
    reaches_all = all(
        own.reach(kind, verb) is Reach.ALL
        for (kind, verb), reach in narrowed.grants.items()
        if reach is not Reach.ALL
    )
    return frozenset({*teams_of(user), *((role.id,) if reaches_all else ())})
