"""Whatever rules there are and whatever somebody does, no door does what has to be approved.

Bob tries doors of all kinds in any order, under rules drawn at random. What the rules hold back
never stands in a record, not for a moment; what is approved later is done once or refused in words.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.crm.models import Account, Contact
from app.kernel.errors import Answer
from app.records.filters import Filter
from app.sales.models import Lead
from tests.automation.approvals.conftest import Rule, requests, rule
from tests.automation.approvals.test_authority_everywhere import MAY, Hand
from tests.automation.approvals.test_gate import account
from tests.cast import Person, Workspace
from tests.records.api.conftest import Programs, program
from tests.records.imports.conftest import allow
from tests.sales.test_leads import make_lead

__all__ = ["program", "rule"]
CITIES = ("York", "Hull", "Leeds")
Stands = dict[UUID, Account]


@dataclass(frozen=True)
class Held:
    """A rule, and what of customers can't be while nobody approved anything.

    `broken` looks at a customer as it stands and as it stood when it was first seen.
    """

    verbs: tuple[str, ...]
    when: Filter | None
    fields: tuple[str, ...]
    broken: Callable[[Account, Account], bool]


def drawn(random: Random) -> list[Held]:
    """Some rules of each kind, no two of which are alike."""
    most, kind, city = (
        Decimal(random.choice((6, 20, 40))),
        random.choice(list(MAY)),
        random.choice(CITIES),
    )
    kept = random.choice([one for one in MAY if one != kind])
    every = [
        Held(
            ("create", "update"),
            Filter("discount", "gte", str(most)),
            (),
            lambda now, _first: now.discount is not None and now.discount >= most,
        ),
        Held(
            ("create", "update"),
            Filter("customer_kind", "eq", kind),
            (),
            lambda now, _first: now.customer_kind == kind,
        ),
        Held(
            ("create", "update"),
            Filter("city", "eq", city),
            (),
            lambda now, _first: now.city == city,
        ),
        Held(
            ("update",),
            None,
            ("customer_kind",),
            lambda now, first: now.customer_kind != first.customer_kind,
        ),
        Held(
            ("delete",),
            Filter("customer_kind", "eq", kept),
            (),
            lambda now, _first: now.deleted_at is not None and now.customer_kind == kept,
        ),
        Held(("create",), Filter("name", "eq", "By API"), (), lambda now, _f: now.name == "By API"),
    ]
    return random.sample(every, 3)


@dataclass
class Doors(Hand):
    """The doors of `Hand`, and leads that become customers."""

    workspace: Workspace | None = None
    leads: list[UUID] = field(default_factory=list)

    def convert(self) -> None:
        """Make a lead a customer, or let it join one that it gives what is missing."""
        lead_id = self.random.choice(self.leads)
        into = self.random.choice(("new", str(self.firm())))
        if self.random.random() < 0.5:
            self.api.post(f"leads/{lead_id}/convert", {"account_id": into})
            return
        form = {"account": into, "contact": "new"}
        self.bob.client.post(f"/leads/{lead_id}/convert", data=form)

    def ways(self) -> list[Callable[[], None]]:
        return [*super().ways(), self.convert, self.convert]


def standing(workspace: Workspace) -> Stands:
    """Every customer as it stands, deleted ones too."""
    with workspace.scope() as session:
        found = {one.id: one for one in session.scalars(select(Account))}
        session.expunge_all()
        return found


def number(workspace: Workspace, model: Any) -> int:
    with workspace.scope() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("seed", range(4))
def test_under_any_rules_no_door_does_what_waits(
    acme: Workspace,
    alice: Person,
    bob: Person,
    rule: Rule,
    no_files: None,
    program: Programs,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    for verb in ("update", "delete", "import"):
        allow(acme, "sales_rep", verb)
    doors = Doors(bob, program(bob), Random(seed), monkeypatch)
    doors.firms = [account(bob, name=f"Firm {at}") for at in range(4)]
    with acme.acting(bob) as by:
        doors.leads = [
            make_lead(by, company=f"Lead {at}", city=doors.random.choice(CITIES)).id
            for at in range(6)
        ]
    held = drawn(doors.random)
    for at, one in enumerate(held):
        rule("account", one.verbs, when=one.when, fields=list(one.fields), name=f"Rule {at}")
    first = standing(acme)
    done: list[str] = []
    for _step in range(50):
        way = doors.random.choice(doors.ways())
        done.append(way.__name__)
        with suppress(Answer):  # It was refused, or has to be asked for: nothing was done.
            way()
        now = standing(acme)
        for record_id, found in now.items():
            was = first.setdefault(record_id, found)
            broken = [one.verbs for one in held if one.broken(found, was)]
            assert broken == [], (done, found.name)
    assert requests(alice), "nothing was held back, so nothing was tried"
    approve_all(alice)
    with acme.scope() as session:
        became = session.scalars(select(Lead.account_id).where(Lead.status == "converted")).all()
    people = number(acme, Contact)
    assert None not in became
    assert people == len(became), "each lead that was converted made one person, and no other did"


def approve_all(person: Person) -> None:
    """Say yes to whatever waits: it is done, or it is said why it can't be."""
    for one in requests(person):
        for _level in range(6):
            answer = person.client.post(f"/approvals/{one.id}/approve")
            assert answer.status_code < 500, (one.verb, answer.text[:300])
            if answer.status_code >= 400:
                break
