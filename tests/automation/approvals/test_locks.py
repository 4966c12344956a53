"""What waits is locked as it was asked, whatever becomes of the rule, and from its parent too."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.automation.approvals.decide import approve
from app.automation.approvals.rules import change_rule, delete_rule, get_rule, switch_rule
from app.automation.approvals.wishes import Wish
from app.crm.models import Account, Contact
from app.kernel.errors import Held, Refused
from app.records import gate
from app.records.bulk.begin import begin_change
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.tailored import tailored
from tests.automation.approvals.conftest import Rule, by_role, colleague, only_request
from tests.automation.approvals.test_gate import account, ask, stands
from tests.cast import Person
from tests.records.imports.conftest import allow


def change(person: Person, record_id: UUID, **inputs: str) -> None:
    """Change a customer."""
    with person.workspace.acting(person) as by:
        perform("account", "update", by.session.get_one(Account, record_id), by=by, **inputs)


@pytest.mark.parametrize("way", ["changed", "off", "removed"])
def test_what_waits_keeps_the_lock_under_which_it_was_asked(
    alice: Person, bob: Person, rule: Rule, way: str
) -> None:
    record_id = account(bob)
    rule_id = rule("account", "update", fields=["city"], locks="record")
    ask(bob, "update", record_id, city="York")
    with alice.workspace.acting(alice) as by:
        row = get_rule(by, rule_id)
        if way == "changed":
            change_rule(by, row, Wish("Ask first", ["update"], [by_role(by)], ["city"]))
        elif way == "off":
            switch_rule(by, row, is_on=False)
        else:
            delete_rule(by, row)
    with pytest.raises(Refused, match="locked until then"):
        change(bob, record_id, address="1 High Street")
    request_id = only_request(alice).id
    with alice.workspace.acting(alice) as by:
        assert approve(request_id, by).is_done
    change(bob, record_id, address="1 High Street")


@pytest.fixture
def locked_contact(bob: Person, rule: Rule) -> tuple[UUID, UUID]:
    """A customer, and a person of it of whom a change waits, who is locked meanwhile."""
    allow(bob.workspace, "sales_rep", "delete")
    record_id = account(bob)
    with bob.workspace.acting(bob) as by:
        made = perform("contact", "create", by=by, last_name="Fence", account_id=str(record_id))
        contact_id = made.id
    rule("contact", "update", fields=["title"], locks="record")
    with bob.workspace.acting(bob) as by:
        found = by.session.get_one(Contact, contact_id)
        with pytest.raises(Held) as held:
            perform("contact", "update", found, by=by, title="Head")
        gate.keep(held.value, by)
    return record_id, contact_id


def test_what_is_locked_does_not_go_with_its_parent(
    alice: Person, bob: Person, locked_contact: tuple[UUID, UUID]
) -> None:
    record_id, _contact_id = locked_contact
    with bob.workspace.acting(bob) as by:
        with pytest.raises(Refused, match="would go with it") as refused:
            perform("account", "delete", by.session.get_one(Account, record_id), by=by)
        assert "Alice Archer" in str(refused.value.message)
        record_type = tailored("account", by)
        done = begin_change(record_type, "delete", Selection(ids=(record_id,)), {}, by)
        assert (done.done, done.left_out) == (0, 1)
    assert stands(bob, record_id).deleted_at is None
    request_id = only_request(alice).id
    with alice.workspace.acting(alice) as by:
        assert approve(request_id, by).is_done
    with bob.workspace.acting(bob) as by:
        perform("account", "delete", by.session.get_one(Account, record_id), by=by)
    assert stands(bob, record_id).deleted_at is not None


def test_a_lock_of_fields_lets_the_record_go(bob: Person, rule: Rule) -> None:
    record_id = account(bob)
    rule("account", "update", fields=["city"], locks="fields")
    ask(bob, "update", record_id, city="York")
    with bob.workspace.acting(bob) as by:
        perform("account", "delete", by.session.get_one(Account, record_id), by=by)
    assert stands(bob, record_id).deleted_at is not None


def test_another_rule_by_then_brings_its_lock(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "update", fields=["city"])
    ask(bob, "update", record_id, city="York")
    with alice.workspace.acting(alice) as by:
        manager = by_role(by, "manager")
    colleague(alice, "Mara Moor", "manager")
    rule("account", "update", manager, fields=["city"], locks="record", four_eyes=True)
    request_id = only_request(alice).id
    with alice.workspace.acting(alice) as by:
        assert not approve(request_id, by).is_done
    with pytest.raises(Refused, match="locked until then"):
        change(bob, record_id, address="1 High Street")
