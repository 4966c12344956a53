"""A user as far as who acts depends on them: what each request reads, in columns and not as rows.

Four mapped rows for each request would cost more than the statement that brings them; `User` has
the same attributes, so that both make an actor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from app.identity.models import Role, Team, User
from tenants.prepared import of_any_length


class RoleFacts(Protocol):
    """What the rights of a role are read and remembered by."""

    @property
    def id(self) -> UUID:
        """By which its grants are found."""

    @property
    def stamp(self) -> UUID:
        """Drawn anew with each change of it."""

    @property
    def is_owner(self) -> bool:
        """True for the role that may do everything."""


class TeamFacts(Protocol):
    """Where a team stands in the tree."""

    @property
    def path(self) -> str:
        """The ids from the root down to it."""


class Person(Protocol):
    """A user, mapped or read as a Member."""

    @property
    def id(self) -> UUID:
        """By which records name their owner."""

    @property
    def name(self) -> str:
        """As colleagues know them."""

    @property
    def language(self) -> str | None:
        """Their own; None for the firm's."""

    @property
    def zone(self) -> str | None:
        """Their own; None for the firm's."""

    @property
    def role_id(self) -> UUID:
        """The id of their role."""

    @property
    def role(self) -> RoleFacts:
        """What they may do."""

    @property
    def team(self) -> TeamFacts | None:
        """Where they belong."""


class MemberRole(NamedTuple):
    """The role of a Member."""

    id: UUID
    stamp: UUID
    is_owner: bool


class MemberTeam(NamedTuple):
    """The team of a Member."""

    path: str


class Member(NamedTuple):
    """A user as read by COLUMNS."""

    id: UUID
    name: str
    language: str | None
    zone: str | None
    role: MemberRole
    team: MemberTeam | None
    approvals: int = 0
    is_unproved: bool = False  # The e-mail has yet to be confirmed.
    has_first_steps: bool = False
    two_factor_due_at: datetime | None = None

    @property
    def role_id(self) -> UUID:
        """The id of the role, as a mapped user has it."""
        return self.role.id


users, roles, teams = User.__table__, Role.__table__, Team.__table__
COLUMNS: tuple[Any, ...] = (
    users.c.id,
    of_any_length(users.c.name),
    of_any_length(users.c.language),
    of_any_length(users.c.zone),
    roles.c.id,
    roles.c.stamp,
    roles.c.is_owner,
    of_any_length(teams.c.path),
    users.c.approvals,
    users.c.email_confirmed_at,
    users.c.has_first_steps,
    users.c.two_factor_due_at,
)
# A user with role and team, to be joined to whatever names a user.
MEMBERS = users.join(roles, roles.c.id == users.c.role_id).outerjoin(
    teams, teams.c.id == users.c.team_id
)


def member(columns: Sequence[Any]) -> Member:
    """The user whom the values of COLUMNS tell of."""
    user_id, name, language, zone, role_id, stamp, is_owner, path, waiting, proved = columns[:10]
    role = MemberRole(role_id, stamp, is_owner)
    team = MemberTeam(path) if path else None
    return Member(user_id, name, language, zone, role, team, waiting, proved is None, *columns[10:])
