"""What becomes of orders and quotes by undoing, by the bin, and by another customer or currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import Held, Refused
from app.kernel.language import using
from app.modules import install_record_types
from app.records.door import perform
from app.records.fields import Option
from app.records.money import operations as rates
from app.records.registry import registry
from app.sales.lines.papers import standing_lines
from app.sales.models import Quote
from app.sales.operations.quote_links import make_link
from app.sales.terms.kept import save_terms
from tests.cast import Person, Workspace
from tests.factories import make_account, make_product
from tests.sales.test_orders import make_order, return_of, sold
from tests.sales.test_quote_versions import revised, sent_quote
from tests.sales.test_quotes import FENCE, make_quote, switched_on

install_record_types()


@pytest.mark.parametrize("status", ["draft", "confirmed", "delivered"])
def test_an_order_that_was_cancelled_goes_on_where_it_was(
    acme: Workspace, alice: Person, status: str
) -> None:
    with acme.acting(alice) as by:
        order = make_order(by)
        for verb in {"draft": (), "confirmed": ("confirm",), "delivered": ("confirm", "deliver")}[
            status
        ]:
            perform("order", verb, order, by=by)
        moments = (order.confirmed_at, order.delivered_at, order.number)
        perform("order", "cancel", order, by=by, reason="Wrong button")
        perform("order", "reopen", order, by=by)
        assert (order.status, order.cancelled_at, order.cancel_reason) == (status, None, None)
        assert (order.confirmed_at, order.delivered_at, order.number) == moments


def test_a_return_that_was_cancelled_counts_again_only_where_there_is_something_left(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        sale = sold(by)
        perform("order", "credit", sale, by=by)
        first = return_of(sale, by)
        perform("order", "confirm", first, by=by)
        perform("order", "cancel", first, by=by, reason="They keep it")
        perform("order", "reopen", first, by=by)
        assert first.status == "confirmed"
        perform("order", "cancel", first, by=by, reason="They keep it")
        perform("order", "credit", sale, by=by)
        perform("order", "confirm", return_of(sale, by), by=by)
        with pytest.raises(Refused):
            perform("order", "reopen", first, by=by)


def _gone(order: Any, by: Actor) -> bool:
    """Whether it could be deleted."""
    try:
        with by.session.begin_nested():
            perform("order", "delete", order, by=by)
    except Refused:
        by.session.refresh(order)
        return False
    return True


def test_what_was_delivered_is_not_thrown_away(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        sale = sold(by)
        assert not _gone(sale, by)
        perform("order", "credit", sale, by=by)
        back = return_of(sale, by)
        perform("order", "confirm", back, by=by)
        assert not _gone(back, by)
        assert not _gone(sale, by)
        perform("order", "complete", sale, by=by)
        assert not _gone(sale, by)
        perform("order", "cancel", back, by=by, reason="They keep it")
        assert _gone(back, by)
        assert _gone(make_order(by), by)


def test_a_version_that_comes_back_from_the_bin_stands_open_beside_no_other(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        first = sent_quote(by)
        make_link(first, by)
        second = revised(first, by)
        perform("quote", "delete", first, by=by)
        perform("quote", "send", second, by=by)
        perform("quote", "restore", first, by=by)
        assert (first.status, first.link_digest, second.status) == ("withdrawn", None, "sent")
        lone = sent_quote(by)
        perform("quote", "delete", lone, by=by)
        perform("quote", "restore", lone, by=by)
        assert lone.status == "sent"


@pytest.mark.parametrize("kind", ["quote", "order"])
def test_the_currency_of_an_empty_draft_can_be_changed(
    acme: Workspace, alice: Person, kind: str
) -> None:
    with acme.acting(alice) as by:
        rates.add_rate(by, {"currency": "USD", "rate_on": "2025-01-01", "rate": "0.80"})
        account_id = str(make_account(by).id)
        empty: Any = perform(kind, "create", by=by, account_id=account_id)
        perform(kind, "update", empty, by=by, currency="USD")
        assert (empty.currency, empty.rate) == ("USD", Decimal("0.8"))
        full: Any = perform(kind, "create", by=by, account_id=account_id, lines=[FENCE])
        with pytest.raises(Refused) as refused:
            perform(kind, "update", full, by=by, currency="USD")
        assert "Remove the lines first" in str(refused.value.errors["currency"])


def test_the_prices_of_one_customer_are_a_discount_for_another(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        drill = make_product(by, list_price="100")
        book = perform(
            "price_book", "create", by=by, name={"en": "Partners"}, customer_kind="partner"
        )
        price = {"product_id": str(drill.id), "price_book_id": str(book.id), "unit_price": "60"}
        perform("price", "create", by=by, **price)
        his = {"payment_record": "good", "owner_id": str(bob.user_id)}
        partner = make_account(by, "Gates Ltd", customer_kind="partner", **his)
        other = make_account(by, **his)
    with acme.acting(bob) as by:
        given = {"account": partner, "payment_days": "30"}
        quote = make_quote(by, {"product_id": str(drill.id)}, **given)
        assert (quote.net, quote.discount) == (60, 0)
        perform("quote", "update", quote, by=by, account_id=str(other.id))
        assert (quote.net, quote.discount) == (60, 40)
        (line,) = standing_lines(quote, by)
        assert (line.unit_price, line.list_price) == (60, 100)
        with pytest.raises(Held):
            perform("quote", "send", quote, by=by)
        by.session.refresh(quote)
        perform("quote", "update", quote, by=by, price_book_id=str(book.id))
        assert quote.discount == 0


def test_terms_that_were_switched_off_leave_nothing_on_an_order(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        order = make_order(by, {**FENCE, "discount": "30"})
        perform("order", "confirm", order, by=by)
        assert order.exceptions
        perform("order", "reopen", order, by=by)
        save_terms(by, {**switched_on(), "is_on": False})
        perform("order", "confirm", order, by=by)
        assert (order.exceptions, order.terms) == (0, {})


def test_a_link_is_ended_after_its_answer_too(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        quote = sent_quote(by)
        make_link(quote, by)
        perform("quote", "accept", quote, by=by, name="Frank")
    shown = alice.client.get(f"/quotes/{quote.id}").get_data(as_text=True)
    assert "/link/end" in shown
    assert "Link for the customer" not in shown
    assert alice.client.post(f"/quotes/{quote.id}/link/end").status_code == 303
    with acme.acting(alice) as by:
        digests = by.session.scalars(select(Quote.link_digest).where(Quote.id == quote.id))
        assert digests.one() is None
    assert "/link/end" not in alice.client.get(f"/quotes/{quote.id}").get_data(as_text=True)


def test_orders_have_chinese_words_of_their_own() -> None:
    order = registry().type("order")
    options: dict[str, Option] = {one.value: one for one in order.by_key["status"].options}
    with using("zh-CN"):
        assert str(order.words.one) == "订单"
        assert options["completed"].shown() == "已完成"
        naming = [registry().type(kind).by_key["order_id"] for kind in ("quote", "contract")]
        assert {str(one.label) for one in naming} == {"订单"}
        assert str(order.views[0].label) == "未完成"
