"""What targets come to: of a person, of a team with all below it, of everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from app.identity.models import Team, User
from app.sales.operations.targets import TEAM, USER, Amounts


class TargetSums:
    """Adds targets up; what a team has no target of its own for is the sum of what is below it.

    `amounts` are those that the reader sees, so that nothing else is counted.
    """

    def __init__(self, amounts: Amounts, users: Iterable[User], teams: Iterable[Team]) -> None:
        self._amounts = amounts
        self._teams = {one.id: one for one in teams}
        self._people: dict[UUID | None, list[UUID]] = {}
        for user in users:
            self._people.setdefault(self._known(user.team_id), []).append(user.id)
        self._below: dict[UUID | None, list[UUID]] = {}
        for team in self._teams.values():
            self._below.setdefault(self._known(team.parent_id), []).append(team.id)

    def person(self, user_id: UUID, months: Sequence[date]) -> Decimal | None:
        """What somebody is to win in some months; None where nobody said."""
        return _sum(self._amounts.get((USER, user_id, one)) for one in months)

    def team(self, team_id: UUID, months: Sequence[date]) -> Decimal | None:
        """What a team is to win in some months, each month by itself; None where nobody said."""
        return _sum(self._of_team(team_id, one) for one in months)

    def whole(self, months: Sequence[date]) -> Decimal | None:
        """What all are to win: the topmost teams, and the people who are in none."""
        return _sum(self._within(None, one) for one in months)

    def _of_team(self, team_id: UUID, month: date) -> Decimal | None:
        own = self._amounts.get((TEAM, team_id, month))
        return own if own is not None else self._within(team_id, month)

    def _within(self, team_id: UUID | None, month: date) -> Decimal | None:
        """The sum of the teams right below a team, or below none, and of the people in it."""
        people = (self._amounts.get((USER, one, month)) for one in self._people.get(team_id, ()))
        teams = (self._of_team(one, month) for one in self._below.get(team_id, ()))
        return _sum([*people, *teams])

    def _known(self, team_id: UUID | None) -> UUID | None:
        return team_id if team_id in self._teams else None


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    found = [one for one in amounts if one is not None]
    return sum(found, Decimal(0)) if found else None
