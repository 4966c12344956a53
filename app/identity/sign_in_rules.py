"""What a workspace asks of whoever signs in, as the rest of identity reads it.

By when somebody must have the second step set up stands in their own row, so that no request has to
ask for the rules: it is put there where a rule, a role or the step itself changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.models import SignInRule, User
from app.identity.passwords import MINIMUM
from app.kernel.actor import Actor

FREE, BY_ROLE, ALL = "free", "roles", "all"
DUE = "second_step_due"  # Where a session keeps by when who is signed in must set the step up.


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that hold; times without use and at the most are those of a session."""

    password_length: int = MINIMUM
    two_factor: str = FREE
    two_factor_roles: frozenset[UUID] = frozenset()
    grace_days: int = 7
    idle_hours: int = 72
    longest_days: int = 30

    @property
    def idle(self) -> timedelta:
        """A session that nobody uses ends after this."""
        return timedelta(hours=self.idle_hours)

    @property
    def longest(self) -> timedelta:
        """And every session after this."""
        return timedelta(days=self.longest_days)

    @property
    def grace(self) -> timedelta:
        """How long somebody of whom the second step is asked works on without it."""
        return timedelta(days=self.grace_days)

    def asks_second_step_of(self, role_id: UUID) -> bool:
        """True where the people of a role must sign in by two factors."""
        return self.two_factor == ALL or (
            self.two_factor == BY_ROLE and role_id in self.two_factor_roles
        )


def rules_of(session: Session) -> Rules:
    """What the workspace decided, else the usual."""
    row = session.execute(
        select(
            SignInRule.password_length,
            SignInRule.two_factor,
            SignInRule.two_factor_roles,
            SignInRule.grace_days,
            SignInRule.idle_hours,
            SignInRule.longest_days,
        )
    ).first()
    if row is None:
        return Rules()
    length, two_factor, roles, *times = row
    return Rules(length, two_factor, frozenset(roles), *times)


def note_due(session: Session, user: User, now: datetime) -> datetime | None:
    """Put by when a user must have the second step set up; one that runs already goes on.

    Answers with that moment where it was not asked of them before, so that they can be told.
    """
    if user.has_two_factor or not (rules := rules_of(session)).asks_second_step_of(user.role.id):
        user.two_factor_due_at = None
    elif user.two_factor_due_at is None:
        user.two_factor_due_at = now + rules.grace
        return user.two_factor_due_at
    return None


def second_step_due(by: Actor) -> datetime | None:
    """By when who is signed in must set the second step up; None where nothing is asked of them.

    Looking at the workspace as a role or a colleague takes nothing of it off.
    """
    found = by.session.info.get(DUE) if by.support is None else None
    return found if isinstance(found, datetime) else None
