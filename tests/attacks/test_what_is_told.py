"""What is told, and what is left behind: by bells, by the audit, by cards, by what was erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.crm.models import Account, PlanRun
from app.identity.models import Grant, Notice, User
from app.identity.operations import notices as operations
from app.identity.operations.roles import role_by_key
from app.kernel.actor import Reach
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.bulk.begin import begin_change
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.recents.models import OpenedRecord
from app.records.registry import registry
from app.records.sharing.models import Follower
from app.records.trash import purge_deleted
from tenants.facts import TenantFacts
from tests.attacks.previewing import preview
from tests.attacks.program import Programs
from tests.attacks.test_hidden_fields import hide
from tests.cast import Person, Workspace
from tests.crm.test_plans import make_plan, start, step
from tests.factories import (
    make_account,
)

install_record_types()


def notices(acme: Workspace, person: Person) -> list[tuple[UUID, bool]]:
    """Somebody's notices, and whether each was read."""
    with acme.scope() as session:
        rows = session.execute(
            select(Notice.id, Notice.read_at).where(Notice.user_id == person.user_id)
        )
        return [(row.id, row.read_at is not None) for row in rows]


def test_looking_at_the_bell_as_a_role_drops_no_notice_of_ones_own(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    """What the role may not see is told of again when the look is over."""
    with acme.acting(alice) as by:
        theirs = make_account(by, owner_id=str(alice.user_id))
    with acme.acting() as by:
        by.session.get_one(User, bob.user_id).role = role_by_key(by.session, "admin")
    with acme.acting(bob) as by:
        found = by.session.get_one(Account, theirs.id)
        perform("account", "update", found, by=by, city="Leeds")
    with acme.acting(alice) as by:  # Since then the account is another's, whom reps don't reach.
        found = by.session.get_one(Account, theirs.id)
        perform("account", "update", found, by=by, owner_id=str(bob.user_id))
    before = notices(acme, alice)
    assert len(before) == 1
    client = preview(acme, alice, "sales_rep")
    assert client.get("/notices").status_code == 200
    assert notices(acme, alice) == before


def test_following_a_notice_while_looking_as_a_role_leaves_it_unread(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting() as by:
        by.session.get_one(User, bob.user_id).role = role_by_key(by.session, "admin")
    with acme.acting(bob) as by:
        make_account(by, owner_id=str(alice.user_id))
    before = notices(acme, alice)
    assert [was_read for _id, was_read in before] == [False]
    client = preview(acme, alice, "viewer")
    assert client.get(f"/notices/{before[0][0]}").status_code == 303
    assert notices(acme, alice) == before


def test_opening_a_receipt_while_looking_as_a_role_leaves_its_notice_unread(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firms = Selection(ids=(make_account(by).id,))
        change = begin_change(registry().type("account"), "update", firms, {"city": "York"}, by).id
        operations.tell(by, alice.user_id, "Done", url=f"/accounts/bulk/{change}")
    before = notices(acme, alice)
    client = preview(acme, alice, "sales_rep")
    assert client.get(f"/accounts/bulk/{change}").status_code == 200
    assert notices(acme, alice) == before
    assert alice.client.get(f"/accounts/bulk/{change}").status_code == 200
    assert notices(acme, alice) != before


def test_news_that_come_while_the_bell_is_looked_at_are_not_lost(
    acme: Workspace, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line of which nothing could be told is put away, unless something was added to it since."""
    with acme.acting(bob) as by:
        account = make_account(by).id
    hide(acme, bob, "account", "city")

    def change(**values: str) -> None:
        with acme.acting(alice) as by:
            perform("account", "update", by.session.get_one(Account, account), by=by, **values)

    change(city="Leeds")
    put_away = operations.put_away

    def late(tenant: TenantFacts, user_id: UUID, seen: Mapping[UUID, datetime]) -> None:
        change(phone="020 7946 0301")
        put_away(tenant, user_id, seen)

    monkeypatch.setattr(operations, "put_away", late)
    bob.client.get("/notices")
    monkeypatch.setattr(operations, "put_away", put_away)
    assert "Phone" in bob.client.get("/notices").text


def test_the_audit_tells_nobody_what_a_colleague_keeps_as_a_private_view(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    api = program(alice)
    made = {"record_type": "account", "name": "Oldmark", "query": "city=Oldmark"}
    view = api.post("views", made).json["id"]
    api.patch(f"views/{view}", {"name": "Newmark", "query": "city=Newmark"})
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        grant = Grant(role_id=role.id, record_type="audit", verb="read", reach=int(Reach.ALL))
        session.add(grant)
        role.stamp = new_id()
    answers = program(bob).get("audit"), bob.client.get("/settings/audit")
    for answer in answers:
        assert answer.status_code == 200
        assert "view" in answer.text
        assert "Oldmark" not in answer.text
        assert "Newmark" not in answer.text


def test_the_audit_names_a_view_while_others_see_it_and_tells_no_filter_of_it(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    made = {"record_type": "account", "name": "Ownmark", "query": "city=Filtermark"}
    view = api.post("views", made).json["id"]
    for name, audience in (("Sharedmark", "everyone"), ("Latermark", "private")):
        answer = api.patch(f"views/{view}", {"name": name, "audience": audience})
        assert answer.status_code == 200, answer.text
    answer = api.get("audit?record_type=view")
    told = [one["changes"] for one in answer.json["data"]]
    assert {"name": [None, "Sharedmark"], "audience": ["private", "everyone"]} in told
    assert {"name": ["Sharedmark", None], "audience": ["everyone", "private"]} in told
    for text in (answer.text, alice.client.get("/settings/audit").text):
        assert "Sharedmark" in text
        for hidden in ("Ownmark", "Latermark", "Filtermark"):
            assert hidden not in text


def test_a_card_does_not_tell_a_hidden_moment(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(bob) as by:
        make_account(by)
    assert "In this column since" in bob.client.get("/accounts/board").text
    hide(acme, bob, "account", "created_at")
    assert "In this column since" not in bob.client.get("/accounts/board").text


def test_a_card_that_was_moved_tells_since_when_whatever_is_hidden(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    """That moment is no longer the one at which the record was made."""
    with acme.acting(bob) as by:
        account = make_account(by).id
    with acme.acting(alice) as by:
        found = by.session.get_one(Account, account)
        other = "former" if found.lifecycle != "former" else "customer"
        perform("account", "update", found, by=by, lifecycle=other)
    hide(acme, bob, "account", "created_at")
    assert "In this column since" in bob.client.get("/accounts/board").text


@pytest.fixture
def named(acme: Workspace, alice: Person, bob: Person) -> UUID:
    """A deleted account that somebody follows, opened, was told of, and started a plan with."""
    with acme.acting(alice) as by:
        plan = make_plan(by, step("Ring them")).id
        account = make_account(by, owner_id=str(bob.user_id)).id
    with acme.acting(alice) as by:
        start(by, account, plan)
        told = {"record_type": "account", "record_id": account, "user_id": bob.user_id}
        by.session.add(Follower(**told, added_by_id=alice.user_id, at=by.now))
    assert bob.client.get(f"/accounts/{account}").status_code == 200
    with acme.acting(alice) as by:
        perform("account", "delete", by.session.get_one(Account, account), by=by)
    assert kept_of(acme, account) == [PlanRun, Follower, OpenedRecord, Notice]
    return account


def kept_of(acme: Workspace, record_id: UUID) -> list[Any]:
    """What names a record by its id, of all that can."""
    tables = (PlanRun, Follower, OpenedRecord, Notice)
    with acme.scope() as session:
        return [
            one
            for one in tables
            if session.scalar(select(func.count()).where(one.record_id == record_id))
        ]


def test_an_erased_record_leaves_nothing_that_names_it(
    acme: Workspace, alice: Person, program: Programs, named: UUID
) -> None:
    assert program(alice).delete(f"recycle-bin/accounts/{named}").status_code == 204
    assert kept_of(acme, named) == []


def test_a_record_whose_days_are_over_leaves_nothing_that_names_it(
    acme: Workspace, named: UUID
) -> None:
    with acme.acting() as by:
        for record_type in reversed(list(registry())):
            purge_deleted(record_type, by.now + timedelta(days=1), by)
    assert kept_of(acme, named) == []
