"""What Bob holds at Acme, and colleagues who can take it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.crm.models import Account, Activity, Contact
from app.handover.models import Handover
from app.handover.operations.begin import begin_handover
from app.handover.rules import Plan
from app.identity.models import User
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.kernel.actor import Actor
from tenants.control import Job
from tenants.database import control_session
from tests.cast import PASSWORD, Part, Person, Workspace, find_person
from tests.factories import make_account, make_activity, make_contact

ERIN = Part("Erin East", "erin@acme.example", "sales_rep")
FRED = Part("Fred Fox", "fred@acme.example", "sales_rep")


def hire(acme: Workspace, part: Part, app: Flask, role: str = "") -> Person:
    """Somebody who works at Acme from now on."""
    with acme.acting() as by:
        as_role = role_by_key(by.session, role or part.role)
        create_user(by, email=part.email, name=part.name, role=as_role, password=PASSWORD)
    return find_person(part, acme, app)


@pytest.fixture
def erin(acme: Workspace, app: Flask) -> Person:
    """A sales rep beside Bob."""
    return hire(acme, ERIN, app)


@pytest.fixture
def fred(acme: Workspace, app: Flask) -> Person:
    """Another sales rep beside Bob."""
    return hire(acme, FRED, app)


@pytest.fixture
def estate(acme: Workspace, bob: Person) -> dict[str, UUID]:
    """Bob's firms in York and Leeds, each with a person and an open task, and what was done."""
    with acme.acting(bob) as by:
        found: dict[str, UUID] = {}
        for city in ("York", "Leeds"):
            account = make_account(by, f"{city} Fences", city=city)
            contact = make_contact(by, account_id=str(account.id))
            task = make_activity(
                by,
                "task",
                subject=f"Ring {city}",
                body="",
                due_at=(by.now + timedelta(days=1)).isoformat(),
                account_id=str(account.id),
            )
            found |= {city: account.id, f"{city} person": contact.id, f"{city} task": task.id}
        note = make_activity(by, "note", account_id=str(found["York"]))
        lone = make_activity(by, "task", subject="Tidy up", body="")
        return found | {"note": note.id, "lone": lone.id}


HandOver = Callable[..., Handover]


@pytest.fixture
def hand_over(acme: Workspace, alice: Person, bob: Person) -> HandOver:
    """Alice hands over what Bob holds."""

    def begun(plan: Plan, confirmed: Any = (), who: Person | None = None) -> Handover:
        with acme.acting(who or alice) as by:
            user = by.session.get_one(User, bob.user_id)
            made = begin_handover(by, user, plan, set(confirmed))
        with (
            acme.engine_app.app_context(),
            control_session() as session,
        ):  # A worker that does one job does this one.
            session.execute(delete(Job).where(Job.kind == "keep_mail_hints"))
        return made

    return begun


def owner_of(acme: Workspace, record_id: UUID) -> UUID | None:
    """Who owns a record now."""
    with acme.scope() as session:
        for model in (Account, Contact, Activity):
            found = session.execute(select(model.owner_id).where(model.id == record_id)).first()
            if found is not None:
                return found[0]
    raise LookupError(record_id)


def promised(by: Actor, account_id: UUID, subject: str = "Send the offer") -> UUID:
    """An open promise to a customer."""
    due = (by.now + timedelta(days=2)).isoformat()
    made = make_activity(
        by,
        "task",
        subject=subject,
        body="",
        due_at=due,
        account_id=str(account_id),
        is_promise=True,
    )
    return made.id
