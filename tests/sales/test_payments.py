"""Payments: counted for the oldest invoices first, never for more than there is, taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.automation.authority.operations import save_limits
from app.automation.authority.subjects import subject_called
from app.crm.models import Account
from app.events import Event
from app.identity.models import Grant, User
from app.kernel.actor import Actor, FieldAccess, Reach
from app.kernel.errors import Answer, Held, NotPermitted, Refused
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.door import perform
from app.records.money import operations as rates
from app.sales.models import Invoice, Order, Payment, PaymentPart
from app.sales.operations.balance import firms_day
from app.sales.operations.parts import parts_of
from app.sales.operations.payments import proposed, read_parts
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.pages.conftest import statements
from tests.sales.conftest import narrow
from tests.sales.test_invoices import credit_of, invoice_of, issued
from tests.sales.test_orders import sold

install_record_types()


def received(by: Actor, amount: str = "100", **given: Any) -> Payment:
    """A payment of today."""
    account = given.pop("account", None) or make_account(by)
    inputs = {
        "account_id": str(account.id),
        "amount": amount,
        "received_on": firms_day(by).isoformat(),
        **given,
    }
    made: Payment = perform("payment", "create", by=by, **inputs)  # type: ignore[assignment]
    return made


def part(invoice: Invoice, amount: str) -> dict[str, str]:
    return {"invoice_id": str(invoice.id), "amount": amount}


def books(by: Actor) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """What is invoiced, paid and open in all, and what customers have as credit."""
    stands = (Invoice.status == "issued", Invoice.deleted_at.is_(None))
    sums = (func.sum(Invoice.amount), func.sum(Invoice.paid), func.sum(Invoice.open))
    invoiced, paid, left = by.session.execute(select(*sums).where(*stands)).one()
    credit = by.session.scalar(select(func.sum(Payment.credit)))
    nothing = Decimal(0)
    return invoiced or nothing, paid or nothing, left or nothing, credit or nothing


def test_a_payment_counts_for_what_is_due_the_longest(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        young = issued(by, "80", ago=5, account=account)
        old = issued(by, "70", ago=50, account=account)
        payment = received(by, "100", account=account)
        assert (payment.credit, payment.name) == (100, "Fence & Sons")
        perform("payment", "apply", payment, by=by)
        assert (old.paid, old.open, old.settlement) == (70, 0, "paid")
        assert (young.paid, young.open, young.settlement) == (30, 50, "part")
        assert (payment.applied, payment.credit) == (100, 0)
        told = select(Event.verb).where(Event.record_id == old.id)
        assert "invoice_paid" in by.session.scalars(told).all()


def test_what_is_over_is_the_customers_credit_and_counts_later(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        first = issued(by, "60", account=account)
        payment = received(by, "100", account=account)
        perform("payment", "apply", payment, by=by)
        assert (first.open, payment.credit) == (0, 40)
        with pytest.raises(Refused):
            perform("payment", "apply", payment, by=by)
        by.session.refresh(payment)
        second = issued(by, "50", account=account)
        perform("payment", "apply", payment, by=by, parts=[part(second, "40")])
        assert (second.open, payment.credit) == (10, 0)


def test_what_cannot_count_is_told_beside_its_place(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        invoice = issued(by, "60", account=account)
        other = issued(by, "60", account=make_account(by, name="Globex"))
        payment = received(by, "50", account=account)
        for parts, field in (
            ([part(invoice, "60.01")], "parts.0.amount"),
            ([part(invoice, "55")], "parts.0.amount"),
            ([part(invoice, "-1")], "parts.0.amount"),
            ([part(invoice, "1.005")], "parts.0.amount"),
            ([part(invoice, "10"), part(invoice, "10")], "parts.1.invoice_id"),
            ([part(other, "10")], "parts.0.invoice_id"),
            ([{"amount": "5"}], "parts.0.invoice_id"),
            (["x"], "parts.0"),
            ("x", "parts"),
        ):
            with pytest.raises(Refused) as refused:
                perform("payment", "apply", payment, by=by, parts=parts)
            assert set(refused.value.errors) == {field}
            by.session.refresh(payment)
        assert books(by) == (120, 0, 120, 50)


def test_a_payment_in_another_currency_counts_by_the_rate_of_its_day(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        rates.add_rate(by, {"currency": "USD", "rate_on": "2025-01-01", "rate": "0.80"})
        invoice = issued(by, "100", account=account, currency="USD")
        payment = received(by, "50", account=account)
        perform("payment", "apply", payment, by=by)
        assert (invoice.paid, invoice.open) == (Decimal("62.50"), Decimal("37.50"))
        its = by.session.scalars(select(PaymentPart)).one()
        assert (its.amount, its.taken, payment.credit) == (Decimal("62.50"), 50, 0)


def test_without_a_rate_a_payment_in_another_currency_says_what_to_do(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        rates.add_rate(by, {"currency": "USD", "rate_on": "2026-01-01", "rate": "0.80"})
        invoice = issued(by, "100", account=account, currency="USD")
        payment = received(by, "50", account=account, received_on="2025-06-01")
        with pytest.raises(Refused) as refused:
            perform("payment", "apply", payment, by=by, parts=[part(invoice, "10")])
        assert "Currencies" in str(refused.value.errors["parts.0.amount"])


def test_a_payment_is_worth_what_it_was_on_the_day_on_which_it_came(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for on, rate in (("2025-01-01", "0.80"), ("2025-06-01", "0.75"), ("2026-01-01", "0.70")):
            rates.add_rate(by, {"currency": "USD", "rate_on": on, "rate": rate})
        payment = received(by, "100", currency="USD", received_on="2025-03-01")
        assert (payment.rate, payment.rate_on) == (Decimal("0.80"), date(2025, 3, 1))
        perform("payment", "update", payment, by=by, received_on="2025-07-01")
        assert (payment.rate, payment.rate_on) == (Decimal("0.75"), date(2025, 7, 1))
        perform("payment", "update", payment, by=by, amount="90")
        assert (payment.rate, payment.rate_on) == (Decimal("0.75"), date(2025, 7, 1))
        named = received(by, "9", currency="USD", received_on="2025-07-01", rate_on="2025-02-01")
        assert (named.rate, named.rate_on) == (Decimal("0.80"), date(2025, 2, 1))


def test_many_invoices_in_another_currency_take_no_more_statements_than_two(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        rates.add_rate(by, {"currency": "USD", "rate_on": "2025-01-01", "rate": "0.80"})
        account = make_account(by)
        payment = received(by, "1000", account=account)

        def asked(count: int) -> int:
            for _n in range(count):
                issued(by, "1", account=account, currency="USD")
            by.session.flush()
            with statements() as seen:
                found = proposed(payment, by)
                sent = [{"invoice_id": str(one.invoice_id), "amount": "1"} for one in found]
                read_parts(payment, sent, by)
            assert len(found) >= count
            return len(seen)

        few = asked(2)
        assert asked(38) <= few


def test_the_forms_of_money_show_nothing_that_the_role_hides(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, owner_id=str(bob.user_id))
        mine = {"account": account, "owner_id": str(bob.user_id)}
        number = issued(by, "60", ago=50, **mine).number
        payment_id = received(by, "77", **mine).id
        role = by.session.get_one(User, bob.user_id).role
        for verb in ("create", "apply", "refund"):
            by.session.add(
                Grant(role_id=role.id, record_type="payment", verb=verb, reach=int(Reach.ALL))
            )
        role.stamp = new_id()
        account_id = account.id
    assert number is not None

    def seen() -> tuple[bool, bool, bool]:
        parts = bob.client.get(f"/payments/receive?account_id={account_id}").get_data(as_text=True)
        back = bob.client.get(f"/payments/{payment_id}/refund").get_data(as_text=True)
        return number in parts, "days overdue" in parts, 'value="77.00"' in back

    assert seen() == (True, True, True)
    narrow(acme, bob, "number", FieldAccess.HIDDEN, "invoice")
    narrow(acme, bob, "due_on", FieldAccess.HIDDEN, "invoice")
    narrow(acme, bob, "credit", FieldAccess.HIDDEN, "payment")
    assert seen() == (False, False, False)


def test_a_part_is_taken_back_once(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        first, second = (issued(by, "60", account=account) for _n in range(2))
        payment = received(by, "100", account=account)
        perform("payment", "apply", payment, by=by)
        one = next(one for one in parts_of(payment, by) if one.invoice_id == first.id)
        perform("payment", "take_back", payment, by=by, part=str(one.id))
        by.session.expire_all()
        assert books(by) == (120, 120 - first.open - second.open, first.open + second.open, 60)
        with pytest.raises(Refused):
            perform("payment", "take_back", payment, by=by, part=str(one.id))
        perform("payment", "take_back", payment, by=by)
        by.session.expire_all()
        assert books(by) == (120, 0, 120, 100)


def test_a_refund_is_of_what_is_left(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        issued(by, "60", account=account)
        payment = received(by, "100", account=account, method="cash")
        perform("payment", "apply", payment, by=by)
        with pytest.raises(Refused) as refused:
            perform("payment", "refund", payment, by=by, amount="40.01")
        assert set(refused.value.errors) == {"amount"}
        by.session.refresh(payment)
        perform("payment", "refund", payment, by=by, amount="15")
        back = by.session.scalars(select(Payment).where(Payment.refunds_id == payment.id)).one()
        assert (back.kind, back.amount, back.method, back.credit) == ("refund", -15, "cash", 0)
        assert (payment.refunded, payment.credit) == (15, 25)
        perform("payment", "delete", back, by=by)
        by.session.refresh(payment)
        assert (payment.refunded, payment.credit) == (0, 40)


def test_who_refunds_beyond_their_authority_asks(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        role = by.session.get_one(User, bob.user_id).role
        for verb in ("create", "update", "refund"):
            by.session.add(
                Grant(role_id=role.id, record_type="payment", verb=verb, reach=int(Reach.ALL))
            )
        role.stamp = new_id()
        subject = subject_called("refund_amount")
        assert subject is not None
        save_limits(by, subject, {(role.id, ""): "50"})
        account = make_account(by, owner_id=str(bob.user_id))
        payment_id = received(by, "200", account=account, owner_id=str(bob.user_id)).id
    with acme.acting(bob) as by:
        received(by, "500")
        payment = by.session.get_one(Payment, payment_id)
        with pytest.raises(Held):
            perform("payment", "refund", payment, by=by, amount="50.01")
        by.session.refresh(payment)
        perform("payment", "refund", payment, by=by, amount="50")
        back = by.session.scalars(select(Payment).where(Payment.refunds_id == payment.id)).one()
        perform("payment", "update", back, by=by, note="To their other account")
        with pytest.raises(Held):
            perform("payment", "update", back, by=by, amount="-60")


def test_a_payment_that_counts_is_neither_deleted_nor_made_smaller(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        issued(by, "60", account=account)
        payment = received(by, "100", account=account)
        perform("payment", "apply", payment, by=by)
        other = make_account(by, name="Globex")
        for change in ({"amount": "59"}, {"account_id": str(other.id)}, {"currency": "USD"}):
            with pytest.raises(Answer):
                perform("payment", "update", payment, by=by, **change)
            by.session.refresh(payment)
        perform("payment", "update", payment, by=by, amount="60", reference="FT26")
        assert (payment.amount, payment.credit) == (60, 0)
        with pytest.raises(Refused):
            perform("payment", "delete", payment, by=by)


def test_what_was_paid_beyond_a_credited_invoice_is_the_customers(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        invoice = issued(by, "120", account=account)
        payment = received(by, "110", account=account)
        perform("payment", "apply", payment, by=by)
        with pytest.raises(Refused):
            perform("invoice", "cancel", invoice, by=by, reason="No")
        by.session.refresh(invoice)
        perform("invoice", "credit", invoice, by=by, amount="30")
        perform("invoice", "issue", credit_of(invoice, by), by=by)
        by.session.expire_all()
        assert (invoice.paid, invoice.open, invoice.settlement) == (90, 0, "paid")
        assert (payment.applied, payment.credit) == (90, 20)
        assert books(by) == (90, 90, 0, 20)


def test_an_order_tells_what_was_collected_of_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        perform("order", "invoice", order, by=by, amount="100")
        invoice = invoice_of(order, by)
        perform("invoice", "issue", invoice, by=by)
        payment = received(by, "60", account=by.session.get_one(Account, order.account_id))
        perform("payment", "apply", payment, by=by)
        told = select(Event.verb).where(Event.record_id == order.id)
        assert "order_paid" in by.session.scalars(told).all()
        order_id = order.id
    shown = alice.client.get(f"/orders/{order_id}").get_data(as_text=True)
    assert 'aria-label="Invoiced"></meter>66%' in shown
    assert 'aria-label="Collected"></meter>40%' in shown


def test_an_amount_of_zero_is_not_all_of_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        invoice = issued(by, "60", account=account)
        payment = received(by, "100", account=account)
        order = sold(by)
        for kind, verb, record in (
            ("invoice", "credit", invoice),
            ("payment", "refund", payment),
            ("order", "invoice", order),
        ):
            with pytest.raises(Refused) as refused:
                perform(kind, verb, record, by=by, amount=0)
            assert set(refused.value.errors) == {"amount"}
            by.session.refresh(record)


def test_what_is_open_is_not_told_by_what_fits(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, owner_id=str(bob.user_id))
        invoice = issued(by, "60", account=account, owner_id=str(bob.user_id))
        payment = received(by, "100", account=account, owner_id=str(bob.user_id))
        role = by.session.get_one(User, bob.user_id).role
        for verb in ("create", "apply"):
            by.session.add(
                Grant(role_id=role.id, record_type="payment", verb=verb, reach=int(Reach.ALL))
            )
        account_id, ids = account.id, (invoice.id, payment.id)
    narrow(acme, bob, "open", FieldAccess.HIDDEN, "invoice")
    shown = bob.client.get(f"/payments/receive?account_id={account_id}").get_data(as_text=True)
    assert str(ids[0]) not in shown
    with acme.acting(bob) as by:
        one = by.session.get_one(Payment, ids[1])
        for parts in (None, [part(by.session.get_one(Invoice, ids[0]), "61")]):
            with pytest.raises(Refused) as refused:
                perform("payment", "apply", one, by=by, parts=parts)
            assert "60" not in str(refused.value.errors)


def test_who_only_sells_records_no_payment(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        received(by)


def test_payments_counted_at_once_never_exceed_what_is_open(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        invoice_id = issued(by, "100", account=account).id
        ids = [received(by, "70", account=account).id for _n in range(3)]

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(alice.client.post, [f"/payments/{one}/apply" for one in ids]))
    with acme.acting(alice) as by:
        invoice = by.session.get_one(Invoice, invoice_id)
        assert (invoice.paid, invoice.open) == (100, 0)
        assert books(by) == (100, 100, 0, 110)


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "order",
                "of order",
                "invoice",
                "pay",
                "apply",
                "back",
                "credit",
                "begin",
                "issue",
                "refund",
                "cancel",
                "drop",
            ]
        ),
        st.integers(0, 9),
        st.integers(1, 12_000),
    ),
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds=DEEDS)
def test_whatever_happens_paid_and_open_are_what_was_invoiced(
    acme: Workspace, alice: Person, deeds: list[tuple[str, int, int]]
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        for deed, at, cents in deeds:
            try:
                with by.session.begin_nested():
                    _do(deed, at, str(Decimal(cents) / 100), account, by)
            except Answer:
                by.session.expire_all()
        _hold(account.id, by)


KNOWN: dict[str, tuple[str, str, dict[str, str]]] = {
    "apply": ("payment", "apply", {}),
    "back": ("payment", "take_back", {}),
    "refund": ("payment", "refund", {}),
    "begin": ("invoice", "credit", {}),
    "issue": ("invoice", "issue", {}),
    "drop": ("invoice", "delete", {}),
    "cancel": ("invoice", "cancel", {"reason": "Wrong"}),
}


def _do(deed: str, at: int, amount: str, account: Account, by: Actor) -> None:
    if deed == "invoice":
        issued(by, amount, ago=at * 10, account=account)
        return
    if deed == "pay":
        received(by, amount, account=account)
        return
    if deed == "order":
        sold(by, account=account)
        return
    if deed == "of order":
        _of_order(at, amount, account, by)
        return
    of_payment = deed in ("apply", "back", "refund")
    model: Any = Payment if of_payment else Invoice
    its = select(model).where(model.account_id == account.id).order_by(model.created_at, model.id)
    found = by.session.scalars(its).all()
    if not found:
        return
    one = found[at % len(found)]
    if deed == "credit":
        perform("invoice", "credit", one, by=by, amount=amount)
        perform("invoice", "issue", credit_of(one, by), by=by)
        return
    kind, verb, inputs = KNOWN[deed]
    perform(kind, verb, one, by=by, **inputs, **({"amount": amount} if deed == "refund" else {}))


def _of_order(at: int, amount: str, account: Account, by: Actor) -> None:
    orders = select(Order).where(Order.account_id == account.id)
    sales = by.session.scalars(orders.order_by(Order.created_at, Order.id)).all()
    if sales:
        perform("order", "invoice", sales[at % len(sales)], by=by, amount=amount)


def _hold(account_id: UUID, by: Actor) -> None:
    by.session.expire_all()
    invoices = by.session.scalars(select(Invoice).where(Invoice.account_id == account_id)).all()
    payments = by.session.scalars(select(Payment).where(Payment.account_id == account_id)).all()
    parts = by.session.scalars(select(PaymentPart).where(PaymentPart.until.is_(None))).all()
    asked = sum((one.amount for one in invoices if one.status == "issued"), Decimal(0))
    paid = sum((one.paid for one in invoices), Decimal(0))
    left = sum((one.open for one in invoices), Decimal(0))
    assert paid + left == asked
    for order in by.session.scalars(select(Order).where(Order.account_id == account_id)):
        its_own = [one for one in invoices if one.order_id == order.id]
        its = sum((one.amount for one in its_own if one.status == "issued"), Decimal(0))
        assert 0 <= its <= (order.total or 0)
    for invoice in invoices:
        its = sum((one.amount for one in parts if one.invoice_id == invoice.id), Decimal(0))
        assert invoice.paid == its
        assert invoice.open >= 0
    for payment in payments:
        its = sum((one.taken for one in parts if one.payment_id == payment.id), Decimal(0))
        assert payment.applied == its
        assert payment.credit >= 0
        if not payment.is_refund:
            assert payment.applied + payment.refunded + payment.credit == payment.amount
    money = sum((one.amount for one in payments), Decimal(0))
    assert money == paid + sum((one.credit for one in payments), Decimal(0))
