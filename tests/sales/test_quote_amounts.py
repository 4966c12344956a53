"""The amounts of quotes: prices that are found, discounts, and the bounds of what fits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.kernel.errors import Refused
from app.records.door import perform
from app.records.money import operations as rates
from app.sales.lines.arithmetic import reckon
from app.sales.lines.papers import standing_lines
from app.sales.models import QuoteLine
from app.sales.pages.lines import price_text, shown_sums
from app.web.formats import formats
from tests.cast import Person, Workspace
from tests.factories import make_account, make_product
from tests.sales.test_quote_pages import sent
from tests.sales.test_quotes import FENCE, make_quote


def test_a_product_brings_its_words_price_tax_and_cost(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        drill = make_product(
            by, list_price="100", cost="60", tax_rate="20", number="D-1", unit=None
        )
        partners = perform(
            "price_book", "create", by=by, name={"en": "Partners"}, customer_kind="partner"
        )
        perform(
            "price",
            "create",
            by=by,
            product_id=str(drill.id),
            price_book_id=str(partners.id),
            unit_price="80",
        )
        usual = make_quote(by, {"product_id": str(drill.id), "quantity": "2"})
        assert (usual.net, usual.tax, usual.cost, usual.margin) == (200, 40, 120, 80)
        partner = make_account(by, "Gates Ltd", customer_kind="partner", discount="5")
        theirs = make_quote(by, {"name": "d-1", "quantity": "2"}, account=partner)
        # What is agreed off list prices is not taken off the prices of their own book as well.
        assert (theirs.net, theirs.discount) == (160, 0)
        (line,) = standing_lines(theirs, by)
        assert (line.product_id, line.name, line.list_price) == (drill.id, "Hammer drill", 80)


def test_the_agreed_discount_is_taken_off_list_prices(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        drill = make_product(by, list_price="100")
        friend = make_account(by, discount="5", payment_days="30")
        quote = make_quote(by, {"product_id": str(drill.id)}, account=friend)
        assert (quote.net, quote.discount, quote.payment_days) == (95, 5, 30)


def test_a_price_in_another_currency_is_typed_and_never_guessed(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        rates.add_rate(by, {"currency": "USD", "rate_on": "2025-01-01", "rate": "0.80"})
        drill = make_product(by, list_price="100", cost="60")
        with pytest.raises(Refused) as refused:
            make_quote(by, {"product_id": str(drill.id)}, currency="USD")
        assert set(refused.value.errors) == {"lines.0.unit_price"}
        quote = make_quote(by, {"product_id": str(drill.id), "unit_price": "120"}, currency="USD")
        assert (quote.net, quote.cost) == (120, 75)  # 60 pounds at 0.80.
        with pytest.raises(Refused) as refused:
            perform("quote", "update", quote, by=by, currency="GBP")
        assert "currency" in refused.value.errors


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"quantity": "many"}, "quantity"),
        ({"quantity": "99999999999", "unit_price": "999999999"}, "quantity"),
        ({"unit_price": "-1"}, "unit_price"),
        ({"discount": "101"}, "discount"),
        ({"discount": "5 EUR"}, "discount"),
        ({"discount": "500 GBP"}, "discount"),
        ({"discount": "-5 GBP"}, "discount"),
        ({"quantity": "-1", "discount": "5 GBP"}, "discount"),
        ({"tax_rate": "150"}, "tax_rate"),
        ({"name": "", "product_id": "nothing"}, "product_id"),
        ({"name": "x" * 2001}, "name"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_cell(
    acme: Workspace, alice: Person, line: dict[str, str], field: str
) -> None:
    with acme.acting(alice) as by:
        with pytest.raises(Refused) as refused:
            make_quote(by, FENCE, {"name": "", "quantity": "1"}, {**FENCE, **line})
        assert f"lines.2.{field}" in refused.value.errors


def test_returns_zero_and_empty_lines_are_numbers_too(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        back, gift = {**FENCE, "quantity": "-10"}, {**FENCE, "quantity": "0"}
        quote = make_quote(by, FENCE, back, gift, {"name": " ", "quantity": "3"})
        assert (quote.net, quote.tax, quote.total) == (0, 0, 0)
        assert by.session.scalar(select(func.count()).select_from(QuoteLine)) == 3


def test_an_amount_is_taken_off_a_price_that_was_found(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        drill = str(make_product(by, list_price="100").id)
        quote = make_quote(by, {"product_id": drill, "discount": "30 GBP"})
        assert (quote.net, quote.discount) == (70, 30)
        with pytest.raises(Refused) as refused:
            make_quote(by, {"product_id": drill, "discount": "130 GBP"})
        assert set(refused.value.errors) == {"lines.0.discount"}
        # A rebate is less by what is taken off it.
        less = {"name": "Rebate", "unit_price": "50", "quantity": "-1", "discount": "-30 GBP"}
        assert make_quote(by, {"product_id": drill}, less).net == 80


def test_what_is_found_is_held_to_the_same_bounds_as_what_is_typed(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        drill = str(make_product(by, list_price="1000", cost="900").id)
        many = {"product_id": drill, "quantity": "99999999999"}
        with pytest.raises(Refused) as refused:
            make_quote(by, many, {**FENCE, "quantity": "-99999999999"})
        assert "lines.0.quantity" in refused.value.errors
        most = {"name": "x", "unit_price": "9000000000000"}
        with pytest.raises(Refused) as refused:
            make_quote(by, *[most] * 3, *[{**most, "quantity": "-1", "tax_rate": "100"}])
        assert set(refused.value.errors) == {"lines"}


def test_nobody_learns_what_is_hidden_by_what_is_refused(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        drill = str(make_product(by, list_price="1", cost="900").id)
    with acme.acting(bob) as by:
        for count in ("11111111111", "11111111112", "999999999999"):
            gift = {"product_id": drill, "quantity": count, "unit_price": "0"}
            quote = make_quote(by, gift, gift)
            assert (quote.net, quote.total) == (0, 0)
            (cost,) = {one.unit_cost for one in standing_lines(quote, by)}
            assert quote.cost is None
            assert (cost is None) == (int(count) * 900 >= 10**13)


def test_no_discount_is_more_than_all_of_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        given = {"name": "Gift", "unit_price": "100.01", "discount": "100"}
        quote = make_quote(by, given, {"name": "Back", "unit_price": "100", "quantity": "-1"})
        assert (quote.net, quote.discount) == (-100, 100)


def test_a_line_of_less_than_nothing_is_a_discount_by_another_name(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        quote = make_quote(by, FENCE, {"name": "Rebate", "quantity": "-1", "unit_price": "50"})
        assert (quote.net, quote.discount) == (75, 40)
        drill = str(make_product(by, list_price="100").id)
        # Goods that go back are none: they are given back of the order that sold them.
        with pytest.raises(Refused) as refused:
            make_quote(by, FENCE, {"product_id": drill, "quantity": "-1"})
        assert set(refused.value.errors) == {"lines.1.quantity"}


def test_a_deposit_is_told_as_it_is_paid(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        lines = ({"name": "Fence", "unit_price": "100.50"},)
        quote = make_quote(by, *lines, deposit="25")
        totals = reckon([one.figures for one in standing_lines(quote, by)], quote.currency)
        assert shown_sums(totals, "GBP", by, quote.deposit).deposit == "£25.13"
        assert price_text(Decimal("12.5"), "JPY", by) == "12.5 JPY"
        assert price_text(Decimal(12), "JPY", by) == formats(by).money(Decimal(12), "JPY")


def test_numbers_that_no_paper_holds_are_told_while_one_types_and_when_one_saves(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        quote_id = make_quote(by).id
    huge = {"name": "x", "quantity": "999999999999", "unit_price": "9999999999999"}
    form = sent(*[huge] * 10)
    told = alice.client.post(f"/quotes/{quote_id}/reckon", data=form)
    assert told.status_code == 200
    assert all("quantity" in one["errors"] for one in told.get_json()["rows"])
    saved = alice.client.post(f"/quotes/{quote_id}/lines", data={**form, "version": "1"})
    assert saved.status_code == 422
    assert "999999999999" in saved.get_data(as_text=True)
    for deposit in ("1e30", "1e-30", "NaN", "-5", "101"):
        ahead = sent(FENCE, deposit=deposit, payment_days="9" * 30)
        assert alice.client.post(f"/quotes/{quote_id}/reckon", data=ahead).status_code == 200
        ahead |= {"version": "1"}
        kept = alice.client.post(f"/quotes/{quote_id}/lines", data=ahead)
        assert kept.status_code == 422, deposit
