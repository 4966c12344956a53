"""A payment recorded on a page: the oldest are proposed, nothing typed is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.modules import install_record_types
from app.sales.models import Invoice, Payment, PaymentPart
from app.sales.operations.balance import firms_day
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs, fields_in, program
from tests.sales.test_invoices import issued, make_invoice
from tests.sales.test_payments import received

__all__ = ["program"]

install_record_types()


@pytest.fixture
def two(acme: Workspace, alice: Person) -> tuple[UUID, UUID, UUID]:
    """An account, its older invoice of 70 and its younger of 80."""
    with acme.acting(alice) as by:
        account = make_account(by)
        young = issued(by, "80", ago=5, account=account)
        old = issued(by, "70", ago=50, account=account)
        return account.id, old.id, young.id


def form(two: tuple[UUID, UUID, UUID], today: str, **given: Any) -> dict[str, Any]:
    account_id, old, young = two
    return {
        "account_id": str(account_id),
        "amount": "100",
        "currency": "GBP",
        "received_on": today,
        "method": "cash",
        "invoice": [str(old), str(young)],
        "part": ["70", "30"],
        **given,
    }


def today_in(acme: Workspace, alice: Person) -> str:
    with acme.acting(alice) as by:
        return firms_day(by).isoformat()


def test_a_payment_is_recorded_with_what_is_proposed(
    acme: Workspace, alice: Person, two: tuple[UUID, UUID, UUID]
) -> None:
    account_id, old, young = two
    today = today_in(acme, alice)
    shown = alice.client.get(f"/payments/receive?account_id={account_id}").get_data(as_text=True)
    assert shown.index(str(old)) < shown.index(str(young))
    assert 'id="part-0" name="part" value="70.00"' in shown
    answer = alice.client.post("/payments/receive/propose", data=form(two, today, amount="200"))
    told = answer.get_data(as_text=True)
    assert 'id="part-1" name="part" value="80.00"' in told
    assert "£50.00 stay the customer’s credit." in told
    counted = alice.client.post("/payments/receive/count", data=form(two, today))
    assert "All of it counts for these invoices." in counted.get_data(as_text=True)
    done = alice.client.post("/payments/receive", data=form(two, today))
    assert done.status_code == 303, done.get_data(as_text=True)
    with acme.acting(alice) as by:
        assert by.session.get_one(Invoice, old).open == 0
        assert by.session.get_one(Invoice, young).open == 50
        payment = by.session.scalars(select(Payment)).one()
        assert (payment.method, payment.credit) == ("cash", 0)
        payment_id = payment.id
    page = alice.client.get(f"/payments/{payment_id}").get_data(as_text=True)
    assert f"/invoices/{young}" in page
    of_invoice = alice.client.get(f"/invoices/{young}").get_data(as_text=True)
    assert f"/payments/{payment_id}" in of_invoice
    beside = alice.client.get(f"/accounts/{account_id}").get_data(as_text=True)
    assert "Still open: £50.00" in beside


@pytest.mark.parametrize(
    ("given", "id_"),
    [
        ({"amount": "much"}, "amount-error"),
        ({"amount": "-5"}, "amount-error"),
        ({"received_on": "2099-01-01"}, "received_on-error"),
        ({"part": ["70.01", "30"]}, "part-0-error"),
        ({"part": ["70", "31"]}, "part-1-error"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(
    acme: Workspace, alice: Person, two: tuple[UUID, UUID, UUID], given: dict[str, Any], id_: str
) -> None:
    today = today_in(acme, alice)
    refused = alice.client.post(
        "/payments/receive", data=form(two, today, reference="FT9", **given)
    )
    assert refused.status_code == 422
    told = refused.get_data(as_text=True)
    assert f'id="{id_}"' in told
    assert 'value="FT9"' in told
    with acme.acting(alice) as by:
        assert by.session.scalars(select(Payment)).all() == []


def test_who_may_not_record_payments_has_no_form(
    acme: Workspace, bob: Person, two: tuple[UUID, UUID, UUID]
) -> None:
    assert bob.client.get("/payments/receive").status_code == 403
    assert bob.client.post("/payments/receive", data=form(two, "2026-11-01")).status_code == 403


def test_without_a_customer_the_form_asks_whose_it_is(acme: Workspace, alice: Person) -> None:
    shown = alice.client.get("/payments/receive").get_data(as_text=True)
    assert 'data-lookup="/lookup/account"' in shown
    assert alice.client.post("/payments/receive", data={"amount": "5"}).status_code == 404


def test_invoices_are_issued_credited_and_cancelled_by_their_forms(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        invoice_id = make_invoice(by).id
    one = f"/invoices/{invoice_id}"
    for verb, data in (
        ("issue", {"issued_on": "", "due_on": "", "tax_number": "2511"}),
        ("credit", {"amount": "20", "reason": "Two bent"}),
    ):
        assert alice.client.get(f"{one}/{verb}").status_code == 200
        done = alice.client.post(f"{one}/{verb}", data=data)
        assert done.status_code == 303, done.get_data(as_text=True)
    over = alice.client.post(f"{one}/credit", data={"amount": "100.01", "reason": ""})
    assert over.status_code == 422
    assert 'value="100.01"' in over.get_data(as_text=True)
    assert alice.client.post(f"{one}/cancel", data={"reason": " "}).status_code == 422


def test_what_is_left_of_a_payment_is_counted_taken_back_and_refunded(
    acme: Workspace, alice: Person, two: tuple[UUID, UUID, UUID]
) -> None:
    account_id, old, young = two
    with acme.acting(alice) as by:
        account = by.session.get_one(Account, account_id)
        payment_id = received(by, "100", account=account).id
    one = f"/payments/{payment_id}"
    assert 'value="70.00"' in alice.client.get(f"{one}/apply").get_data(as_text=True)
    nothing = alice.client.post(f"{one}/apply", data={"invoice": [str(old)], "part": [""]})
    assert nothing.status_code == 422
    sent = {"invoice": [str(old), str(young)], "part": ["", "60"]}
    assert alice.client.post(f"{one}/apply", data=sent).status_code == 303
    with acme.acting(alice) as by:
        part_id = by.session.scalars(select(PaymentPart.id)).one()
    assert str(part_id) in alice.client.get(one).get_data(as_text=True)
    assert alice.client.post(f"{one}/take_back", data={"part": str(part_id)}).status_code == 303
    assert alice.client.get(f"{one}/refund").status_code == 200
    assert alice.client.post(f"{one}/refund", data={"amount": "100.01"}).status_code == 422
    assert alice.client.post(f"{one}/refund", data={"amount": "100"}).status_code == 303
    with acme.acting(alice) as by:
        payment = by.session.get_one(Payment, payment_id)
        assert (payment.applied, payment.refunded, payment.credit) == (0, 100, 0)
    over = alice.client.get(f"{one}/refund")
    assert over.status_code == 422
    assert "<h1>This can&#39;t be done here</h1>" in over.text
    assert f'<a class="btn btn-primary" href="{one}">Back</a>' in over.text


def test_programs_count_payments_by_their_parts(
    acme: Workspace, alice: Person, program: Programs, two: tuple[UUID, UUID, UUID]
) -> None:
    caller = program(alice)
    today = today_in(acme, alice)
    made = caller.post(
        "payments", {"account_id": str(two[0]), "amount": "100", "received_on": today}
    )
    assert made.status_code == 201, made.text
    assert made.json is not None
    one = f"payments/{made.json['id']}"
    wrong = caller.post(f"{one}/apply", {"parts": [{"invoice_id": str(two[1]), "amount": "71"}]})
    assert fields_in(wrong) == ["parts.0.amount"]
    done = caller.post(f"{one}/apply", {"parts": [{"invoice_id": str(two[1]), "amount": "70"}]})
    assert done.status_code == 200, done.text
    assert done.json is not None
    assert done.json["credit"]["amount"] == "30.00"
    assert caller.post(f"{one}/refund", {"amount": "30.01"}).status_code == 422
    assert caller.post(f"{one}/refund", {"amount": "10"}).status_code == 200
    assert caller.post(f"{one}/take_back").status_code == 200
    parts = caller.get(f"{one}/parts").json
    assert parts is not None
    assert parts["data"] == []
