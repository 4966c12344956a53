"""The day of a rate is a field of its own, which not everybody may see."""

from __future__ import annotations

from app.records.door import perform
from app.records.money.operations import add_rate
from tests.attacks.test_merges_duplicates_files import hide
from tests.cast import Person, Workspace


def test_a_record_tells_no_day_of_a_rate_to_who_may_not_see_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        add_rate(by, {"currency": "USD", "rate_on": "2025-02-01", "rate": "0.80"})
        product = perform(
            *("product", "create"),
            by=by,
            name="Drill",
            list_price="100 USD",
            rate_on="2025-02-03",
            owner_id=bob.user_id,
        )
        url = f"/products/{product.id}"
    told = plain(bob.client.get(url).text)
    assert "by the rate of " in told
    day = told.partition("by the rate of ")[2][:11]
    assert "2025" in day
    hide(acme, bob, "product", "rate_on")
    shown = plain(bob.client.get(url).text)
    assert "100.00" in shown
    assert "≈ £80.00" in shown
    assert "by the rate of" not in shown
    assert day not in shown


def plain(page: str) -> str:
    """The page with usual spaces."""
    return page.replace("\u00a0", " ").replace("\u202f", " ")
