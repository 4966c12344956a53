"""Who looks at the demo finds something that waits, and sees how it came to that."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.automation.approvals.models import ApprovalRequest, ApprovalRule, ApprovalStep
from app.automation.authority.models import AuthorityLimit
from app.demo.approvals import TOLD, load_approvals
from app.identity.models import Team, User
from app.identity.operations.teams import create_team
from app.identity.operations.users import change_team
from tests.automation.approvals.conftest import colleague
from tests.cast import Person
from tests.factories import make_account


@pytest.mark.parametrize("slug", sorted(TOLD))
def test_a_rule_limits_and_two_requests_wait_for_the_manager_once(
    alice: Person, bob: Person, slug: str
) -> None:
    mara = colleague(alice, "Mara Moor", "manager")
    with alice.workspace.acting(alice) as by:
        team = create_team(by, name="Sales")
        for person in (mara, bob):
            change_team(by, by.session.get_one(User, person.user_id), team)
    with bob.workspace.acting(bob) as by:
        firms = {make_account(by, name).id for name in ("One", "Two", "Three")}
    for _run in range(2):
        with alice.workspace.acting() as by:
            load_approvals(by, slug, alice.user_id, mara.user_id, bob.user_id)
    with alice.workspace.scope() as session:
        assert (
            session.scalars(select(Team.lead_id).where(Team.name == "Sales")).one() == mara.user_id
        )
        assert session.scalars(select(ApprovalRule.name)).all() == [TOLD[slug].name]
        requests = session.scalars(select(ApprovalRequest).order_by(ApprovalRequest.id)).all()
        assert [one.verb for one in requests] == ["delete", "update"]
        assert {one.record_id for one in requests} < firms
        assert requests[1].changes == {"discount": [None, 8], "payment_days": [None, 45]}
        asked = session.scalars(select(ApprovalStep.user_id)).all()
        assert asked == [mara.user_id] * 2
        assert session.scalar(select(func.count()).select_from(AuthorityLimit)) == 4
