"""Terms in days say so, wherever they are told."""

from __future__ import annotations

from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account


def test_a_term_in_days_says_its_unit_in_details_lists_filters_and_changes(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, payment_days=14)
        perform("account", "update", account, by=by, payment_days="1")
        url = f"/accounts/{account.id}"
    page = alice.client.get(url).text
    assert "1 day<" in page
    assert "14 days" in page, "the change from 14 to 1"
    assert "1 day<" in alice.client.get("/accounts?cols=payment_days").text
    assert "30 days" in alice.client.get("/accounts?payment_days__lt=30").text
    alice.client.set_cookie("lang", "zh-CN", domain=acme.host)
    assert "14 天" in alice.client.get(url, headers={"Accept-Language": "zh-CN"}).text
