"""From one record to the next: what stands beside it, what its form knows, where a press leads."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Account
from app.kernel.actor import Actor, FieldAccess
from app.modules import install_record_types
from app.records.door import perform
from app.records.money import operations as rates
from app.sales.models import Contract, Invoice, Lead, Opportunity, Order, Quote
from app.sales.plan.kept import instalments_of
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact, make_opportunity
from tests.sales.conftest import narrow
from tests.sales.test_contract_collected import invoice_of
from tests.sales.test_payments import received
from tests.sales.test_quotes import FENCE, make_quote

install_record_types()


def shown(person: Person, path: str) -> str:
    answer = person.client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(answer.text)


def panel(person: Person, path: str, title: str) -> str:
    """The panel of this title on a record's page; empty where there is none."""
    _before, found, rest = shown(person, path).partition(f'<h2 class="panel-title">{title}')
    return found + rest.partition('<div class="panel">')[0]


def filled(person: Person, path: str) -> dict[str, str]:
    """What the form of a new record holds, by field; empty where nothing is chosen or typed."""
    form = shown(person, path).partition('class="record-form')[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        named, holds = (re.search(rf'{one}="([^"]*)"', tag) for one in (" name", " value"))
        if named is not None:
            found[named[1]] = holds[1] if holds else ""
    selects = re.compile(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', re.DOTALL)
    for name, options in selects.findall(form):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def sale_of(by: Actor, **given: str) -> Opportunity:
    """A sale to Fence & Sons that Grace talks about, in dollars."""
    firm, grace = make_account(by), make_contact(by, first_name="Grace")
    both = {"account_id": str(firm.id), "contact_id": str(grace.id)}
    return make_opportunity(by, "Harbour fence", amount="1200", currency="USD", **both, **given)


def dollars(by: Actor) -> None:
    """What a dollar is worth."""
    rates.add_rate(by, {"currency": "USD", "rate_on": by.today().isoformat(), "rate": "0.8"})


def test_the_form_of_a_quote_says_what_its_opportunity_does(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        dollars(by)
        sale = sale_of(by, owner_id=str(bob.user_id))
        known = {
            "opportunity_id": str(sale.id),
            "account_id": str(sale.account_id),
            "contact_id": str(sale.contact_id),
            "name": "Harbour fence",
            "currency": "USD",
        }
        other = make_account(by, "Maple").id
    for collection in ("quotes", "orders", "contracts"):
        form = filled(alice, f"/{collection}/new?opportunity_id={sale.id}")
        assert {key: form[key] for key in known} == known, collection
    assert form["amount"] == "1200.00"
    said = filled(alice, f"/quotes/new?opportunity_id={sale.id}&account_id={other}")
    assert (said["account_id"], said["contact_id"]) == (str(other), known["contact_id"])
    narrow(acme, bob, "contact_id", FieldAccess.HIDDEN)
    narrow(acme, bob, "amount", FieldAccess.HIDDEN)
    form = filled(bob, f"/contracts/new?opportunity_id={sale.id}")
    assert (form["contact_id"], form["amount"]) == ("", "")
    with acme.acting(alice) as by:
        perform("opportunity", "update", fetched(by, sale.id), by=by, owner_id=str(alice.user_id))
    assert filled(bob, f"/quotes/new?opportunity_id={sale.id}")["name"] == ""


def fetched(by: Actor, record_id: UUID) -> Opportunity:
    return by.session.get_one(Opportunity, record_id)


def test_quotes_stand_beside_their_customer_and_their_opportunity(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, owner_id=str(bob.user_id))
        sale = make_opportunity(by, account_id=str(firm.id), owner_id=str(bob.user_id))
        mine = {"opportunity_id": str(sale.id), "owner_id": str(bob.user_id)}
        sent = make_quote(by, account=firm, name="Harbour fence", **mine)
        perform("quote", "send", sent, by=by)
        make_quote(by, name="Elsewhere")
        number, account, opportunity = (
            sent.number,
            f"/accounts/{firm.id}",
            f"/opportunities/{sale.id}",
        )
    for path in (account, opportunity):
        shown = panel(bob, path, "Quotes")
        assert number in shown
        assert f"/quotes/{sent.id}" in shown
        assert "£150.00" in shown
        assert "Sent" in shown
        assert "Elsewhere" not in shown
    assert f"/quotes/new?opportunity_id={sale.id}" in panel(bob, opportunity, "Quotes")
    narrow(acme, bob, "total", FieldAccess.HIDDEN, "quote")
    assert "£150.00" not in panel(bob, account, "Quotes")
    narrow(acme, bob, "account_id", FieldAccess.HIDDEN, "quote")
    assert panel(bob, account, "Quotes") == ""


def test_a_press_that_makes_the_next_record_leads_to_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        quote = make_quote(by)
        perform("quote", "send", quote, by=by)
        perform("quote", "accept", quote, by=by)
        perform("order", "confirm", by.session.scalars(select(Order)).one(), by=by)
        path = f"/quotes/{quote.id}"
    made = alice.client.post(f"{path}/contract").headers["Location"]
    with acme.acting(alice) as by:
        contract, order = (
            by.session.scalars(select(Contract)).one(),
            by.session.scalars(select(Order)).one(),
        )
        assert made == f"/contracts/{contract.id}"
        beside = f"/orders/{order.id}"
    asked = alice.client.post(f"{beside}/invoice", headers={"HX-Request": "true"})
    with acme.acting(alice) as by:
        invoice = by.session.scalars(select(Invoice)).one()
        assert asked.headers["HX-Redirect"] == f"/invoices/{invoice.id}"
    newer = alice.client.post(f"{path}/revise").headers["Location"]
    with acme.acting(alice) as by:
        version = by.session.scalars(select(Quote).where(Quote.replaces_id.is_not(None))).one()
        assert newer == f"/quotes/{version.id}"


def test_a_lead_that_is_converted_on_its_page_leads_to_the_opportunity(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        names = ("Green", "Brown")
        ids = [perform("lead", "create", by=by, last_name=name).id for name in names]
    ways, places = (f"/leads/{ids[0]}?in=sort%3Dname", "/leads?sort=name"), []
    for one, came_from in zip(ids, ways, strict=True):
        form = {"account": "new", "contact": "new", "opportunity": "new", "next": came_from}
        answer = alice.client.post(f"/leads/{one}/convert", data=form)
        places.append(answer.headers["Location"])
    with acme.acting(alice) as by:
        sale = by.session.get_one(Lead, ids[0]).opportunity_id
    assert places == [f"/opportunities/{sale}", "/leads?sort=name"]


def test_an_opportunity_whose_quote_was_accepted_says_so_and_is_won_at_one_press(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        his = {"owner_id": str(bob.user_id)}
        sale = make_opportunity(by, **his)
        quote = make_quote(by, opportunity_id=str(sale.id), **his)
        perform("quote", "send", quote, by=by)
        path, number = f"/opportunities/{sale.id}", quote.number
    told = f"The customer accepted the quote {number}, and this is still open."
    assert told not in shown(bob, path)
    with acme.acting(alice) as by:
        perform("quote", "accept", by.session.get_one(Quote, quote.id), by=by)
    assert told in shown(bob, path)
    assert f'class="note-act" method="post" action="{path}/win"' in shown(bob, path)
    assert bob.client.post(f"{path}/win").status_code == 303
    assert told not in shown(bob, path)
    with acme.acting(alice) as by:
        won = fetched(by, sale.id)
        assert won.outcome == "won"
        perform("opportunity", "reopen", won, by=by)
    assert told in shown(bob, path)
    narrow(acme, bob, "status", FieldAccess.HIDDEN, "quote")
    assert told not in shown(bob, path)


def test_the_invoices_of_instalments_tell_the_tax_of_the_order_to_the_cent(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        quote = make_quote(by, {**FENCE, "unit_price": "12.51"}, deposit="30")
        perform("quote", "send", quote, by=by)
        perform("quote", "accept", quote, by=by)
        order = by.session.scalars(select(Order)).one()
        perform("order", "confirm", order, by=by)
        perform("quote", "contract", quote, by=by)
        contract = by.session.scalars(select(Contract)).one()
        perform("contract", "sign", contract, by=by)
        taxes = []
        for one in instalments_of(contract.id, by):
            perform("contract", "invoice", contract, by=by, instalment=str(one.id))
            invoice = invoice_of(one, by)
            taxes.append((invoice.amount, invoice.tax))
        assert (order.total, order.tax) == (Decimal("150.12"), Decimal("25.02"))
        assert taxes == [
            (Decimal("45.04"), Decimal("7.51")),
            (Decimal("105.08"), Decimal("17.51")),
        ]


def test_the_customer_s_page_links_all_that_led_to_the_money(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        lead = perform("lead", "create", by=by, company="Fence & Sons", last_name="Green")
        perform("lead", "convert", lead, by=by, opportunity="new")
        assert isinstance(lead, Lead)
        firm = lead.account_id
        its = by.session.get_one(Account, firm)
        quote = make_quote(by, account=its, opportunity_id=str(lead.opportunity_id))
        perform("quote", "send", quote, by=by)
        perform("quote", "accept", quote, by=by)
        order = by.session.scalars(select(Order)).one()
        perform("order", "confirm", order, by=by)
        perform("quote", "contract", quote, by=by)
        contract = by.session.scalars(select(Contract)).one()
        perform("contract", "sign", contract, by=by)
        (only,) = instalments_of(contract.id, by)
        perform("contract", "invoice", contract, by=by, instalment=str(only.id))
        invoice = by.session.scalars(select(Invoice)).one()
        perform("invoice", "issue", invoice, by=by)
        payment = received(by, "150", account=its)
        linked = {
            "Came from": f"/leads/{lead.id}",
            "Opportunities": f"/opportunities/{lead.opportunity_id}",
            "Quotes": f"/quotes/{quote.id}",
            "Orders": f"/orders/{order.id}",
            "Contracts": f"/contracts/{contract.id}",
            "Invoices": f"/invoices/{invoice.id}",
            "Payments received": f"/payments/{payment.id}",
        }
        plan, sale = f"/contracts/{contract.id}", f"/opportunities/{lead.opportunity_id}"
    for title, path in linked.items():
        assert f'href="{path}"' in panel(alice, f"/accounts/{firm}", title), title
    assert linked["Invoices"] in panel(alice, plan, "Invoices")
    for title in ("Came from", "Quotes", "Orders", "Contracts"):
        assert linked[title] in panel(alice, sale, title), title


def test_what_has_its_contract_leads_there_and_offers_to_make_none(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        quote = make_quote(by, owner_id=str(bob.user_id))
        perform("quote", "send", quote, by=by)
        perform("quote", "accept", quote, by=by, name="Frank Fence")
        perform("order", "confirm", by.session.get_one(Order, quote.order_id), by=by)
        places = (f"/quotes/{quote.id}", f"/orders/{quote.order_id}")
    for place in places:
        assert f'action="{place}/contract"' in shown(alice, place)
        assert "Open the contract" not in shown(alice, place)
    with acme.acting(alice) as by:
        perform("quote", "contract", by.session.get_one(Quote, quote.id), by=by)
        (contract,) = by.session.scalars(select(Contract.id))
    for place in places:
        page = shown(alice, place)
        assert f'action="{place}/contract"' not in page
        opens = page.partition(f'href="/contracts/{contract}">')[2]
        assert "Open the contract" in opens.partition("</a>")[0]
    # Who may not read the contract is offered neither.
    page = shown(bob, places[0])
    assert f'action="{places[0]}/contract"' not in page
    assert f"/contracts/{contract}" in page or "Open the contract" not in page
