"""What became of quotes, orders and invoices, told on the timeline of their customer; and who sees
nothing of it."""

from __future__ import annotations

import re
from html import unescape

from app.kernel.actor import FieldAccess
from app.modules import install_record_types
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account, make_opportunity
from tests.records.pages.conftest import statements
from tests.sales.conftest import narrow
from tests.sales.test_contracts import signed
from tests.sales.test_invoices import issued
from tests.sales.test_orders import accepted, make_order, sold
from tests.sales.test_payments import received

install_record_types()
BUDGET = 23  # Two of them for the papers on the timeline, each panel beside it has one or two.


def told(person: Person, url: str) -> list[str]:
    """The lines of a timeline as they are read, without their times."""
    page = person.client.get(url)
    assert page.status_code == 200
    lines = re.findall(r'<div class="tl-line">(.*?)<time', page.text, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in lines]


def test_an_accounts_timeline_tells_what_became_of_its_papers_and_leads_there(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by)
        quote = accepted(by, account=firm)
        order = sold(by, account=firm)
        agreed = signed(by, account=firm)
        invoice = issued(by, account=firm)
        payment = received(by, "120", account=firm)
        perform("payment", "apply", payment, by=by)
        url = f"/accounts/{firm.id}?show=business"
        agreed.name = "Upkeep"
        by.session.flush()
        names = {one: str(one.number) for one in (quote, order, invoice)}
        names[agreed] = f"{agreed.number} · Upkeep"  # A subject that is not just the customer.
    lines = told(alice, url)
    for line in (
        f"Alice Archer added: Quote {names[quote]} £150.00",
        f"Alice Archer sent this quote {names[quote]} £150.00",
        f"Alice Archer noted that this quote was accepted {names[quote]} £150.00",
        f"Alice Archer confirmed this order {names[order]} £150.00",
        f"Alice Archer noted that this order was delivered {names[order]} £150.00",
        f"Alice Archer noted that this contract was signed {names[agreed]} £1,000.00",
        f"Alice Archer issued this invoice {names[invoice]} £120.00",
        f"Alice Archer counted a payment for this invoice {names[invoice]} £120.00",
        "Alice Archer added: Payment Fence & Sons £120.00",
    ):
        assert line in lines, (line, lines)
    page = alice.client.get(url).text
    for one in (quote, order, agreed, invoice, payment):
        assert f'href="/{type(one).__tablename__}/{one.id}"' in page
    assert set(lines) <= set(told(alice, f"/accounts/{firm.id}"))


def test_who_may_not_open_an_order_reads_nothing_of_it_on_its_customer(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, owner_id=str(bob.user_id))
        secret = sold(by, account=firm, name="Secret gate")
        mine = sold(by, account=firm, owner_id=str(bob.user_id))
        url = f"/accounts/{firm.id}"
    page = bob.client.get(url).text
    assert str(mine.number) in page
    assert str(secret.number) not in page
    assert "Secret gate" not in page
    assert str(secret.id) not in page


def test_fields_that_a_role_hides_are_not_told_by_what_became_of_a_record(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, owner_id=str(bob.user_id))
        order = sold(by, account=firm, owner_id=str(bob.user_id))
        url = f"/accounts/{firm.id}?show=business"
    whole = f"{order.number} £150.00"
    assert f"Alice Archer confirmed this order {whole}" in told(bob, url)
    narrow(acme, bob, "total", FieldAccess.HIDDEN, "order")
    narrow(acme, bob, "number", FieldAccess.HIDDEN, "order")
    assert "Alice Archer confirmed this order Fence & Sons" in told(bob, url)
    narrow(acme, bob, "status", FieldAccess.HIDDEN, "order")
    assert told(bob, url) == ["Alice Archer added: Sales order Fence & Sons"]
    narrow(acme, bob, "account_id", FieldAccess.HIDDEN, "order")
    assert told(bob, f"/accounts/{firm.id}") == [
        line for line in told(bob, f"/accounts/{firm.id}") if "order" not in line
    ]


def test_an_order_that_moved_to_another_customer_is_told_there_alone(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        one, other = make_account(by), make_account(by, "Gates Ltd")
        order = make_order(by, account=one, name="Long gate")
        perform("order", "update", order, by=by, account_id=str(other.id))
        perform("order", "confirm", order, by=by)
    assert not any("Long gate" in line for line in told(alice, f"/accounts/{one.id}"))
    assert any("Long gate" in line for line in told(alice, f"/accounts/{other.id}"))


def test_why_a_sale_was_lost_is_told_to_those_alone_who_see_its_reason(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, owner_id=str(bob.user_id))
        sale = make_opportunity(by, account_id=str(firm.id), owner_id=str(bob.user_id))
        perform("opportunity", "lose", sale, by=by, reason="price", note="Half of it elsewhere")
        pages = (f"/accounts/{firm.id}", f"/opportunities/{sale.id}")
    for page in pages:
        assert any("Half of it elsewhere" in line for line in told(bob, page)), page
    narrow(acme, bob, "lost_reason", FieldAccess.HIDDEN, "opportunity")
    for page in pages:
        assert any("lost this opportunity" in line for line in told(bob, page)), page
        assert "Half of it elsewhere" not in bob.client.get(page).text, page


def test_many_papers_cost_an_account_no_more_statements_than_one_of_each(
    acme: Workspace, alice: Person
) -> None:
    def papers(times: int) -> None:
        for _time in range(times):
            accepted(by, account=firm)
            sold(by, account=firm)
            signed(by, account=firm)
            issued(by, account=firm)
            received(by, "120", account=firm)

    def cost(url: str) -> int:
        alice.client.get(url)
        with statements() as seen:
            assert alice.client.get(url).status_code == 200
        return len(seen)

    with acme.acting(alice) as by:
        firm = make_account(by)
        whole, business = f"/accounts/{firm.id}", f"/accounts/{firm.id}?show=business"
        papers(1)
    few = cost(whole), cost(business)
    with acme.acting(alice) as by:
        papers(5)
    assert (cost(whole), cost(business)) == few
    assert few[0] <= BUDGET
