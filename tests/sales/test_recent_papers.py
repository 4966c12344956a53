"""Papers among what was opened lately say what they come to as money, and each name once."""

from __future__ import annotations

import re

from app.modules import install_record_types
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.sales.test_orders import make_order

install_record_types()

LINE = {"name": "Long fence", "quantity": "1000", "unit_price": "12.50", "tax_rate": "20"}


def test_an_order_that_was_opened_lately_says_what_it_comes_to_as_money(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = make_order(by, LINE)
        perform("order", "confirm", order, by=by)
        url, number = f"/orders/{order.id}", order.number
    assert alice.client.get(url).status_code == 200
    home = alice.client.get("/").text
    (note,) = re.findall(rf'href="{url}">.*?<small>([^<]*)</small>', home, re.DOTALL)
    assert note == f"{number} · £15,000.00"  # And not the customer's name, its title, once more.
