"""What an order comes to is asked for once: through credits and the bin, with its tax."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.modules import install_record_types
from app.records.door import perform
from app.records.money import operations as rates
from app.sales.models import Invoice, Order
from tests.cast import Person, Workspace
from tests.sales.test_invoices import credit_of, invoice_of, issued, make_invoice
from tests.sales.test_orders import make_order, return_of, sold
from tests.sales.test_quotes import FENCE

install_record_types()


def invoiced(order: Order, by: Actor, amount: str = "") -> Invoice:
    """An invoice of an order, or of so much of it, that was issued."""
    perform("order", "invoice", order, by=by, amount=amount)
    invoice = invoice_of(order, by)
    perform("invoice", "issue", invoice, by=by)
    return invoice


def taxes(order: Order, by: Actor) -> list[Decimal | None]:
    """The tax on each invoice of an order, the oldest first."""
    its = select(Invoice.tax).where(Invoice.order_id == order.id)
    return list(by.session.scalars(its.order_by(Invoice.created_at, Invoice.id)))


def test_a_credit_that_is_only_asked_for_lets_nothing_be_invoiced_again(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        invoice = invoiced(order, by)
        perform("invoice", "credit", invoice, by=by)
        with pytest.raises(Refused), by.session.begin_nested():
            perform("order", "invoice", order, by=by)
        perform("invoice", "issue", credit_of(invoice, by), by=by)
        perform("order", "invoice", order, by=by)
        assert invoice_of(order, by).amount == Decimal(150)


def test_a_credit_stays_once_its_order_was_invoiced_anew(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        first = invoiced(order, by)
        perform("invoice", "credit", first, by=by)
        credit = credit_of(first, by)
        perform("invoice", "issue", credit, by=by)
        second = invoiced(order, by)
        with pytest.raises(Refused), by.session.begin_nested():
            perform("invoice", "cancel", credit, by=by, reason="By mistake")
        by.session.expire_all()
        assert (credit.status, first.open, second.open) == ("issued", 0, 150)
        perform("invoice", "cancel", second, by=by, reason="Asked for twice")
        perform("invoice", "cancel", credit, by=by, reason="By mistake")
        by.session.expire_all()
        assert (first.open, second.open) == (150, 0)


def test_an_order_stays_while_a_credit_of_its_invoice_is_only_asked_for(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = make_order(by)
        perform("order", "confirm", order, by=by)
        invoice = invoiced(order, by)
        perform("invoice", "credit", invoice, by=by)
        for verb, inputs in (("cancel", {"reason": "Late"}), ("reopen", {}), ("delete", {})):
            with pytest.raises(Refused), by.session.begin_nested():
                perform("order", verb, order, by=by, **inputs)
            by.session.expire_all()
        assert (order.status, order.deleted_at) == ("confirmed", None)
        perform("invoice", "issue", credit_of(invoice, by), by=by)
        perform("order", "cancel", order, by=by, reason="Late")
        with pytest.raises(Refused):
            perform("invoice", "cancel", credit_of(invoice, by), by=by, reason="By mistake")


def test_the_invoice_of_a_cancelled_order_does_not_come_back_from_the_bin(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = make_order(by)
        perform("order", "confirm", order, by=by)
        perform("order", "invoice", order, by=by)
        invoice = invoice_of(order, by)
        perform("invoice", "delete", invoice, by=by)
        perform("order", "cancel", order, by=by, reason="Late")
        with pytest.raises(Refused), by.session.begin_nested():
            perform("invoice", "restore", invoice, by=by)
        by.session.expire_all()
        perform("order", "reopen", order, by=by)
        perform("invoice", "restore", invoice, by=by)
        assert invoice.deleted_at is None


def test_what_is_left_after_a_return_has_the_tax_of_what_is_left(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        free = {**FENCE, "name": "Book", "unit_price": "10", "tax_rate": "0"}
        order = sold(by, {**FENCE, "unit_price": "10"}, free)
        perform("order", "credit", order, by=by)
        back = return_of(order, by)
        perform("order", "set_lines", back, by=by, lines=[{**free, "quantity": "-10"}])
        perform("order", "confirm", back, by=by)
        perform("order", "invoice", order, by=by)
        invoice = invoice_of(order, by)
        assert (invoice.amount, invoice.tax) == (Decimal(120), Decimal(20))


def test_the_tax_of_all_invoices_is_that_of_the_order_to_the_cent(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        line = {**FENCE, "quantity": "1", "unit_price": "83.33"}
        order = sold(by, line)
        assert (order.total, order.tax) == (Decimal("100.00"), Decimal("16.67"))
        for amount in ("33.33", "33.33", ""):
            perform("order", "invoice", order, by=by, amount=amount)
        assert taxes(order, by) == [Decimal("5.56"), Decimal("5.56"), Decimal("5.55")]


def test_the_tax_of_all_credits_is_that_of_their_invoice_to_the_cent(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        invoice = issued(by, "100", tax="16.67")
        for amount in ("33.33", "33.33", ""):
            perform("invoice", "credit", invoice, by=by, amount=amount)
        its = select(Invoice.tax).where(Invoice.credits_id == invoice.id)
        found = by.session.scalars(its.order_by(Invoice.created_at, Invoice.id)).all()
        assert sum(one or 0 for one in found) == Decimal("-16.67")


def test_a_credit_by_program_belongs_to_the_order_of_its_invoice(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        invoice = invoiced(order, by)
        account = by.session.get_one(Account, invoice.account_id)
        credit = make_invoice(by, "-150", account=account, credits=str(invoice.id))
        assert credit.order_id == order.id
        perform("invoice", "issue", credit, by=by)
        perform("order", "invoice", order, by=by)
        assert invoice_of(order, by).amount == Decimal(150)


def test_a_credit_is_worth_what_its_invoice_was(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for day, rate in (("2025-01-01", "0.80"), ("2026-11-01", "0.75")):
            rates.add_rate(by, {"currency": "USD", "rate_on": day, "rate": rate})
        invoice = make_invoice(by, "100", currency="USD")
        perform("invoice", "issue", invoice, by=by, issued_on="2026-10-31")
        account = by.session.get_one(Account, invoice.account_id)
        given = {"account": account, "currency": "USD", "credits": str(invoice.id)}
        credit = make_invoice(by, "-40", **given)
        assert (credit.rate, credit.rate_on) == (Decimal("0.80"), invoice.rate_on)
        perform("invoice", "update", credit, by=by, amount="-30")
        by.session.expire_all()
        assert (credit.amount, credit.rate) == (-30, Decimal("0.80"))
        assert credit.rate_on == invoice.rate_on
