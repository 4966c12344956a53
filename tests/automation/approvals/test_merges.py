"""A merge waits as a whole until it is approved, and so does taking one back."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.automation.approvals.decide import approve
from app.automation.approvals.models import State
from app.automation.pages.approval_cards import shown
from app.crm.models import Account, Contact
from app.kernel.errors import Held, Refused
from app.records import gate
from app.records.door import perform
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from tests.automation.approvals.conftest import Rule, asked, only_request, people, requests
from tests.automation.approvals.test_gate import account, stands
from tests.cast import Person
from tests.records.api.conftest import Programs, program
from tests.records.imports.conftest import allow

__all__ = ["program"]


@pytest.fixture
def pair(bob: Person) -> tuple[UUID, UUID]:
    """Two customers of Bob, who may merge."""
    allow(bob.workspace, "sales_rep", "delete")
    return account(bob, city="Hull"), account(bob, name="Second", city="York")


def ask_to_merge(person: Person, first: UUID, second: UUID, **choices: str) -> None:
    """Try a merge that is held back, and ask for it."""
    with person.workspace.acting(person) as by:
        with pytest.raises(Held) as held:
            merge_records("account", first, [second], by=by, choices=choices)
        gate.keep(held.value, by)


def test_what_may_not_be_deleted_unasked_is_not_merged_away_unasked(
    alice: Person, bob: Person, rule: Rule, pair: tuple[UUID, UUID]
) -> None:
    first, second = pair
    with bob.workspace.acting(bob) as by:
        perform("contact", "create", by=by, last_name="Fence", account_id=str(second))
    rule("account", "delete")
    ask_to_merge(bob, first, second, city=str(second))
    assert (stands(bob, second).deleted_at, stands(bob, first).city) == (None, "Hull")
    request = only_request(alice)
    assert (request.verb, request.record_id) == ("merge", first)
    assert request.title == "Fence & Sons + Second"
    assert request.changes == {"city": ["Hull", "York"]}
    with alice.workspace.acting(alice) as by:
        (card,) = shown([by.session.merge(request)], by)
        assert str(card.verb) == "Merge"
        assert approve(request.id, by).is_done
    assert stands(bob, first).city == "York"
    assert stands(bob, second).deleted_at is not None
    with bob.workspace.scope() as session:
        assert session.query(Contact).one().account_id == first


def test_a_merge_that_two_rules_hold_back_is_approved_by_both(
    alice: Person, bob: Person, dora: Person, rule: Rule, pair: tuple[UUID, UUID]
) -> None:
    first, second = pair
    rule("account", "delete", people(dora))
    rule("account", "update", people(alice), fields=["city"])
    ask_to_merge(bob, first, second, city=str(second))
    request = only_request(alice)
    assert asked(alice, request) == [dora.user_id]
    with dora.workspace.acting(dora) as by:
        assert not approve(request.id, by).is_done
    assert asked(alice, request) == [alice.user_id]
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done
    assert stands(bob, second).deleted_at is not None


def test_a_merge_that_changes_no_field_of_a_rule_is_done_at_once(
    bob: Person, rule: Rule, pair: tuple[UUID, UUID]
) -> None:
    first, second = pair
    rule("account", "update", fields=["city"])
    with bob.workspace.acting(bob) as by:
        merge = merge_records("account", first, [second], by=by, choices={"city": str(first)})
        merge_id = merge.id
    rule("account", "update", fields=["name"])
    with bob.workspace.acting(bob) as by:
        undo_merge(merge_id, by=by)
    assert stands(bob, second).deleted_at is None


def test_a_rule_about_what_stands_below_does_not_hold_a_merge_back(
    bob: Person, rule: Rule, pair: tuple[UUID, UUID]
) -> None:
    """Contacts move to the record that stays; none of them is deleted."""
    first, second = pair
    with bob.workspace.acting(bob) as by:
        perform("contact", "create", by=by, last_name="Fence", account_id=str(second))
    rule("contact", "delete")
    with bob.workspace.acting(bob) as by:
        merge_records("account", first, [second], by=by)
    assert stands(bob, second).deleted_at is not None


def test_taking_a_merge_back_waits_too(
    alice: Person, bob: Person, rule: Rule, pair: tuple[UUID, UUID]
) -> None:
    first, second = pair
    with bob.workspace.acting(bob) as by:
        choices = {"city": str(second)}
        merge_id = merge_records("account", first, [second], by=by, choices=choices).id
    rule("account", "update", fields=["city"])
    with bob.workspace.acting(bob) as by:
        with pytest.raises(Held) as held:
            undo_merge(merge_id, by=by)
        gate.keep(held.value, by)
    assert stands(bob, second).deleted_at is not None
    request = only_request(alice)
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done
    assert (stands(bob, first).city, stands(bob, second).deleted_at) == ("Hull", None)


def test_one_that_was_changed_since_is_not_merged_as_it_was_seen(
    alice: Person, bob: Person, rule: Rule, pair: tuple[UUID, UUID]
) -> None:
    first, second = pair
    rule("account", "delete")
    ask_to_merge(bob, first, second)
    with bob.workspace.acting(bob) as by:
        perform("account", "update", by.session.get_one(Account, second), by=by, city="Leeds")
    request_id = only_request(alice).id
    with alice.workspace.acting(alice) as by, pytest.raises(Refused, match="Somebody changed"):
        approve(request_id, by)
    assert only_request(alice).state == State.WAITING


def test_the_page_and_the_api_say_where_a_merge_waits(
    alice: Person, bob: Person, rule: Rule, pair: tuple[UUID, UUID], program: Programs
) -> None:
    first, second = pair
    rule("account", "delete")
    form = {"ids": f"{first},{second}", "keep": str(first)}
    answer = bob.client.post("/accounts/merge", data=form, follow_redirects=True)
    assert "waits for the approval of Alice Archer" in answer.text
    answer = program(bob).post(f"accounts/{first}/merge", {"ids": [str(second)]})
    assert (answer.status_code, answer.json["approval"]["url"][:18]) == (202, "/api/v1/approvals/")
    assert [one.via for one in requests(alice)] == ["web", "api"]
    assert stands(bob, second).deleted_at is None
    assert "Merge: Fence &amp; Sons + Second" in alice.client.get("/approvals").text


def test_a_merge_takes_along_what_waits(alice: Person, bob: Person, rule: Rule) -> None:
    allow(bob.workspace, "sales_rep", "delete")
    first, second = account(bob), account(bob, name="Second")
    rule("account", "update", fields=["city"])
    answer = bob.client.post(
        f"/accounts/{second}/fields/city", data={"city": "York", "version": "1"}
    )
    assert answer.status_code == 303
    with bob.workspace.acting(bob) as by:
        merge_records("account", first, [second], by=by)
    assert only_request(alice).record_id == first
