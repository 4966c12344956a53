"""The pages of approvals: the inbox, a request, the rules, who stands in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.automation.approvals.models import ApprovalRule, State
from app.crm.models import Account
from app.kernel.errors import Held
from app.records.door import perform
from tests.automation.approvals.conftest import Rule, only_request, people, requests
from tests.automation.approvals.test_gate import account, ask, stands
from tests.cast import Person
from tests.records.api.conftest import Programs, program

__all__ = ["program"]


def test_who_deletes_in_the_browser_is_told_where_they_are(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", reason="Customers are kept.")
    answer = bob.client.post(f"/accounts/{record_id}/delete", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "This waits for the approval of Alice Archer." in answer.text
    assert stands(bob, record_id).deleted_at is None
    shown = bob.client.get(f"/accounts/{record_id}").text
    assert "It waits for Alice Archer." in shown
    assert "asked for approval of a change" in shown


def test_the_inbox_shows_what_waits_and_approves_in_one_tap(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob, city="York")
    rule("account", "update", fields=["city"], reason="Cities decide who visits.")
    answer = bob.client.post(
        f"/accounts/{record_id}/edit", data={"name": "Fence & Sons", "city": "Hull", "version": "1"}
    )
    assert answer.status_code == 303
    assert stands(bob, record_id).city == "York"
    page = alice.client.get("/approvals").text
    for text in ("Fence &amp; Sons", "Bob Baker", "York", "Hull", "Cities decide who visits."):
        assert text in page
    assert '<span class="nav-count is-hot">1</span>' in page
    request = only_request(alice)
    assert "Hull" in alice.client.get(f"/approvals/{request.id}").text
    answer = alice.client.post(f"/approvals/{request.id}/approve", data={"version": "1"})
    assert answer.status_code == 303
    assert stands(bob, record_id).city == "Hull"
    shown = bob.client.get(f"/accounts/{record_id}").text
    assert "approved by Alice Archer" in shown


def test_a_field_edited_where_it_stands_waits_as_well(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob, city="York")
    rule("account", "update", fields=["city"])
    answer = bob.client.post(
        f"/accounts/{record_id}/fields/city",
        data={"city": "Hull", "version": "1"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    assert "York" in answer.text
    assert stands(bob, record_id).city == "York"
    assert only_request(alice).changes["city"] == ["York", "Hull"]


def test_a_rejection_without_a_reason_comes_back_with_what_is_missing(
    alice: Person, bob: Person, rule: Rule, program: Programs
) -> None:
    record_id = account(bob)
    rule("account", "delete")
    ask(bob, "delete", record_id)
    url = f"/approvals/{only_request(alice).id}"
    answer = alice.client.post(f"{url}/reject", data={"text": ""})
    assert answer.status_code == 422
    assert "Say why." in answer.text
    assert alice.client.post(f"{url}/reject", data={"text": "No"}).status_code == 303
    assert only_request(alice).state == State.REJECTED
    for page in ("/approvals?show=mine", url):
        told = bob.client.get(page).text
        assert "Rejected" in told
        assert "Alice Archer rejected it: “No”" in told
    (shown,) = program(bob).get("approvals").json["data"]
    assert (shown["state"], shown["refusal"]) == ("rejected", "No")
    assert bob.client.post(f"{url}/recall").status_code == 409


def test_a_request_that_ended_says_who_was_not_asked_any_more(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(alice), people(bob, alice, all=True))
    ask(bob, "delete", record_id)
    url = f"/approvals/{only_request(alice).id}"
    assert "is asked next" in bob.client.get(url).text
    assert bob.client.post(f"{url}/recall").status_code == 303
    page = bob.client.get(url).text
    assert "Recalled" in page
    assert "Alice Archer did not answer" in page
    assert "nobody was asked any more" in page
    assert "is asked next" not in page
    bob.client.set_cookie("lang", "zh-CN", domain=bob.workspace.host)
    assert "已撤回" in bob.client.get(url).text


def test_several_are_approved_at_once_and_what_moved_stays(
    alice: Person, bob: Person, rule: Rule
) -> None:
    first, second = account(bob), account(bob, name="Second")
    rule("account", "delete")
    ask(bob, "delete", first)
    ask(bob, "delete", second)
    one, other = requests(alice)
    ticked = [f"{one.id}@1", f"{other.id}@7"]
    assert alice.client.post("/approvals/approve", data={"request": ticked}).status_code == 303
    assert stands(bob, first).deleted_at is not None
    assert stands(bob, second).deleted_at is None


def test_a_rule_is_made_tried_and_switched_off_in_the_settings(
    alice: Person, bob: Person, dora: Person
) -> None:
    record_id = account(bob)
    form = {
        "type": "account",
        "name": "Deleting customers",
        "verbs": ["delete"],
        "levels.0.who": "people",
        "levels.0.people": [str(dora.user_id)],
        "locks": "record",
    }
    answer = alice.client.post("/settings/approvals/new", data=form)
    assert answer.status_code == 303
    place = answer.headers["Location"]
    assert "Deleting customers" in alice.client.get("/settings/approvals").text
    assert "Dora Dunn" in alice.client.get(f"{place}?record={record_id}").text
    answer = alice.client.get(f"{place}?in=city%3DYork")
    assert "York" in answer.text
    kept = {**form, "version": "1", "in": "city=York"}
    assert alice.client.post(place, data=kept).status_code == 303
    assert "done at once" in alice.client.get(f"{place}?record={record_id}").text
    assert alice.client.post(f"{place}/off").status_code == 303
    with alice.workspace.scope() as session:
        row = session.scalars(select(ApprovalRule)).one()
        assert (row.is_on, row.filter) == (False, {"f": "city", "op": "eq", "v": "York"})
    assert alice.client.post(f"{place}/delete").status_code == 303
    assert alice.client.get(place).status_code == 404


def deleted(person: Person, record_id: object) -> None:
    with person.workspace.acting(person) as by:
        perform("account", "delete", by.session.get_one(Account, record_id), by=by)


def test_a_rule_holds_nothing_back_until_its_conditions_are_chosen(
    alice: Person, bob: Person
) -> None:
    form = {"type": "account", "name": "York", "verbs": ["delete"], "locks": "nothing"}
    form |= {"levels.0.who": "manager", "then": "conditions"}
    place = alice.client.post("/settings/approvals/new", data=form).location
    assert "holds nothing back" in alice.client.get(place).text
    free, held, other = (account(bob, city=city) for city in ("York", "York", "Leeds"))
    deleted(bob, free)
    kept = {**form, "version": "2", "in": "city=York"}
    assert alice.client.post(place, data={**kept, "then": "on"}).status_code == 303
    assert "holds nothing back" not in alice.client.get(place).text
    with pytest.raises(Held):
        deleted(bob, held)
    deleted(bob, other)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "Enter a name"),
        ({"verbs": []}, "Choose at least one of these."),
        ({"levels.0.who": ""}, "Say who approves it"),
        ({"levels.0.who": "people"}, "Choose at least one colleague."),
        ({"levels.0.who": "role:nonsense"}, "Choose a role."),
        ({"levels.0.hours": "-3"}, "Enter a number of hours"),
        ({"levels.0.hours": "soon"}, "Enter a number of hours"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_beside_what_is_wrong(
    alice: Person, wrong: dict[str, object], told: str
) -> None:
    form = {"type": "account", "name": "R", "verbs": ["delete"], "levels.0.who": "manager"}
    answer = alice.client.post("/settings/approvals/new", data={**form, "locks": "nothing"} | wrong)
    assert answer.status_code == 422
    assert told in answer.text


def test_who_may_not_manage_sees_no_rules(bob: Person) -> None:
    assert bob.client.get("/settings/approvals").status_code == 403
    assert bob.client.get("/approvals").status_code == 200


def test_a_stand_in_decides_while_somebody_is_away(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(alice))
    ask(bob, "delete", record_id)
    url = f"/approvals/{only_request(alice).id}"
    assert dora.client.post(f"{url}/approve", data={"version": "1"}).status_code == 403
    with alice.workspace.acting(alice) as by:
        today = by.today().isoformat()
    form = {"stand_in_id": str(dora.user_id), "from_on": today, "until_on": today}
    assert alice.client.post("/settings/me/absences", data=form).status_code == 303
    assert "Dora Dunn" in alice.client.get("/settings/me/absences").text
    assert "Fence" in dora.client.get("/approvals").text
    assert '<span class="nav-count is-hot">1</span>' in dora.client.get("/approvals").text
    assert dora.client.post(f"{url}/approve", data={"version": "1"}).status_code == 303
    assert stands(bob, record_id).deleted_at is not None


def test_an_absence_that_makes_no_sense_is_told_beside_what_is_wrong(
    alice: Person, dora: Person
) -> None:
    url = "/settings/me/absences"
    for form, told in (
        ({}, "Choose a colleague."),
        ({"stand_in_id": str(alice.user_id)}, "somebody else than yourself"),
        ({"stand_in_id": str(dora.user_id), "from_on": "soon"}, "Enter a day."),
        (
            {"stand_in_id": str(dora.user_id), "from_on": "2020-01-02", "until_on": "2020-01-03"},
            "before the first one, or past",
        ),
    ):
        answer = alice.client.post(url, data=form)
        assert answer.status_code == 422
        assert told in answer.text


def test_the_number_costs_no_statement_of_its_own(alice: Person, bob: Person, rule: Rule) -> None:
    page = bob.client.get("/accounts").text
    assert 'href="/approvals"' not in page
    rule("account", "delete")
    assert 'href="/approvals"' in bob.client.get("/accounts").text


def test_levels_are_added_to_the_form_one_by_one_and_nothing_typed_is_lost(
    alice: Person, rule: Rule
) -> None:
    fresh = alice.client.get("/settings/approvals/new?type=account").text
    assert "levels.1.who" not in fresh
    form = {"type": "account", "name": "Two look", "verbs": "delete", "locks": "nothing"}
    form |= {"levels.0.who": "manager"}
    more = alice.client.post("/settings/approvals/new", data={**form, "add_level": "1"})
    assert more.status_code == 200
    assert 'value="Two look"' in more.text
    assert 'name="levels.1.who" autofocus' in more.text
    two = form | {"levels.1.who": "manager_above"}
    made = alice.client.post("/settings/approvals/new", data=two)
    assert made.status_code == 303
    page = alice.client.get(made.location).text
    assert '<option value="manager_above" selected>' in page
    assert "levels.2.who" not in page
    again = alice.client.post(made.location, data={**two, "version": "1", "add_level": "1"})
    assert "levels.2.who" in again.text
