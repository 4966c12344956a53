"""What customers owe as of a day, by age; how they paid, and what that says of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.crm.models import Account
from app.kernel.actor import Actor, FieldAccess
from app.kernel.errors import NotPermitted
from app.modules import install_record_types
from app.records.door import perform
from app.sales.jobs import count_overdue, judge_payers
from app.sales.models import Invoice
from app.sales.operations.balance import firms_day
from app.sales.operations.payment_record import (
    PaymentRecord,
    Thresholds,
    payment_record,
    proposed_payer,
)
from app.sales.operations.receivables import all_together, receivables
from app.sales.terms.kept import save_terms, terms_of
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs, fields_in, program
from tests.records.pages.conftest import statements
from tests.sales.conftest import narrow
from tests.sales.test_invoices import credit_of, issued, make_invoice
from tests.sales.test_payments import part, received

__all__ = ["program"]

install_record_types()


def day(by: Actor, ago: int) -> date:
    return firms_day(by) - timedelta(days=ago)


def paid(invoice: Invoice, ago: int, by: Actor, amount: str = "") -> None:
    """Pay an invoice so many days ago."""
    amount = amount or str(invoice.open)
    account = by.session.get_one(Account, invoice.account_id)
    payment = received(by, amount, account=account, received_on=day(by, ago).isoformat())
    perform("payment", "apply", payment, by=by, parts=[part(invoice, amount)])


def four_invoices(account: Account, by: Actor) -> list[Invoice]:
    """Four of 100 each, which were due 70, 40, 20 and 10 days ago."""
    return [issued(by, "100", ago=ago + 30, days=30, account=account) for ago in (70, 40, 20, 10)]


def test_what_is_owed_stands_by_its_age(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        for due in (-5, 0, 1, 30, 31, 60, 61, 90, 91):
            issued(by, "10", ago=due + 30, days=30, account=account)
        found = receivables(by, firms_day(by))
        assert [one.account_id for one in found] == [account.id]
        assert found[0].ages == (20, 20, 20, 20, 10)
        assert (found[0].total, found[0].overdue, found[0].oldest) == (90, 70, 91)


def test_a_day_that_is_over_tells_what_it_told_then(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        first, second, third, _fourth = four_invoices(make_account(by), by)
        paid(first, 30, by)
        paid(second, 5, by, "60")
        perform("invoice", "credit", third, by=by, amount="25")
        perform("invoice", "issue", credit_of(third, by), by=by)
        assert all_together(receivables(by, firms_day(by))).total == 40 + 75 + 100
        assert all_together(receivables(by, day(by, 1))).total == 40 + 100 + 100
        assert all_together(receivables(by, day(by, 6))).total == 100 + 100 + 100
        assert all_together(receivables(by, day(by, 31))).total == 400
        assert all_together(receivables(by, day(by, 101))).total == 0
        perform("invoice", "cancel", _fourth, by=by, reason="Wrong firm")
        assert all_together(receivables(by, firms_day(by))).total == 40 + 75
        assert all_together(receivables(by, day(by, 6))).total == 300


def test_a_credit_of_what_was_paid_changes_nothing_of_the_days_before(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        first, second, third, _fourth = four_invoices(account, by)
        for one in (first, second, third):
            paid(one, 30, by)
        days = [day(by, ago) for ago in (1, 10, 25, 45)]
        before = [(receivables(by, on), payment_record(by, account.id, on)) for on in days]
        for invoice, amount in ((first, "25"), (second, "")):
            perform("invoice", "credit", invoice, by=by, amount=amount)
            perform("invoice", "issue", credit_of(invoice, by), by=by)
        by.session.expire_all()
        assert (first.paid, first.open, second.paid, second.open) == (75, 0, 0, 0)
        after = [(receivables(by, on), payment_record(by, account.id, on)) for on in days]
        assert after == before
        now = payment_record(by, account.id, firms_day(by))
        assert (now.due, now.due_money) == (3, 275)


def test_a_payment_that_was_deleted_never_came_on_any_day(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        invoice = issued(by, "100", ago=60, days=30, account=account)
        payment = received(by, "100", account=account, received_on=day(by, 20).isoformat())
        perform("payment", "apply", payment, by=by)
        perform("invoice", "credit", invoice, by=by)
        perform("invoice", "issue", credit_of(invoice, by), by=by)
        by.session.expire_all()
        assert all_together(receivables(by, day(by, 5))).total == 0
        perform("payment", "delete", payment, by=by)
        assert all_together(receivables(by, day(by, 5))).total == 100


def test_what_was_never_issued_was_owed_on_no_day(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        meant = day(by, 20).isoformat()
        asked = make_invoice(by, "100", number="OLD-7", issued_on=meant, due_on=meant)
        perform("invoice", "cancel", asked, by=by, reason="Wrong firm")
        assert all_together(receivables(by, day(by, 10))).total == 0


def test_of_one_customer_only_their_money_is_added_up(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        four_invoices(make_account(by, name="Globex"), by)
        first, *_others = four_invoices(account, by)
        paid(first, 30, by)
        by.session.flush()
        with statements() as seen:
            found = payment_record(by, account.id, firms_day(by))
        assert (found.due, found.overdue_money) == (4, 300)
        (asked,) = [one for one in seen if "payment_parts" in one]
        assert "payment_parts.invoice_id IN (SELECT" in asked
        assert "payment_parts.invoice_id IS NOT NULL" not in asked
        assert "credits_id IN (SELECT" in asked


def test_who_sells_does_not_say_what_is_disputed(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, owner_id=str(bob.user_id))
        invoice_id = issued(by, account=account, owner_id=str(bob.user_id)).id
    with acme.acting(bob) as by:
        invoice = by.session.get_one(Invoice, invoice_id)
        for key, value in (("is_disputed", True), ("dispute_reason", "Two bent")):
            with pytest.raises(NotPermitted):
                perform("invoice", "update", invoice, by=by, **{key: value})


def test_the_page_opens_the_invoices_behind_each_figure(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        four_invoices(account, by)
        account_id = account.id
        since = day(by, 30).isoformat()
    shown = alice.client.get("/receivables").get_data(as_text=True)
    assert "£400.00" in shown
    assert f"account_id={account_id}" in shown
    assert f"due_on__gte={since}" in shown
    opened = alice.client.get(
        f"/invoices?settlement__in=open,part&account_id={account_id}&due_on__gte={since}"
    )
    assert opened.status_code == 200
    file = alice.client.get("/receivables.csv").get_data(as_text=True)
    assert "Fence & Sons" in file
    assert "400.00" in file
    wrong = alice.client.get("/receivables?as_of=soon")
    assert wrong.status_code == 422
    assert alice.client.get("/receivables?as_of=2099-01-01").status_code == 422
    home = alice.client.get("/").get_data(as_text=True)
    assert 'href="/receivables"' in home


@pytest.mark.parametrize("key", ["open", "due_on", "amount", "account_id"])
def test_what_the_role_hides_is_told_nowhere(
    acme: Workspace, bob: Person, key: str, program: Programs
) -> None:
    assert bob.client.get("/receivables").status_code == 200
    narrow(acme, bob, key, FieldAccess.HIDDEN, "invoice")
    assert bob.client.get("/receivables").status_code == 403
    assert program(bob).get("receivables").status_code == 403
    assert 'href="/receivables"' not in bob.client.get("/").get_data(as_text=True)


def test_who_reaches_no_further_owes_nothing_there(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        four_invoices(make_account(by), by)
    with acme.acting(bob) as by:
        assert receivables(by, firms_day(by)) == []


def test_programs_read_receivables_and_records(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        four_invoices(account, by)
        account_id = account.id
        as_of = day(by, 0).isoformat()
    caller = program(alice)
    told = caller.get("receivables").json
    assert told is not None
    assert (told["as_of"], told["total"]["total"]["amount"]) == (as_of, "400.00")
    assert told["data"][0]["over_90"]["amount"] == "0.00"
    record = caller.get(f"accounts/{account_id}/payment_record").json
    assert record is not None
    assert (record["due"], record["is_rated"], record["proposed"]) == (4, True, "bad")
    assert fields_in(caller.get("receivables?as_of=soon")) == ["as_of"]
    assert fields_in(caller.get("receivables?x=1")) == ["x"]


def test_a_customer_is_judged_by_what_came_until_its_day(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        first, second, third, fourth = four_invoices(account, by)
        paid(first, 71, by)  # A day before its last.
        paid(second, 30, by)  # Ten days late.
        paid(third, 20, by, "50")  # Half on the last day, half never.
        found = payment_record(by, account.id, firms_day(by))
        assert (found.due, found.due_money, found.on_time, found.on_time_money) == (4, 400, 1, 150)
        # 100 x 10 days, 50 x 20 days, 100 x 10 days, over 400.
        assert found.days_late == Decimal("7.5")
        assert (found.overdue, found.overdue_money) == (2, 150)
        perform("invoice", "update", fourth, by=by, is_disputed=True)
        apart = payment_record(by, account.id, firms_day(by))
        assert (apart.due, apart.disputed, apart.disputed_money) == (3, 1, 100)
        assert (apart.overdue, apart.days_late) == (1, Decimal("6.7"))
        before = payment_record(by, account.id, day(by, 50))
        assert (before.due, before.is_rated) == (1, False)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"due": 2, "on_time_money": Decimal(100)}, None),
        ({"due": 3, "on_time_money": Decimal(90), "days_late": Decimal(5)}, "good"),
        ({"due": 3, "on_time_money": Decimal(89), "days_late": Decimal(1)}, None),
        ({"due": 3, "on_time_money": Decimal(95), "days_late": Decimal(31)}, "bad"),
        ({"due": 3, "on_time_money": Decimal(59), "days_late": Decimal(1)}, "bad"),
    ],
)
def test_what_is_proposed_follows_the_thresholds(given: dict[str, Any], said: str | None) -> None:
    record = PaymentRecord(date(2026, 11, 23), due_money=Decimal(100), **given)
    assert proposed_payer(record, Thresholds()) == said


def test_the_account_tells_how_it_pays_and_keeps_what_is_proposed(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        four_invoices(account, by)
        account_id = account.id
    shown = alice.client.get(f"/accounts/{account_id}").get_data(as_text=True)
    assert "How they pay" in shown
    assert f"/accounts/{account_id}/payment_record" in shown
    assert alice.client.post(f"/accounts/{account_id}/payment_record").status_code == 303
    assert bob.client.post(f"/accounts/{account_id}/payment_record").status_code in (403, 404)
    with acme.acting(alice) as by:
        assert by.session.get_one(Account, account_id).payment_record == "bad"
    again = alice.client.get(f"/accounts/{account_id}").get_data(as_text=True)
    assert "Proposed for the payment record" not in again


def test_the_night_keeps_it_where_the_firm_wants_that(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        four_invoices(account, by)
        judge_payers.run(by, {})
        assert account.payment_record is None
        save_terms(by, {"judging": {"is_kept": True}})
        assert terms_of(by).thresholds.is_kept
        judge_payers.run(by, {})
        assert account.payment_record == "bad"


def test_thresholds_that_contradict_each_other_are_told_beside_their_field(
    acme: Workspace, alice: Person
) -> None:
    form = {"judging.good_share": "50", "judging.bad_share": "60", "judging.good_days": "x"}
    refused = alice.client.post("/settings/terms", data=form)
    assert refused.status_code == 422
    told = refused.get_data(as_text=True)
    assert 'id="judging.bad_share-error"' in told
    assert 'id="judging.good_days-error"' in told
    assert 'value="x"' in told


def test_each_night_counts_the_days_anew(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        invoice = issued(by, ago=33, days=30)
        invoice.days_overdue = 1
        by.session.flush()
        version = invoice.version
        count_overdue.run(by, {})
        by.session.refresh(invoice)
        assert (invoice.days_overdue, invoice.version) == (3, version)
