"""All of sales beside a customer: one statement tells what is there, and only that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from app.crm.models import Account
from app.kernel.actor import Actor, FieldAccess
from app.modules import install_record_types
from app.records.door import perform
from app.sales.pages.account_sales import KINDS
from tests.cast import Person, Workspace
from tests.factories import make_account, make_opportunity
from tests.records.pages.conftest import statements
from tests.sales.conftest import narrow
from tests.sales.test_invoices import issued
from tests.sales.test_payments import received

install_record_types()
LEAD = {"last_name": "Frost", "company": "Frost & Daughters"}


def converted(by: Actor, account: Account) -> None:
    """A lead that became a contact of an account."""
    lead = perform("lead", "create", by=by, **LEAD)
    perform("lead", "convert", lead, by=by, account_id=str(account.id))


def made(kind: str) -> Callable[[Actor, Account], Any]:
    """How a record of a kind comes to an account by its form."""
    return lambda by, account: perform(kind, "create", by=by, account_id=str(account.id))


MADE: dict[str, Callable[[Actor, Account], Any]] = {
    "opportunity": lambda by, account: make_opportunity(by, account_id=str(account.id)),
    "quote": made("quote"),
    "order": made("order"),
    "contract": made("contract"),
    "invoice": lambda by, account: issued(by, "80", ago=5, account=account),
    "payment": lambda by, account: received(by, "100", account=account),
    "lead": converted,
}


def links(person: Person, account: Account, collection: str) -> int:
    """How many records of a collection the panels of an account's page lead to."""
    page = person.client.get(f"/accounts/{account.id}").text
    panels = page.partition('id="record-panels"')[2]
    return panels.count(f'class="related-item" href="/{collection}/')


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_alone_beside_a_customer_is_shown(
    acme: Workspace, alice: Person, kind: str
) -> None:
    collection = "opportunities" if kind == "opportunity" else f"{kind}s"
    with acme.acting(alice) as by:
        empty, account = make_account(by, "Empty"), make_account(by, "Spruce")
        MADE[kind](by, account)
    assert links(alice, account, collection) == 1
    assert links(alice, empty, collection) == 0


def test_of_a_customer_without_anything_one_statement_asks(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
    path = f"/accounts/{account.id}"
    page = alice.client.get(path).text
    for told in ("No opportunity yet.", "No quote yet.", "No order yet.", "No invoice yet."):
        assert told in page
    with statements() as seen:
        alice.client.get(path)
    for table in ("opportunities", "quotes", "orders", "contracts", "invoices", "payments"):
        assert sum(f"FROM {table}" in one for one in seen) == 1, table


def test_a_credit_alone_is_told_where_there_is_no_invoice(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        received(by, "100", account=account)
    page = unescape(alice.client.get(f"/accounts/{account.id}").text)
    assert "Credit of this customer: £100.00" in page
    assert "No invoice yet." in page


def test_who_may_not_see_whose_they_are_is_told_of_none(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        MADE["quote"](by, account)
    assert links(bob, account, "quotes") == 1
    narrow(acme, bob, "account_id", FieldAccess.HIDDEN, "quote")
    assert links(bob, account, "quotes") == 0
    assert "No quote yet." not in bob.client.get(f"/accounts/{account.id}").text
