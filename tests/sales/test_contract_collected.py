"""What payments mean for contracts: how much of their instalments came in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.crm.models import Account
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.door import perform
from app.sales.models import Contract, Instalment, Invoice
from app.sales.plan.kept import instalments_of, wish_of
from tests.cast import Person, Workspace
from tests.sales.test_contracts import THIRDS, make_contract, signed
from tests.sales.test_invoices import issued
from tests.sales.test_orders import sold
from tests.sales.test_payments import received


def invoice_of(one: Instalment, by: Actor) -> Invoice:
    """The invoice that was asked for last of an instalment."""
    its = select(Invoice).where(Invoice.instalment_id == one.id)
    return by.session.scalars(its.order_by(Invoice.created_at, Invoice.id)).all()[-1]


def test_the_invoice_of_an_instalment_needs_no_typing(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        contract = make_contract(by, *THIRDS, payment_days="14")
        first = instalments_of(contract.id, by)[0]
        with pytest.raises(Refused):
            perform("contract", "invoice", contract, by=by, instalment=str(first.id))
        perform("contract", "sign", contract, by=by)
        perform("contract", "invoice", contract, by=by, instalment=str(first.id))
        invoice = invoice_of(first, by)
        assert (invoice.amount, invoice.status, invoice.contract_id) == (
            Decimal(300),
            "requested",
            contract.id,
        )
        assert (invoice.account_id, invoice.payment_days) == (contract.account_id, 14)
        assert invoice.name == "Fence & Sons · Deposit"
        with pytest.raises(Refused) as refused:
            perform("contract", "invoice", contract, by=by, instalment=str(first.id))
        assert set(refused.value.errors) == {"instalment"}
        with pytest.raises(Refused) as refused:
            perform("invoice", "update", invoice, by=by, amount="300.01")
        assert set(refused.value.errors) == {"amount"}
        by.session.refresh(invoice)
        perform("invoice", "update", invoice, by=by, amount="100")
        perform("contract", "invoice", contract, by=by, instalment=str(first.id))
        assert invoice_of(first, by).amount == Decimal(200)


def test_an_instalment_is_invoiced_within_what_is_left_of_its_order(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        perform("order", "contract", order, by=by)
        contract = by.session.scalars(select(Contract)).one()
        perform("contract", "sign", contract, by=by)
        (only,) = instalments_of(contract.id, by)
        perform("order", "invoice", order, by=by, amount="1")
        with pytest.raises(Refused) as refused:
            perform("contract", "invoice", contract, by=by, instalment=str(only.id))
        assert set(refused.value.errors) == {"instalment"}


def test_two_who_ask_at_once_have_one_invoice(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        first = instalments_of(contract.id, by)[0]
        url = f"/contracts/{contract.id}/instalments/{first.id}/invoice"
        page, first_id = f"/contracts/{contract.id}", first.id
    assert url in alice.client.get(page).get_data(as_text=True)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _n: alice.client.post(url), range(3)))
    with acme.acting(alice) as by:
        asked = select(func.count()).where(Invoice.instalment_id == first_id)
        assert by.session.scalar(asked) == 1
    assert url not in alice.client.get(page).get_data(as_text=True)


def test_a_contract_tells_how_much_of_its_instalments_came_in(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        first, second, _third = instalments_of(contract.id, by)
        account = by.session.get_one(Account, contract.account_id)
        invoice = issued(by, "300", account=account)
        invoice.contract_id, invoice.instalment_id = contract.id, first.id
        by.session.flush()
        assert (contract.progress, contract.next_due_on) == ("0/3", by.today())
        payment = received(by, "100", account=account)
        perform("payment", "apply", payment, by=by)
        assert (contract.progress, contract.collected) == ("0/3", 100)
        assert (contract.collected_share, contract.next_due_on) == (10, by.today())
        perform("payment", "apply", received(by, "200", account=account), by=by)
        assert (contract.progress, contract.collected_count) == ("1/3", 1)
        assert (contract.collected_share, contract.next_due_on) == (Decimal(30), None)
        plan = [wish_of(one, "GBP") for one in (first, second)]
        dearer = [{**plan[0], "share": "40"}, {**plan[1], "share": "60"}]
        without = [{**plan[1], "share": "100", "amount": None}]
        for wrong, told in ((dearer, "instalments.0.amount"), (without, "instalments")):
            with pytest.raises(Refused) as refused:
                perform("contract", "set_instalments", contract, by=by, instalments=wrong)
            assert set(refused.value.errors) == {told}
        rest = [plan[0], {**plan[1], "share": "70", "amount": None}]
        perform("contract", "set_instalments", contract, by=by, instalments=rest)
        assert contract.progress == "1/2"
