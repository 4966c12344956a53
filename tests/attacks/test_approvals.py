"""Approvals, used by people who want to know or to do more than they may."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.automation.approvals.models import State
from app.automation.approvals.telling import place_of
from app.crm.models import Account, Contact
from app.kernel.errors import Held
from app.kernel.ids import new_id
from app.records.door import perform
from app.sales.models import Lead
from tests.attacks.program import Programs, program
from tests.attacks.test_files_and_merges import grant
from tests.attacks.test_merges_duplicates_files import hide
from tests.automation.approvals.conftest import (
    Rule,
    by_role,
    colleague,
    only_request,
    people,
    requests,
    rule,
)
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.imports.conftest import allow
from tests.sales.test_leads import make_lead

__all__ = ["program", "rule"]
SECRET = "+44 20 7946 0123"


def number(workspace: Workspace, model: Any) -> int:
    with workspace.scope() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def approve(person: Person, request_id: object) -> str:
    """Approve a request by the page, as it stands; answers with the state that it has then."""
    answer = person.client.post(f"/approvals/{request_id}/approve")
    assert answer.status_code < 500
    return next(one.state for one in requests(person) if one.id == request_id)


def test_a_lead_is_converted_past_no_rule_about_what_it_becomes(
    acme: Workspace, alice: Person, bob: Person, dora: Person, rule: Rule, program: Programs
) -> None:
    """Who may make no customer unasked makes none of a lead either; it waits as a whole."""
    rule("account", "create")
    rule("contact", "create", people(dora), name="Ask for people too")
    with acme.acting(bob) as by:
        lead_id = make_lead(by).id
    api = program(bob)
    assert [api.post(f"leads/{lead_id}/convert", {}).status_code for _time in range(2)] == [202] * 2
    request = only_request(alice)  # Asked twice alike, it is one request.
    assert (request.record_type, request.verb, request.record_id) == ("lead", "convert", lead_id)
    assert (number(acme, Account), number(acme, Contact)) == (0, 0)
    # The rule about people is met on the way, and asks by itself; nothing is done before that.
    assert approve(alice, request.id) == State.WAITING
    assert (number(acme, Account), number(acme, Contact)) == (0, 0)
    assert {one["name"] for one in only_request(alice).reasons} == {
        "Ask first",
        "Ask for people too",
    }
    assert approve(dora, request.id) == State.APPROVED
    assert (number(acme, Account), number(acme, Contact)) == (1, 1)
    with acme.scope() as session:
        assert session.get_one(Lead, lead_id).status == "converted"


def test_a_lead_that_several_rules_hold_back_takes_one_tap_of_one_person(
    acme: Workspace, alice: Person, bob: Person, rule: Rule, program: Programs
) -> None:
    """The rule about people is met on the way: who agreed to the whole is not asked once more."""
    rule("account", "create")
    rule("contact", "create", name="Ask for people too")
    with acme.acting(bob) as by:
        lead_id = make_lead(by).id
    assert program(bob).post(f"leads/{lead_id}/convert", {}).status_code == 202
    assert approve(alice, only_request(alice).id) == State.APPROVED
    assert len(only_request(alice).reasons) == 2
    assert (number(acme, Account), number(acme, Contact)) == (1, 1)


def test_a_lead_that_two_requests_would_convert_is_converted_once(
    acme: Workspace, alice: Person, bob: Person, rule: Rule, program: Programs
) -> None:
    """By the page it would become something else, so that is asked for as well."""
    rule("account", "create")
    with acme.acting(bob) as by:
        lead_id = make_lead(by).id
    assert program(bob).post(f"leads/{lead_id}/convert", {}).status_code == 202
    form = {"account": "new", "contact": "new", "opportunity": "new"}
    assert bob.client.post(f"/leads/{lead_id}/convert", data=form).status_code < 400
    first, second = requests(alice)
    assert approve(alice, second.id) == State.APPROVED
    made = number(acme, Account), number(acme, Contact)
    assert made == (1, 1)
    answer = alice.client.post(f"/approvals/{first.id}/approve", follow_redirects=True)
    assert "can" in answer.text
    assert approve(alice, first.id) == State.WAITING  # It can't be done, and says why.
    assert (number(acme, Account), number(acme, Contact)) == made
    assert bob.client.post(f"/approvals/{first.id}/recall").status_code < 400
    assert {one.state for one in requests(alice)} == {State.APPROVED, State.RECALLED}


def test_who_decides_learns_nothing_of_a_field_that_is_hidden_from_them(
    acme: Workspace, alice: Person, bob: Person, rule: Rule, program: Programs
) -> None:
    """Bob changes a phone number; Mara, who decides, sees no numbers."""
    mara = colleague(alice, "Mara Moor", "manager")
    hide(acme, mara, "account", "phone")
    with acme.acting(alice) as by:
        level = by_role(by, "manager")
    rule("account", "update", level, fields=["phone"])
    with acme.acting(bob) as by:
        firm_id = make_account(by).id
    answer = program(bob).patch(f"accounts/{firm_id}", {"phone": SECRET})
    assert answer.status_code == 202, answer.text
    request = only_request(alice)
    api = program(mara)
    paths = ("/approvals", place_of(request), f"/accounts/{firm_id}", "/")
    told = [mara.client.get(path) for path in paths]
    told += [api.get(path) for path in ("approvals", f"approvals/{request.id}", "notices")]
    for shown in told:
        assert shown.status_code == 200
        assert "79460123" not in shown.text.replace(" ", "")
    assert "1 more field that you may not see" in told[1].text
    assert approve(mara, request.id) == State.APPROVED
    for path in (place_of(request), f"/accounts/{firm_id}", "/approvals?show=done"):
        assert "79460123" not in mara.client.get(path).text.replace(" ", "")
    with acme.scope() as session:
        assert "79460123" in (session.get_one(Account, firm_id).phone or "")


def test_a_request_of_others_is_as_one_that_never_was(
    acme: Workspace, alice: Person, bob: Person, rule: Rule, program: Programs
) -> None:
    """Bob's firm is out of Eve's reach, and so is what waits about it."""
    rule("account", "update")
    with acme.acting(alice) as by:
        firm_id = make_account(by, owner_id=bob.user_id).id
    with acme.acting(bob) as by, pytest.raises(Held):
        perform("account", "update", by.session.get_one(Account, firm_id), by=by, name="Gate")
    assert program(bob).patch(f"accounts/{firm_id}", {"name": "Gate"}).status_code == 202
    request = only_request(alice)
    eve = colleague(alice, "Eve Eden", "marketer")
    grant(acme, eve, "account", None)
    api = program(eve)
    for found in (request.id, new_id()):
        ways: list[tuple[str, str, dict[str, Any] | None]] = [
            ("GET", f"approvals/{found}", None),
            ("POST", f"approvals/{found}/approve", {"version": 1}),
            ("POST", f"approvals/{found}/reject", {"text": "No"}),
            ("POST", f"approvals/{found}/recall", {}),
            ("POST", f"approvals/{found}/comment", {"text": "Hm"}),
            ("POST", f"approvals/{found}/hand-on", {"user_id": str(eve.user_id)}),
        ]
        assert [api.call(*way).status_code for way in ways] == [404] * len(ways)
        assert eve.client.get(f"/approvals/{found}").status_code == 404
        for verb in ("approve", "reject", "recall", "comment", "hand-on"):
            form = {"text": "x", "user_id": str(eve.user_id)}
            assert eve.client.post(f"/approvals/{found}/{verb}", data=form).status_code == 404
    many = {"request": f"{request.id}@1"}
    eve.client.post("/approvals/approve", data=many)
    bob.client.post("/approvals/approve", data=many)
    assert only_request(alice).is_open
    assert api.get("approvals").json["data"] == []  # type: ignore[index]


def test_a_record_that_is_passed_on_by_the_form_is_asked_for_there(
    acme: Workspace, alice: Person, bob: Person, rule: Rule
) -> None:
    """Returning and passing on are asked for from their forms; neither is lost nor done."""
    allow(acme, "sales_rep", "return")
    allow(acme, "sales_rep", "reassign")
    rule("account", ["return", "reassign"])
    with acme.acting(bob) as by:
        firm_id = make_account(by).id
    reason = {"reason": "no_time", "note": "They moved"}
    forms = {"return": reason, "reassign": {"owner_id": str(alice.user_id)}}
    for verb, form in forms.items():
        answer = bob.client.post(f"/accounts/{firm_id}/pool/{verb}", data=form)
        assert answer.status_code == 303, answer.text
    assert [one.verb for one in requests(alice)] == ["return", "reassign"]
    with acme.scope() as session:
        assert session.get_one(Account, firm_id).owner_id == bob.user_id


def test_a_record_that_is_claimed_while_another_is_typed_is_asked_for(
    acme: Workspace, alice: Person, bob: Person, rule: Rule
) -> None:
    allow(acme, "sales_rep", "claim")
    rule("account", "claim")
    with acme.acting(alice) as by:
        firm_id = make_account(by, "Free Fences", owner_id=None).id
    data = {"name": "Free Fences"}
    url = f"/accounts/suspects?claim={firm_id}"
    answer = bob.client.post(url, data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert only_request(alice).verb == "claim"
    with acme.scope() as session:
        assert session.get_one(Account, firm_id).owner_id is None


def test_an_absence_at_the_end_of_time_is_refused_beside_its_day(
    alice: Person, bob: Person
) -> None:
    days = {"from_on": "9999-12-01", "until_on": "9999-12-31", "stand_in_id": str(alice.user_id)}
    answer = bob.client.post("/settings/me/absences", data=days)
    assert answer.status_code == 422
    assert "This date is too far away." in answer.text
