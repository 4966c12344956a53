"""A contract on its pages: the editor of its plan, milestones, terminating, what stands beside."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.crm.models import Account
from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from app.records.door import perform
from app.sales.models import Contract
from app.sales.plan.kept import instalments_of
from tests.cast import Person, Workspace
from tests.sales.test_contracts import THIRDS, in_days, make_contract, signed
from tests.sales.test_orders import make_order


def contract_by(acme: Workspace, who: Person, *plan: dict[str, Any], **given: Any) -> UUID:
    with acme.acting(who) as by:
        return make_contract(by, *plan, **given).id


def sent(*rows: dict[str, str], **head: str) -> MultiDict[str, str]:
    """The form of the editor as a browser sends it."""
    keys = ("id", "name", "amount", "due_by", "due_on", "days", "milestone")
    form: MultiDict[str, str] = MultiDict(head)
    for row in rows:
        for key in keys:
            form.add(f"line.{key}", row.get(key, ""))
    return form


def shown(who: Person, path: str) -> str:
    answer = who.client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def test_the_editor_keeps_a_plan_and_the_amount_together(acme: Workspace, alice: Person) -> None:
    contract_id = contract_by(acme, alice, amount=None)
    url = f"/contracts/{contract_id}/instalments"
    assert "Add an instalment" in shown(alice, url)
    form = sent(
        {"name": "First", "amount": "40 %", "due_by": "signature", "days": "7"},
        {"name": "Rest", "due_by": "date", "due_on": "2030-01-31"},
        {"due_by": "date"},
        version="1",
        amount="2000",
    )
    answer = alice.client.post(url, data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with acme.acting(alice) as by:
        contract = by.session.get_one(Contract, contract_id)
        assert contract.amount == 2000
        found = [(one.name, one.amount) for one in instalments_of(contract_id, by)]
        assert found == [("First", Decimal(800)), ("Rest", Decimal(1200))]
    told = shown(alice, f"/contracts/{contract_id}")
    assert "£800.00" in told
    assert "After the signature, 7 days" in told
    assert 'value="40 %"' in shown(alice, url)


def test_what_was_typed_is_kept_when_it_is_refused(acme: Workspace, alice: Person) -> None:
    url = f"/contracts/{contract_by(acme, alice)}/instalments"
    form = sent({"name": "First", "amount": "many", "due_by": "signature"}, version="1")
    refused = alice.client.post(url, data=form)
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert 'value="many"' in text
    assert 'aria-invalid="true"' in text
    short = sent({"name": "First", "amount": "900", "due_by": "signature"}, version="1")
    told = alice.client.post(url, data=short)
    assert told.status_code == 422
    assert "The instalments come to 900.00 GBP, and the contract to 1000.00 GBP." in (
        told.get_data(as_text=True)
    )


def test_another_who_was_quicker_is_told(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        contract = make_contract(by)
        perform("contract", "update", contract, by=by, note="Changed")
        url = f"/contracts/{contract.id}/instalments"
    form = sent({"name": "Mine", "amount": "100 %", "due_by": "signature"}, version="1")
    answer = alice.client.post(url, data=form)
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.get_data(as_text=True)


def test_while_one_types_the_server_reckons_and_keeps_nothing(
    acme: Workspace, alice: Person
) -> None:
    contract_id = contract_by(acme, alice)
    form = sent(
        {"name": "First", "amount": "33.3333 %", "due_by": "signature"},
        {},
        {"name": "Rest", "due_by": "signature"},
        amount="100",
    )
    told = alice.client.post(f"/contracts/{contract_id}/reckon", data=form).json
    assert told is not None
    assert [one["net"] for one in told["rows"]] == ["£33.33", "", "£66.67"]
    assert "£100.00" in told["sums"]
    with acme.acting(alice) as by:
        contract = by.session.get_one(Contract, contract_id)
        assert (contract.amount, contract.version) == (1000, 1)
    for odd in ("", "1e999", "-5", "nan", "9" * 40):
        form["amount"] = odd
        answer = alice.client.post(f"/contracts/{contract_id}/reckon", data=form)
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("preset", "amounts"),
    [
        ("30-60-10", ["£300.00", "£600.00", "£100.00"]),
        ("equal-3", ["£333.33", "£333.33", "£333.34"]),
        ("terms", ["£1,000.00"]),
        ("nonsense", []),
    ],
)
def test_a_plan_begins_with_a_preset_that_is_not_kept_yet(
    acme: Workspace, alice: Person, preset: str, amounts: list[str]
) -> None:
    contract_id = contract_by(acme, alice)
    told = shown(alice, f"/contracts/{contract_id}/instalments?preset={preset}")
    for amount in amounts:
        assert f"<output data-net>{amount}</output>" in told
    with acme.acting(alice) as by:
        assert list(instalments_of(contract_id, by)) == []


def test_a_milestone_is_reached_on_the_page(acme: Workspace, alice: Person, dora: Person) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        one = instalments_of(contract.id, by)[2]
        url = f"/contracts/{contract.id}/instalments/{one.id}/reach"
        today, ahead = by.today().isoformat(), in_days(by, 1)
    assert today in shown(alice, url)
    assert dora.client.get(url).status_code == 403
    refused = alice.client.post(url, data={"on": ahead})
    assert (refused.status_code, 'aria-describedby="on-error"' in refused.text) == (422, True)
    assert alice.client.post(url, data={"on": today}).status_code == 303
    with acme.acting(alice) as by:
        assert instalments_of(contract.id, by)[2].due_on == by.today()
    gone = f"/contracts/{contract.id}/instalments/{new_id()}/reach"
    assert alice.client.get(gone).status_code == 404


def test_a_contract_is_terminated_with_a_reason_beside_its_field(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    with acme.acting(alice) as by:
        url = f"/contracts/{signed(by).id}"
    shown(alice, f"{url}/terminate")
    assert dora.client.get(f"{url}/terminate").status_code == 403
    refused = alice.client.post(f"{url}/terminate", data={"reason": " ", "on": "x"})
    assert refused.status_code == 422
    assert refused.text.count('aria-invalid="true"') == 1
    done = alice.client.post(f"{url}/terminate", data={"reason": "They left"})
    assert done.status_code == 303
    assert "They left" in shown(alice, url)


def test_contracts_stand_beside_their_customer_their_order_and_in_their_views(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = make_order(by)
        perform("order", "confirm", order, by=by)
        perform("order", "contract", order, by=by)
        made = by.session.scalars(select(Contract)).one()
        late = {"name": "Late", "share": "100", "due_by": "date", "due_on": in_days(by, -9)}
        account = by.session.get_one(Account, order.account_id)
        overdue = signed(by, late, account=account, name="Overdue fence")
        ending = signed(
            by, account=account, name="Ending fence", ends_on=in_days(by, 20), notice_days="30"
        )
        paths = (f"/orders/{order.id}", f"/accounts/{order.account_id}")
        made_url, late_url, end_url = (f"/contracts/{one.id}" for one in (made, overdue, ending))
    assert made_url in shown(alice, paths[0])
    assert late_url in shown(alice, paths[1])
    views = {
        "status__in=signed%2Cactive&notice_on__lte=today&next_id__isnull=true": end_url,
        "status__in=signed%2Cactive&ends_on=next_90_days": end_url,
        "next_due_on__lt=today": late_url,
        "status=draft": made_url,
    }
    for query, url in views.items():
        told = shown(alice, f"/contracts?{query}")
        others = {made_url, late_url, end_url} - {url}
        assert url in told, query
        assert not any(other in told for other in others), query
    assert "talk about its renewal" in shown(alice, end_url)


def test_two_who_change_a_plan_at_once_leave_one_of_the_plans(
    acme: Workspace, alice: Person
) -> None:
    contract_id = contract_by(acme, alice)
    url = f"/contracts/{contract_id}/instalments"
    forms = [
        sent({"name": f"Part {n}", "amount": "100 %", "due_by": "signature"}, version="1")
        for n in range(3)
    ]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda form: alice.client.post(url, data=form), forms))
    assert sorted(one.status_code for one in answers) == [303, 409, 409]
    with acme.acting(alice) as by:
        assert len(instalments_of(contract_id, by)) == 1


@pytest.mark.parametrize("key", ["amount", "next_due_on"])
def test_whoever_may_not_see_amounts_and_days_sees_no_plan(
    acme: Workspace, bob: Person, key: str
) -> None:
    contract_id = contract_by(acme, bob, *THIRDS)
    page, plan = f"/contracts/{contract_id}", f"/contracts/{contract_id}/instalments"
    assert "Warranty" in shown(bob, page)
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        rule = {"role_id": role.id, "record_type": "contract", "field": key}
        session.add(FieldRule(**rule, access=int(FieldAccess.HIDDEN)))
        role.stamp = new_id()
    assert "Warranty" not in shown(bob, page)
    assert bob.client.get(plan).status_code == 403
    assert bob.client.post(f"/contracts/{contract_id}/reckon").status_code == 403
