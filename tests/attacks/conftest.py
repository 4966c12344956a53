"""What attackers use."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.crm.models import PlanRun
from app.identity.operations.roles import role_by_key
from tests.attacks.program import program
from tests.cast import Person, Workspace
from tests.crm.test_plans import make_plan, start, step, steps
from tests.factories import make_account
from tests.records.bulk.conftest import firms
from tests.records.settings.conftest import define, fields

__all__ = ["define", "fields", "firms", "program"]


@pytest.fixture
def ids(acme: Workspace, alice: Person) -> dict[str, str]:
    """The ids of an account with a plan under way, of its task, and of a role."""
    with acme.acting(alice) as by:
        plan = make_plan(by, step("Ring them")).id
        account = make_account(by, industry="").id
    with acme.acting(alice) as by:
        start(by, account, plan)
        return {
            "plan": str(plan),
            "account": str(account),
            "run": str(by.session.scalars(select(PlanRun.id)).one()),
            "task": str(steps(by)[0].id),
            "role": str(role_by_key(by.session, "sales_rep").id),
        }
