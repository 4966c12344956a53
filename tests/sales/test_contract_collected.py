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
from app.sales.models import Contract, Instalment, Invoice, Order
from app.sales.operations.invoiced import left_to_invoice
from app.sales.plan.kept import instalments_of, wish_of
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.sales.test_contracts import THIRDS, make_contract, signed
from tests.sales.test_invoices import issued
from tests.sales.test_orders import accepted, sold
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


def asked_for(contract: Contract, one: Instalment, by: Actor) -> Invoice:
    """The invoice of an instalment, just asked for."""
    perform("contract", "invoice", contract, by=by, instalment=str(one.id))
    return invoice_of(one, by)


def of_accepted_quote(by: Actor) -> Contract:
    """A signed contract of an accepted quote, whose order is a draft."""
    quote = accepted(by)
    perform("quote", "contract", quote, by=by)
    contract = by.session.scalars(select(Contract)).one()
    half = [{**THIRDS[0], "share": "50"}, {**THIRDS[1], "share": "50"}]
    perform("contract", "set_instalments", contract, by=by, instalments=half)
    perform("contract", "sign", contract, by=by)
    return contract


def test_a_deposit_is_invoiced_before_the_order_and_counts_for_it_from_then_on(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = of_accepted_quote(by)
        deposit = instalments_of(contract.id, by)[0]
        order = by.session.scalars(select(Order)).one()
        assert contract.order_id == order.id
        invoice = asked_for(contract, deposit, by)  # The order is a draft.
        assert invoice.order_id is None
        perform("order", "confirm", order, by=by)
        assert invoice.order_id == order.id
        assert left_to_invoice(order.id, by) == order.total - deposit.amount
        perform("order", "invoice", order, by=by)
        asked = select(func.sum(Invoice.amount)).where(Invoice.order_id == order.id)
        assert by.session.scalar(asked) == order.total


def test_an_instalment_is_invoiced_though_the_order_was_thrown_away(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = of_accepted_quote(by)
        order = by.session.scalars(select(Order)).one()
        perform("order", "delete", order, by=by)
        assert asked_for(contract, instalments_of(contract.id, by)[0], by).order_id is None


def test_an_instalment_that_was_invoiced_stays_and_comes_to_no_less(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        first, *_others = rows = instalments_of(contract.id, by)
        asked_for(contract, first, by)
        plan = [wish_of(one, "GBP") for one in rows]
        lower = [{**plan[0], "share": "10"}, plan[1], {**plan[2], "share": None, "amount": None}]
        without = [plan[1], {**plan[2], "share": None, "amount": None}]
        for wrong, told in ((lower, "instalments.0.amount"), (without, "instalments")):
            with pytest.raises(Refused) as refused:
                perform("contract", "set_instalments", contract, by=by, instalments=wrong)
            assert set(refused.value.errors) == {told}
        higher = [{**plan[0], "share": "35"}, plan[1], {**plan[2], "share": None, "amount": None}]
        perform("contract", "set_instalments", contract, by=by, instalments=higher)


def test_an_instalment_is_invoiced_once_through_credits(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        first = instalments_of(contract.id, by)[0]
        invoice = asked_for(contract, first, by)
        perform("invoice", "issue", invoice, by=by)
        perform("invoice", "credit", invoice, by=by)
        credit = by.session.scalars(select(Invoice).where(Invoice.credits_id == invoice.id)).one()
        with pytest.raises(Refused) as refused:  # The credit is only asked for, and may go again.
            perform("contract", "invoice", contract, by=by, instalment=str(first.id))
        assert set(refused.value.errors) == {"instalment"}
        perform("invoice", "issue", credit, by=by)
        again = asked_for(contract, first, by)
        assert again.amount == first.amount
        with pytest.raises(Refused, match="Without this credit"):
            perform("invoice", "cancel", credit, by=by, reason="Typed twice")
        by.session.refresh(credit)
        perform("invoice", "cancel", again, by=by, reason="Typed twice")
        perform("invoice", "cancel", credit, by=by, reason="Typed twice")


def test_an_invoice_asked_for_stays_with_customer_and_currency(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        invoice = asked_for(contract, instalments_of(contract.id, by)[0], by)
        other = make_account(by, "Elm Works")
        for key, value in (("account_id", str(other.id)), ("currency", "USD")):
            with pytest.raises(Refused) as refused:
                perform("invoice", "update", invoice, by=by, **{key: value})
            assert set(refused.value.errors) == {key}
            by.session.refresh(invoice)


def test_what_was_due_before_a_contract_was_terminated_is_invoiced_still(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        first, _second, third = instalments_of(contract.id, by)
        perform("contract", "terminate", contract, by=by, reason="They moved away")
        assert asked_for(contract, first, by).amount == first.amount
        with pytest.raises(Refused) as refused:
            asked_for(contract, third, by)
        assert set(refused.value.errors) == {"instalment"}
        with pytest.raises(Refused, match="Invoices stand"):
            perform("contract", "delete", contract, by=by)


def test_a_cancelled_order_that_goes_on_knows_what_was_invoiced_meanwhile(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = of_accepted_quote(by)
        order = by.session.scalars(select(Order)).one()
        perform("order", "confirm", order, by=by)
        perform("order", "cancel", order, by=by, reason="They waver")
        deposit = asked_for(contract, instalments_of(contract.id, by)[0], by)
        assert deposit.order_id is None
        perform("order", "reopen", order, by=by)
        assert (order.status, deposit.order_id) == ("confirmed", order.id)


def test_the_rest_of_an_order_bears_its_own_tax_where_the_deposit_said_nothing_of_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = of_accepted_quote(by)
        order = by.session.scalars(select(Order)).one()
        deposit = asked_for(contract, instalments_of(contract.id, by)[0], by)
        assert deposit.tax is None
        perform("invoice", "issue", deposit, by=by)
        perform("order", "confirm", order, by=by)
        assert order.tax is not None
        perform("order", "invoice", order, by=by)
        rest = by.session.scalars(
            select(Invoice).where(Invoice.order_id == order.id, Invoice.id != deposit.id)
        ).one()
        assert (deposit.tax, rest.tax) == (None, order.tax / 2)


def test_a_draft_on_which_invoices_stand_keeps_customer_and_currency(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        asked_for(contract, instalments_of(contract.id, by)[0], by)
        perform("contract", "reopen", contract, by=by)
        other = make_account(by, "Elm Works")
        for key, value in (("account_id", str(other.id)), ("currency", "USD")):
            with pytest.raises(Refused) as refused:
                perform("contract", "update", contract, by=by, **{key: value})
            assert set(refused.value.errors) == {key}
            by.session.refresh(contract)
        perform("contract", "update", contract, by=by, number="C-7")
