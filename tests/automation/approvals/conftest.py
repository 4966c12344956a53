"""Rules of approval, as an owner of the workspace makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.automation.approvals.facts import Level
from app.automation.approvals.models import ApprovalRequest, ApprovalStep
from app.automation.approvals.rules import create_rule
from app.automation.approvals.wishes import Wish
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.kernel.actor import Actor
from app.records.filters import Filter
from tests.cast import PASSWORD, Part, Person

Rule = Callable[..., UUID]


def by_role(by: Actor, key: str = "owner", **more: Any) -> Level:
    """A level that asks the people of a built-in role."""
    return Level("role", role_by_key(by.session, key).id, **more)


def people(*persons: Person, **more: Any) -> Level:
    """A level that asks some people by name."""
    return Level("people", user_ids=tuple(one.user_id for one in persons), **more)


@pytest.fixture
def rule(alice: Person) -> Rule:
    """Makes a rule; without levels Alice, as the owner, is asked."""

    def make(
        kind: str,
        verbs: str | Sequence[str],
        *levels: Level,
        when: Filter | None = None,
        **more: Any,
    ) -> UUID:
        with alice.workspace.acting(alice) as by:
            asked = levels or (by_role(by),)
            wish = Wish(
                more.pop("name", "Ask first"),
                [verbs] if isinstance(verbs, str) else list(verbs),
                asked,
                filters=[when] if when is not None else None,
                **more,
            )
            return create_rule(by, kind, wish).id

    return make


def requests(person: Person) -> list[ApprovalRequest]:
    """Every request of the workspace, in the order in which they were made."""
    with person.workspace.scope() as session:
        found = list(session.scalars(select(ApprovalRequest).order_by(ApprovalRequest.id)))
        session.expunge_all()
        return found


def only_request(person: Person) -> ApprovalRequest:
    """The one request that there is."""
    (found,) = requests(person)
    return found


def asked(person: Person, request: ApprovalRequest) -> list[UUID]:
    """Whom a request waits for."""
    with person.workspace.scope() as session:
        rows = select(ApprovalStep.user_id).where(
            ApprovalStep.request_id == request.id, ApprovalStep.state == "waiting"
        )
        return list(session.scalars(rows.order_by(ApprovalStep.id)))


def colleague(alice: Person, name: str, role: str = "sales_rep") -> Person:
    """Somebody more who works at Acme."""
    email = f"{name.split(maxsplit=1)[0].lower()}@acme.example"
    with alice.workspace.acting(alice) as by:
        role_row = role_by_key(by.session, role)
        made = create_user(by, email=email, name=name, role=role_row, password=PASSWORD).id
    return Person(Part(name, email, role), alice.workspace, made, alice.app)
