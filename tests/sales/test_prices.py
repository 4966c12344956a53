"""Price books: which price holds for whom, when and for how much."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.modules import install_record_types
from app.records.door import perform
from app.records.imports.begin import begin_import
from app.records.imports.failed import read_failures
from app.records.imports.given import keep_file
from app.records.imports.mapping import Column, Mapping
from app.records.money import operations as rates
from app.records.registry import registry
from app.sales.operations.prices import Offered, offered_prices, price_for
from tests.cast import Person, Workspace
from tests.factories import make_product

install_record_types()

DRILL, STANDARD, PARTNERS, SPRING = (uuid4() for _ in range(4))
TODAY = date(2026, 11, 23)
DAYS = st.none() | st.dates(TODAY - timedelta(days=9), TODAY + timedelta(days=9))
OFFERS = st.builds(
    Offered,
    id=st.uuids(),
    product_id=st.just(DRILL),
    book_id=st.sampled_from([None, PARTNERS, SPRING]),
    currency=st.sampled_from(["CNY", "USD"]),
    unit_price=st.decimals(0, 1000, places=4, allow_nan=False),
    min_quantity=st.sampled_from([1, 10, 100]),
    customer_kind=st.sampled_from([None, "partner", "distributor"]),
    valid_from=DAYS,
    valid_to=DAYS,
)


def offer(price: str, **changes: Any) -> Offered:
    known: dict[str, Any] = {"id": uuid4(), "product_id": DRILL, "book_id": None, "currency": "CNY"}
    return Offered(unit_price=Decimal(price), **{**known, **changes})


def asked(offers: list[Offered], **changes: Any) -> str | None:
    usual: dict[str, Any] = {
        "customer_kind": "partner",
        "currency": "CNY",
        "on": TODAY,
        "quantity": Decimal(1),
    }
    found = price_for(offers, **{**usual, **changes})
    return None if found is None else str(found.unit_price)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(OFFERS, max_size=4), st.decimals(-200, 200, places=2, allow_nan=False))
def test_the_price_found_holds_and_the_order_of_rows_is_nothing(
    offers: list[Offered], quantity: Decimal
) -> None:
    given_: dict[str, Any] = {
        "customer_kind": "partner",
        "currency": "CNY",
        "on": TODAY,
        "quantity": quantity,
    }
    found = {
        one and (one.unit_price, one.book_id, one.customer_kind, one.min_quantity)
        for some in permutations(offers)
        for one in (price_for(some, **given_),)
    }
    assert len(found) == 1
    fitting = [one for one in offers if one.holds("partner", "CNY", TODAY, quantity)]
    best = price_for(offers, **given_)
    assert (best is None) is (not fitting)
    assert best is None or best in fitting


def test_the_book_of_the_customers_kind_goes_before_the_general_one_and_that_before_the_list() -> (
    None
):
    listed = offer("100", id=DRILL)
    general = offer("90", book_id=SPRING)
    partners = offer("95", book_id=PARTNERS, customer_kind="partner")
    assert asked([listed]) == "100"
    assert asked([listed, general]) == "90"
    assert asked([listed, general, partners]) == "95"
    assert asked([listed, general, partners], customer_kind="distributor") == "90"
    assert asked([listed, partners], customer_kind=None) == "100"


def test_a_price_holds_from_its_first_day_to_its_last() -> None:
    book = offer("90", book_id=SPRING, valid_from=TODAY, valid_to=TODAY)
    listed = offer("100", id=DRILL)
    assert asked([listed, book]) == "90"
    assert asked([listed, book], on=TODAY + timedelta(days=1)) == "100"
    assert asked([listed, book], on=TODAY - timedelta(days=1)) == "100"
    newer = offer("92", book_id=PARTNERS, valid_from=TODAY)
    older = offer("91", book_id=SPRING, valid_from=TODAY - timedelta(days=30))
    assert asked([older, newer]) == "92"


def test_more_units_reach_their_own_price_also_when_they_come_back() -> None:
    prices = [offer("10"), offer("9", min_quantity=100)]
    assert asked(prices, quantity=Decimal(99)) == "10"
    assert asked(prices, quantity=Decimal(100)) == "9"
    assert asked(prices, quantity=Decimal(-100)) == "9"
    assert asked([prices[1]], quantity=Decimal(5)) is None


def test_a_chosen_book_holds_for_anybody_and_leaves_the_rest_to_the_rule() -> None:
    old = offer("80", book_id=SPRING, valid_to=TODAY - timedelta(days=1), customer_kind="partner")
    listed = offer("100", id=DRILL)
    assert asked([old, listed], customer_kind=None) == "100"
    assert asked([old, listed], customer_kind=None, book_id=SPRING) == "80"
    assert asked([listed], book_id=SPRING) == "100"


def test_no_price_is_turned_into_another_currency() -> None:
    assert asked([offer("100", currency="USD")]) is None


def book(by: Actor, **given_: Any) -> UUID:
    made = perform("price_book", "create", by=by, **{"name": {"en": "Partners"}, **given_})
    return made.id


def test_the_prices_of_products_are_found_by_currency(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        rates.add_rate(by, {"currency": "USD", "rate_on": "2025-01-01", "rate": "0.80"})
        drill = make_product(by, list_price={"amount": "100", "currency": "GBP"})
        saw = make_product(by, "Saw")
        partners = book(by, customer_kind="partner")
        for product, price, currency in ((drill, "90", "GBP"), (drill, "110", "USD")):
            perform(
                "price",
                "create",
                by=by,
                product_id=str(product.id),
                price_book_id=str(partners),
                unit_price={"amount": price, "currency": currency},
            )
        found = offered_prices([drill.id, saw.id], "GBP", by)
        assert {str(one.unit_price) for one in found[drill.id]} == {"100.0000", "90.0000"}
        assert saw.id not in found
        (dollars,) = offered_prices([drill.id], "USD", by)[drill.id]
        assert (dollars.customer_kind, dollars.unit_price) == ("partner", Decimal(110))


def test_a_price_is_called_as_its_product(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        drill = make_product(by)
        made = perform("price", "create", by=by, product_id=str(drill.id), unit_price="90")
        assert str(made.name) == "Hammer drill"  # type: ignore[attr-defined]
        saw = make_product(by, "Saw")
        perform("price", "update", made, by=by, product_id=str(saw.id))
        assert str(made.name) == "Saw"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("field", "value"), [("unit_price", "-1"), ("min_quantity", "0")])
def test_a_price_below_nothing_is_none(
    acme: Workspace, alice: Person, field: str, value: str
) -> None:
    with acme.acting(alice) as by:
        drill = make_product(by)
        given_ = {"product_id": str(drill.id), "unit_price": "90", field: value}
        with pytest.raises(Refused) as refused:
            perform("price", "create", by=by, **given_)
        assert field in refused.value.errors


def test_a_book_does_not_end_before_it_begins(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        book(by, valid_from="2026-11-23", valid_to="2026-11-22")
    assert set(refused.value.errors) == {"valid_to"}


def test_the_prices_of_a_book_go_with_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        drill = make_product(by, list_price="100")
        made = perform("price_book", "create", by=by, name={"en": "Spring"})
        perform(
            "price",
            "create",
            by=by,
            product_id=str(drill.id),
            price_book_id=str(made.id),
            unit_price="80",
        )
        perform("price_book", "delete", made, by=by)
        assert [str(one.unit_price) for one in offered_prices([drill.id], "GBP", by)[drill.id]] == [
            "100.0000"
        ]


def test_who_sells_reads_prices_and_does_not_set_them(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        assert by.may("price", "read")
        with pytest.raises(NotPermitted):
            book(by)


def test_the_page_of_a_book_shows_its_prices_beside_the_list(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        drill, partners = make_product(by, list_price="100"), book(by)
        given_ = {"product_id": str(drill.id), "price_book_id": str(partners), "unit_price": "90"}
        perform("price", "create", by=by, **given_)
    shown = alice.client.get(f"/price_books/{partners}").get_data(as_text=True)
    assert "Hammer drill" in shown
    assert "£90.00" in shown
    assert "£100.00" in shown


def test_a_price_list_comes_in_from_a_file(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        rates.add_rate(by, {"currency": "USD", "rate_on": "2025-01-01", "rate": "0.80"})
        make_product(by, number="D-1")
        book(by)
        text = "SKU,Price Book,Unit Price,Currency\nD-1,Partners,90,GBP\nD-1,Partners,110,USD\n"
        run = keep_file(registry().type("price"), "prices.csv", io.BytesIO(text.encode()), by)
        columns = (
            Column("SKU", "product_id"),
            Column("Price Book", "price_book_id"),
            Column("Unit Price", "unit_price"),
            Column("Currency", "currency"),
        )
        done = begin_import(run, Mapping(columns=columns), by)
        assert (done.created, done.failed) == (2, 0), list(read_failures(done, by))
