"""Ready-made reports of quotes, orders, contracts, invoices and payments count what they say."""

from __future__ import annotations

import pytest

from app.modules import install_record_types
from app.records.door import perform
from app.sales.paper_reports import PAPER_REPORTS
from tests.cast import Person, Workspace
from tests.sales.test_contracts import in_days, signed
from tests.sales.test_invoices import issued
from tests.sales.test_orders import accepted, make_order, sold
from tests.sales.test_payments import received
from tests.sales.test_quotes import make_quote

install_record_types()

TOLD = {
    "quotes-by-status": ("£450.00", "Accepted"),
    "quotes-by-owner": ("£450.00", "50%"),
    "quotes-waiting": ("£150.00", "Alice"),
    "open-orders": ("£300.00", "Confirmed"),
    "orders-by-owner": ("£250.00", "Alice"),
    "deliveries": ("£150.00", "Week of"),
    "running-contracts": ("£1,000.00",),
    "ending-contracts": ("£1,000.00",),
    "invoiced-by-month": ("£220.00",),
    "overdue-by-owner": ("£100.00", "10"),
    "received-by-month": ("£70.00",),
}


def test_every_report_of_papers_is_told_here() -> None:
    assert set(TOLD) == {one.key for one in PAPER_REPORTS}


@pytest.mark.parametrize("key", TOLD)
def test_each_report_of_papers_counts_what_it_says(
    acme: Workspace, alice: Person, key: str
) -> None:
    with acme.acting(alice) as by:
        kind = next(one.definition.record_type for one in PAPER_REPORTS if one.key == key)
        if kind == "quote":
            accepted(by)
            quote = make_quote(by)
            perform("quote", "send", quote, by=by)
            perform("quote", "decline", quote, by=by, reason="Price")
            perform("quote", "send", make_quote(by), by=by)
        elif kind == "order":
            perform("order", "confirm", make_order(by, deliver_on=in_days(by, 9)), by=by)
            sold(by)
        elif kind == "contract":
            whole = {"name": "All", "share": "100", "due_by": "signature"}
            signed(by, whole, ends_on=in_days(by, 90))
        elif kind == "invoice":
            issued(by, "100", ago=20, days=10)
            issued(by, "120")
        else:
            received(by, "70")
    shown = alice.client.get(f"/reports/ready/{key}")
    assert shown.status_code == 200, shown.text
    for text in TOLD[key]:
        assert text in shown.text, text


def test_a_report_of_papers_is_for_who_may_read_them(alice: Person) -> None:
    listed = alice.client.get("/reports").text
    for one in PAPER_REPORTS:
        assert f"/reports/ready/{one.key}" in listed
