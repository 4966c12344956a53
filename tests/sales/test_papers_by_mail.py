"""Mails are written from the pages of sales: opportunities, orders, contracts and invoices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.modules import install_record_types
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact, make_opportunity
from tests.sales.test_contracts import make_contract
from tests.sales.test_invoices import make_invoice
from tests.sales.test_orders import make_order

install_record_types()

GRACE = "grace@fence.example"


@pytest.mark.parametrize("collection", ["opportunities", "orders", "contracts", "invoices"])
def test_a_mail_from_its_page_goes_to_its_contact_and_stands_there_and_on_the_customer(
    acme: Workspace, alice: Person, collection: str
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        grace = make_contact(by, "Gray", "Grace", email=GRACE, account_id=str(fence.id))
        given: dict[str, Any] = {"account": fence, "contact_id": str(grace.id)}
        makers: dict[str, Callable[[], Any]] = {
            "opportunities": lambda: make_opportunity(
                by, "Fence", account_id=str(fence.id), contact_id=str(grace.id)
            ),
            "orders": lambda: make_order(by, **given),
            "contracts": lambda: make_contract(by, **given),
            "invoices": lambda: make_invoice(by, **given),
        }
        made = makers[collection]()
        url, account_url = f"/{collection}/{made.id}", f"/accounts/{fence.id}"
    assert f'href="{url}/mail" data-drawer' in alice.client.get(url).text
    form = alice.client.get(f"{url}/mail")
    assert form.status_code == 200
    assert GRACE in form.text
    sent = {"to": GRACE, "subject": "About the fence", "body": "Dear Grace"}
    assert alice.client.post(f"{url}/mail", data=sent).status_code == 303
    for place in (url, account_url, f"/contacts/{grace.id}"):
        assert "About the fence" in alice.client.get(place).text, place


def test_an_e_mail_is_offered_to_a_lead_with_an_address_alone(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        given = {"by": by, "last_name": "Gray"}
        ids = [perform("lead", "create", email=one, **given).id for one in (GRACE, None)]
    with_one, without = (alice.client.get(f"/leads/{one}").text for one in ids)
    assert f'href="/leads/{ids[0]}/mail" data-drawer' in with_one
    assert f'href="/leads/{ids[1]}/mail" data-drawer' not in without
