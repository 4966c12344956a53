"""Papers are called by their number first wherever others refer to them, as far as it is seen."""

from __future__ import annotations

from html import unescape

from app.kernel.actor import FieldAccess
from app.modules import install_record_types
from app.records.door import perform
from app.records.imports.resolve import resolve
from app.records.references import titles
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.sales.conftest import narrow
from tests.sales.test_contracts import contract_of, signed
from tests.sales.test_invoices import invoice_of
from tests.sales.test_orders import make_order, sold

install_record_types()


def test_details_lists_and_choosers_say_the_number_of_an_order_first(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        perform("order", "invoice", order, by=by)
        perform("order", "contract", order, by=by)
        invoice, contract = invoice_of(order, by), contract_of(by, order_id=order.id)
        called = f"{order.number} · Fence & Sons"
        listed = "/invoices?cols=order_id"
    for url in (f"/invoices/{invoice.id}", f"/contracts/{contract.id}", listed):
        assert called in unescape(alice.client.get(url).text), url
    found = unescape(alice.client.get(f"/lookup/order?q={order.number}").text)
    assert f"<span>{called}</span><small>£150.00</small>" in found
    with acme.acting(alice) as by:
        assert resolve("order", [called], by) == {called: order.id}  # As a saved file has it.


def test_a_draft_without_a_number_is_called_by_its_subject(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order = make_order(by, name="Long gate")
        assert titles("order", [order.id], by) == {order.id: "Long gate"}


def test_who_may_not_see_numbers_is_told_the_subject_alone(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, owner_id=str(bob.user_id))
        both = {"account": firm, "owner_id": str(bob.user_id)}
        order = sold(by, **both)
        agreed = signed(by, **both)
        agreed.order_id = order.id
        by.session.flush()
    page = f"/contracts/{agreed.id}"
    assert f"{order.number} · Fence & Sons" in unescape(bob.client.get(page).text)
    narrow(acme, bob, "number", FieldAccess.HIDDEN, "order")
    for url in (page, "/contracts?cols=order_id", "/lookup/order?q=Fence"):
        shown = bob.client.get(url)
        assert shown.status_code == 200
        assert str(order.number) not in shown.text, url
