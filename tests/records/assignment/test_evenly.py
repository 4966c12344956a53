"""Whatever the people, what they own, who is away and what each may own: nobody gets too much."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.automation.approvals.models import ApprovalAbsence
from app.crm.models import Account
from app.identity.models import User
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.records.assignment import rules
from app.records.assignment.distribute import Nobody
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.records.assignment.test_assignment import firm

PEOPLE = 4


@dataclass(frozen=True)
class Staff:
    """One of those who could get something."""

    owned: int
    is_away: bool
    has_left: bool


def _people(by: Actor) -> list[UUID]:
    """Some reps, made once for all that is tried; what is tried is taken back."""
    role = role_by_key(by.session, "sales_rep")
    for number in range(PEOPLE):
        create_user(by, email=f"rep{number}@acme.example", name=f"Rep {number}", role=role)
    by.session.flush()
    found = select(User.id).where(User.email.like("rep%@acme.example")).order_by(User.name_sort)
    return list(by.session.scalars(found))


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    strategy=st.sampled_from(("in_turn", "least_load")),
    capacity=st.one_of(st.none(), st.integers(1, 4)),
    owned=st.lists(st.integers(0, 3), min_size=PEOPLE, max_size=PEOPLE),
    away=st.lists(st.booleans(), min_size=PEOPLE, max_size=PEOPLE),
    left=st.lists(st.booleans(), min_size=PEOPLE, max_size=PEOPLE),
    number=st.integers(1, 9),
)
def test_records_are_spread_evenly_among_who_can_take_one(
    acme: Workspace,
    alice: Person,
    strategy: str,
    capacity: int | None,
    owned: list[int],
    away: list[bool],
    left: list[bool],
    number: int,
) -> None:
    staff = [Staff(*one) for one in zip(owned, away, left, strict=True)]
    with acme.scope() as session:
        by = acme.actor(alice)
        people = _people(by)
        for user_id, one in zip(people, staff, strict=True):
            _put(user_id, one, by)
        limit = "" if capacity is None else str(capacity)
        named = tuple(map(str, people))
        wish = rules.Wish("Reps", people=named, strategy=strategy, capacity=limit)
        rules.create_rule(by, "account", wish)
        given_to = [_given(firm(by, f"Firm {at}"), by) for at in range(number)]
        session.rollback()
    got = Counter(one for one in given_to if one is not None)
    room = {
        user_id: number if capacity is None else max(capacity - one.owned, 0)
        for user_id, one in zip(people, staff, strict=True)
        if not one.is_away and not one.has_left
    }
    assert set(got) <= set(room), "nobody who is away or has left"
    assert all(got[one] <= most for one, most in room.items()), "nobody above what they may own"
    waits = max(number - sum(room.values()), 0)
    assert given_to.count(None) == waits, "what waits does so where nobody has room"
    stood = dict(zip(people, (one.owned for one in staff), strict=True))
    weighed = Counter() if strategy == "in_turn" else Counter(stood)
    for one, most in room.items():
        if got[one] < most:  # Whoever has room left is behind nobody by more than their turn.
            others = [weighed[other] + got[other] for other in room if got[other]]
            assert all(held <= weighed[one] + got[one] + 1 for held in others)


def _put(user_id: UUID, one: Staff, by: Actor) -> None:
    """Let somebody own, be away and have left as was drawn."""
    for _number in range(one.owned):
        by.session.add(_account(user_id, by))
    if one.is_away:
        by.session.add(_absence(user_id, by))
    by.session.get_one(User, user_id).is_active = not one.has_left
    by.session.flush()


def _given(record: Account, by: Actor) -> UUID | None:
    """Who gets a record by the rules, or None where it stays in the pool, which says so."""
    with suppress(Nobody):
        perform("account", "distribute", record, by=by)
        return record.owner_id
    with pytest.raises(Nobody, match="Reps"):
        perform("account", "distribute", record, by=by)
    assert record.owner_id is None
    return None


def _account(owner_id: UUID, by: Actor) -> Account:
    held = firm(by, "Held")
    held.owner_id = owner_id
    return held


def _absence(user_id: UUID, by: Actor) -> ApprovalAbsence:
    today = by.now.date()
    return ApprovalAbsence(
        id=new_id(),
        user_id=user_id,
        stand_in_id=by.user_id,
        from_on=today - timedelta(days=1),
        until_on=today + timedelta(days=1),
        created_at=by.now,
    )
