"""The demo's invoices and payments: made once, and whole."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select

from app.demo.contracts import load_contracts
from app.demo.money import load_collected, load_money
from app.demo.quotes import acting
from app.modules import install_record_types
from app.records.door import perform
from app.sales.models import Contract, Invoice, Payment
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.sales.test_orders import make_order

install_record_types()


def test_customers_of_the_demo_pay_as_they_do(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        accounts = [make_account(by, name=name) for name in ("Fence", "Gate", "Post", "Rail")]
        for number in range(16):
            past = acting(by, alice.user_id, timedelta(days=number * 11))
            order = make_order(past, account=accounts[number % 4], payment_days="14")
            for verb in ("confirm", "deliver", "complete"):
                perform("order", verb, order, by=past)
        load_money(by, "harbor", alice.user_id)
        made = by.session.scalar(select(func.count()).select_from(Invoice)) or 0
        load_money(by, "harbor", alice.user_id)
        assert by.session.scalar(select(func.count()).select_from(Invoice)) == made == 16
        paid = by.session.scalar(select(func.sum(Invoice.paid))) or Decimal(0)
        assert paid > 0
        assert paid == by.session.scalar(select(func.sum(Payment.applied)))
        assert by.session.scalar(select(func.count()).where(Invoice.days_overdue > 0))


def test_contracts_of_the_demo_have_collected_something(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for name in ("Fence", "Gate", "Post", "Rail"):
            make_account(by, name=name, owner_id=alice.user_id)
        load_contracts(by, "harbor", alice.user_id, [alice.user_id])
        load_collected(by, alice.user_id)
        of_instalments = select(func.count()).where(Invoice.instalment_id.is_not(None))
        made = by.session.scalar(of_instalments) or 0
        assert made > 3
        load_collected(by, alice.user_id)
        assert by.session.scalar(of_instalments) == made
        unpaid = by.session.scalar(of_instalments.where(Invoice.days_overdue > 0)) or 0
        assert 0 < unpaid < made
        assert by.session.scalar(select(func.count()).where(Contract.collected > 0))
