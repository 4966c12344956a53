"""Next steps, as those plan them who press twice, or whose role keeps fields from them."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.crm.models import Activity
from app.identity.models import FieldRule, Grant, User
from app.kernel.actor import FieldAccess
from app.kernel.errors import NotPermitted
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.door import perform
from tests.attacks.test_faults import together
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact

install_record_types()

NEXT = {"when": "other", "kind": "call", "subject": "Again", "due_at": "2027-01-04T09:00"}
INHERITED = ("owner_id", "account_id", "contact_id", "subject")


def forbid(acme: Workspace, person: Person, key: str) -> None:
    """Let somebody's role read this field of activities and not write it."""
    with acme.scope() as session:
        role = session.get_one(User, person.user_id).role
        rule = {"role_id": role.id, "record_type": "activity", "field": key}
        session.add(FieldRule(**rule, access=int(FieldAccess.READ)))
        role.stamp = new_id()


@pytest.fixture
def task(acme: Workspace, bob: Person) -> UUID:
    """Bob's open task with a person at a firm of his."""
    with acme.acting(bob) as by:
        account = str(make_account(by).id)
        contact = str(make_contact(by, account_id=account).id)
        told = {"due_at": "2026-01-01T09:00", "account_id": account, "contact_id": contact}
        return make_activity(by, "task", subject="Ring", **told).id


def test_two_completions_at_once_plan_one_next_step(acme: Workspace, alice: Person) -> None:
    for _round in range(5):
        with acme.acting(alice) as by:
            task = make_activity(by, "task", subject="Ring", due_at="2026-01-01T09:00").id
            before = by.session.scalar(select(func.count(Activity.id))) or 0
        call = partial(alice.sign_in().post, f"/activities/{task}/done", data=NEXT)
        assert min(one.status_code for one in together([call, call])) in (200, 303)
        with acme.scope() as session:
            assert session.scalar(select(func.count(Activity.id))) == before + 1


@pytest.mark.parametrize("key", INHERITED)
def test_a_form_that_offers_a_next_step_can_plan_it(
    acme: Workspace, bob: Person, task: UUID, key: str
) -> None:
    """What the next step takes over from the activity is not what its maker typed."""
    forbid(acme, bob, key)
    url = f"/activities/{task}/done"
    assert 'name="when"' in bob.client.get(url).text
    sent = {field: text for field, text in NEXT.items() if field != key}
    assert bob.client.post(url, data=sent).status_code == 303
    with acme.acting(bob) as by:
        planned = by.session.scalars(select(Activity).where(Activity.done_at.is_(None))).one()
        before = by.session.get_one(Activity, task)
        assert (planned.owner_id, planned.account_id) == (bob.user_id, before.account_id)
        assert planned.contact_id == before.contact_id is not None


def test_a_next_step_stays_with_what_its_maker_may_not_open(
    acme: Workspace, alice: Person, bob: Person, task: UUID
) -> None:
    """Bob's task at an account of Alice's, first beyond his reach, then with a role for none."""
    with acme.acting(alice) as by:
        account = make_account(by).id
        at_hers = by.session.get_one(Activity, task)
        perform("activity", "update", at_hers, by=by, account_id=str(account))
    assert bob.client.post(f"/activities/{task}/done", data=NEXT).status_code == 303
    with acme.acting(alice) as by:
        planned = by.session.scalars(select(Activity).where(Activity.done_at.is_(None))).one()
        assert (planned.account_id, planned.owner_id) == (account, bob.user_id)
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        held = select(Grant).where(Grant.role_id == role.id, Grant.record_type == "account")
        for grant in session.scalars(held):
            session.delete(grant)
        role.stamp = new_id()
    assert bob.client.post(f"/activities/{planned.id}/done", data=NEXT).status_code == 303


@pytest.mark.parametrize("key", ["owner_id", "subject"])
def test_what_is_typed_into_a_next_step_needs_the_right_to_write_it(
    acme: Workspace, alice: Person, bob: Person, task: UUID, key: str
) -> None:
    forbid(acme, bob, key)
    asked = {"kind": "call", "due_at": "2027-01-04T09:00Z", key: str(alice.user_id)}
    with acme.acting(bob) as by, pytest.raises(NotPermitted) as refused:
        perform("activity", "complete", by.session.get_one(Activity, task), by=by, next=asked)
    assert list(refused.value.errors) == [f"next.{key}"]


@pytest.mark.parametrize("key", ["owner_id", "way", "due_at"])
def test_a_follow_up_plans_the_next_one_whatever_else_may_not_be_written(
    acme: Workspace, bob: Person, key: str
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by).id
    forbid(acme, bob, key)
    with acme.acting(bob) as by:
        told = {"account_id": str(account), "next_at": "2027-01-04T09:00Z"}
        make_activity(by, "follow_up", body="They want an offer.", **told)
        (planned,) = by.session.scalars(select(Activity).where(Activity.done_at.is_(None)))
        assert (planned.kind, planned.account_id) == ("follow_up", account)
