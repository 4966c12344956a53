"""Invoices: asked for of an order, issued, credited, cancelled; the books stay whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app.automation.authority.operations import save_limits
from app.automation.authority.subjects import subject_called
from app.events import Event
from app.identity.models import Grant, User
from app.kernel.actor import Actor, FieldAccess, Reach
from app.kernel.errors import Held, NotPermitted, Refused
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.door import perform
from app.records.money import operations as rates
from app.sales.models import Invoice, Order
from app.sales.operations.balance import firms_day
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.sales.conftest import narrow
from tests.sales.test_orders import make_order, return_of, sold
from tests.sales.test_quotes import FENCE

install_record_types()


def make_invoice(by: Actor, amount: str = "120", **given: Any) -> Invoice:
    """An invoice that was asked for by hand."""
    account = given.pop("account", None) or make_account(by)
    inputs = {"account_id": str(account.id), "amount": amount, **given}
    made: Invoice = perform("invoice", "create", by=by, **inputs)  # type: ignore[assignment]
    return made


def issued(by: Actor, amount: str = "120", ago: int = 0, days: int = 30, **given: Any) -> Invoice:
    """An invoice that was issued so many days ago, and is due so many days after that."""
    invoice = make_invoice(by, amount, **given)
    day = firms_day(by) - timedelta(days=ago)
    due = day + timedelta(days=days)
    perform("invoice", "issue", invoice, by=by, issued_on=day.isoformat(), due_on=due.isoformat())
    return invoice


def credit_of(invoice: Invoice, by: Actor) -> Invoice:
    """The credit that was begun last of an invoice."""
    its = select(Invoice).where(Invoice.credits_id == invoice.id)
    return by.session.scalars(its.order_by(Invoice.created_at, Invoice.id)).all()[-1]


def invoice_of(order: Order, by: Actor) -> Invoice:
    """The invoice that was asked for last of an order."""
    its = select(Invoice).where(Invoice.order_id == order.id)
    return by.session.scalars(its.order_by(Invoice.created_at, Invoice.id)).all()[-1]


def test_the_invoice_of_an_order_needs_no_typing(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, business_id="GB123", tax_profile="12 High Street, Bank of Fence")
        order = sold(by, account=account, payment_days="14")
        perform("order", "invoice", order, by=by)
        invoice = invoice_of(order, by)
        assert (invoice.status, invoice.number, invoice.account_id) == (
            "requested",
            None,
            account.id,
        )
        assert (invoice.amount, invoice.tax) == (Decimal("150.00"), Decimal("25.00"))
        assert (invoice.title, invoice.tax_id) == ("Fence & Sons", "GB123")
        assert invoice.bank_details == "12 High Street, Bank of Fence"
        perform("invoice", "issue", invoice, by=by, tax_number="25117000000123456789")
        assert invoice.number is not None
        assert invoice.number.startswith("INV-")
        today = firms_day(by)
        assert (invoice.issued_on, invoice.due_on) == (today, today + timedelta(days=14))
        assert (invoice.open, invoice.settlement) == (Decimal("150.00"), "open")
        assert invoice.tax_number == "25117000000123456789"
        told = select(Event.verb).where(Event.record_id == order.id)
        assert "invoiced" in by.session.scalars(told).all()


def test_no_more_is_invoiced_than_an_order_comes_to(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        perform("order", "invoice", order, by=by, amount="100")
        first = invoice_of(order, by)
        assert (first.amount, first.tax) == (Decimal(100), Decimal("16.67"))
        with pytest.raises(Refused) as refused:
            perform("order", "invoice", order, by=by, amount="50.01")
        assert set(refused.value.errors) == {"amount"}
        perform("order", "invoice", order, by=by)
        assert invoice_of(order, by).amount == Decimal("50.00")
        with pytest.raises(Refused):
            perform("order", "invoice", order, by=by)
        with pytest.raises(Refused) as refused:
            perform("invoice", "update", first, by=by, amount="100.01")
        assert set(refused.value.errors) == {"amount"}
        by.session.refresh(first)
        perform("invoice", "delete", first, by=by)
        perform("order", "invoice", order, by=by)
        assert invoice_of(order, by).amount == Decimal("100.00")
        with pytest.raises(Refused):
            perform("invoice", "restore", first, by=by)


def test_what_was_given_back_is_not_invoiced(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        perform("order", "credit", order, by=by)
        back = return_of(order, by)
        perform("order", "set_lines", back, by=by, lines=[{**FENCE, "quantity": "-4"}])
        perform("order", "confirm", back, by=by)
        perform("order", "invoice", order, by=by)
        assert invoice_of(order, by).amount == Decimal("90.00")
        with pytest.raises(Refused):
            perform("order", "invoice", back, by=by)


def test_an_order_against_which_invoices_stand_stays(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order = make_order(by)
        perform("order", "confirm", order, by=by)
        perform("order", "invoice", order, by=by)
        for verb, inputs in (("cancel", {"reason": "Late"}), ("reopen", {}), ("delete", {})):
            with pytest.raises(Refused), by.session.begin_nested():
                perform("order", verb, order, by=by, **inputs)
        assert (order.status, order.deleted_at) == ("confirmed", None)
        perform("invoice", "cancel", invoice_of(order, by), by=by, reason="By mistake")
        perform("order", "reopen", order, by=by)
        assert order.status == "draft"


def test_an_issued_invoice_stays_as_it_is(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        invoice = issued(by)
        for key, value in (("amount", "1"), ("due_on", "2030-01-31"), ("number", "X")):
            with pytest.raises(Refused) as refused:
                perform("invoice", "update", invoice, by=by, **{key: value})
            assert set(refused.value.errors) == {key}
            by.session.refresh(invoice)
        perform("invoice", "update", invoice, by=by, is_disputed=True, dispute_reason="Two bent")
        assert invoice.is_disputed
        with pytest.raises(Refused):
            perform("invoice", "issue", invoice, by=by)
        with pytest.raises(Refused):
            perform("invoice", "delete", invoice, by=by)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"issued_on": "2099-01-01"}, "issued_on"),
        ({"issued_on": "soon"}, "issued_on"),
        ({"issued_on": "2026-01-31", "due_on": "2026-01-30"}, "due_on"),
        ({"due_on": "9999-12-31"}, "due_on"),
        ({"tax_number": "1" * 81}, "tax_number"),
    ],
)
def test_an_invoice_is_not_issued_on_days_that_cannot_be(
    acme: Workspace, alice: Person, given: dict[str, str], field: str
) -> None:
    with acme.acting(alice) as by:
        invoice = make_invoice(by)
        with pytest.raises(Refused) as refused:
            perform("invoice", "issue", invoice, by=by, **given)
        assert set(refused.value.errors) == {field}


@pytest.mark.parametrize("amount", ["0", "-5", "1.005"])
def test_an_invoice_is_of_an_amount_that_can_be_paid(
    acme: Workspace, alice: Person, amount: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        make_invoice(by, amount)
    assert set(refused.value.errors) == {"amount"}


def test_days_overdue_are_counted_by_the_firms_calendar(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        assert issued(by, ago=40, days=30).days_overdue == 10
        assert issued(by, ago=30, days=30).days_overdue == 0


def test_a_credit_takes_off_what_is_open(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        invoice = issued(by, "120", tax="20")
        perform("invoice", "credit", invoice, by=by, amount="30", reason="Two bent")
        credit = credit_of(invoice, by)
        assert (credit.status, credit.amount, credit.tax) == ("requested", -30, -5)
        assert invoice.open == 120, "It takes effect once it is issued."
        with pytest.raises(Refused):
            perform("invoice", "credit", invoice, by=by, amount="90.01")
        perform("invoice", "issue", credit, by=by)
        by.session.refresh(invoice)
        assert (invoice.credited, invoice.open) == (-30, 90)
        assert credit.number is not None
        perform("invoice", "cancel", credit, by=by, reason="By mistake")
        by.session.refresh(invoice)
        assert (invoice.credited, invoice.open) == (0, 120)


def test_a_credit_by_program_is_held_to_the_same(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        invoice = issued(by, "120")
        other = make_account(by, name="Globex")
        for wrong, field in (
            ({"amount": "-120.01"}, "amount"),
            ({"amount": "5"}, "amount"),
            ({"amount": "-5", "account": other}, "credits"),
        ):
            account = wrong.pop("account", None) or by.session.get_one(
                type(other), invoice.account_id
            )
            with pytest.raises(Refused) as refused:
                make_invoice(by, account=account, credits=str(invoice.id), **wrong)
            assert set(refused.value.errors) == {field}


def test_an_invoice_is_cancelled_for_a_reason(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        invoice = issued(by)
        with pytest.raises(Refused):
            perform("invoice", "cancel", invoice, by=by, reason=" ")
        perform("invoice", "cancel", invoice, by=by, reason="Wrong firm")
        assert (invoice.status, invoice.open, invoice.settlement) == ("cancelled", 0, None)


def test_an_invoice_is_worth_what_its_amount_was_when_it_was_issued(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for day, rate in (("2025-01-01", "0.80"), ("2026-11-01", "0.75")):
            rates.add_rate(by, {"currency": "USD", "rate_on": day, "rate": rate})
        invoice = make_invoice(by, "100", currency="USD")
        perform("invoice", "issue", invoice, by=by, issued_on="2026-10-31")
        assert (invoice.rate, invoice.rate_on) == (Decimal("0.80"), date(2026, 10, 31))


def test_who_sells_asks_for_invoices_and_does_not_issue_them(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        order = sold(by)
        perform("order", "invoice", order, by=by)
        invoice = invoice_of(order, by)
        for verb, inputs in (("issue", {}), ("cancel", {"reason": "No"})):
            with pytest.raises(NotPermitted):
                perform("invoice", verb, invoice, by=by, **inputs)


def test_a_file_issues_nothing_for_whoever_may_not_issue(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    for person, status in ((alice, "issued"), (bob, "requested")):
        with acme.acting(person) as by:
            brought = {"number": f"OLD-{status}", "issued_on": "2025-01-31"}
            assert make_invoice(replace(by, via="import"), **brought).status == status


def test_who_credits_beyond_their_authority_asks(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        role = by.session.get_one(User, bob.user_id).role
        reach = int(Reach.ALL)
        by.session.add(Grant(role_id=role.id, record_type="invoice", verb="issue", reach=reach))
        role.stamp = new_id()
        subject = subject_called("invoice_amount")
        assert subject is not None
        save_limits(by, subject, {(role.id, ""): "50"})
        ids = []
        for amount in ("50", "50.01"):
            invoice = issued(by, "100")
            perform("invoice", "credit", invoice, by=by, amount=amount)
            ids.append(credit_of(invoice, by).id)
    with acme.acting(bob) as by:
        perform("invoice", "issue", by.session.get_one(Invoice, ids[0]), by=by)
        with pytest.raises(Held):
            perform("invoice", "issue", by.session.get_one(Invoice, ids[1]), by=by)


def test_what_the_role_hides_of_a_customer_is_not_written_on_their_invoice(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    narrow(acme, bob, "tax_profile", FieldAccess.HIDDEN, "account")
    with acme.acting(alice) as by:
        account = make_account(by, tax_profile="Secretmark", owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        assert make_invoice(by, account=account).bank_details is None


def test_two_who_invoice_an_order_at_once_invoice_it_once(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order_id = sold(by).id

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(alice.client.post, [f"/orders/{order_id}/invoice"] * 3))
    with acme.acting(alice) as by:
        its = select(func.count(), func.sum(Invoice.amount)).where(Invoice.order_id == order_id)
        assert by.session.execute(its).one() == (1, Decimal("150.0000"))
