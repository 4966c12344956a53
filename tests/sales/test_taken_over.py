"""Drafts that are begun with what another record says, where own fields must be filled in."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.modules import install_record_types
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.money import operations as rates
from app.records.tailored import tailored
from app.sales.models import Order, Quote
from tests.cast import HostClient, Person, Workspace
from tests.sales.test_orders import make_order, return_of, sold
from tests.sales.test_quote_pages import link, make, stranger
from tests.sales.test_quote_versions import revised, sent_quote
from tests.sales.test_quotes import make_quote

__all__ = ["stranger"]

install_record_types()


def ask_for_wood(by: Actor, kind: str, *, is_unique: bool = False) -> None:
    """A field that must be filled in."""
    wish = Wish({"en": "Wood", "zh-CN": "木材"}, is_required=True, is_unique=is_unique)
    define_field(by, tailored(kind, by), "text", wish)


def accept(
    acme: Workspace, who: Person, quote_id: UUID, stranger: Callable[[Workspace], HostClient]
) -> None:
    """The customer says yes by the link."""
    form = {"name": "Frank", "agreed": "1"}
    answer = stranger(acme).post(f"{link(who, quote_id)}/accept", data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with acme.acting(who) as by:
        assert by.session.get_one(Quote, quote_id).status == "accepted"


def test_a_customer_accepts_though_orders_ask_for_a_field_that_no_quote_has(
    acme: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    with acme.acting(alice) as by:
        ask_for_wood(by, "order")
    quote_id = make(acme, alice, send=True)
    accept(acme, alice, quote_id, stranger)
    with acme.acting(alice) as by:
        order = by.session.scalars(select(Order).where(Order.quote_id == quote_id)).one()
        with pytest.raises(Refused) as refused:
            perform("order", "confirm", order, by=by)
        assert set(refused.value.errors) == {"x_wood"}
        assert "Wood" in str(refused.value.message)
        by.session.refresh(order)
        perform("order", "update", order, by=by, x_wood="Oak")
        perform("order", "confirm", order, by=by)
        assert order.status == "confirmed"


def test_who_types_an_order_is_asked_at_once(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        ask_for_wood(by, "order")
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        make_order(by)
    assert set(refused.value.errors) == {"x_wood"}


def test_a_customer_accepts_though_the_order_can_t_be_made_yet(
    acme: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    with acme.acting(alice) as by:
        rate = rates.add_rate(by, {"currency": "USD", "rate_on": "2025-01-01", "rate": "0.80"})
        quote = make_quote(by, currency="USD")
        perform("quote", "send", quote, by=by)
        rates.remove_rate(by, rate)
    accept(acme, alice, quote.id, stranger)
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote.id)
        assert quote.order_id is None
        with pytest.raises(Refused):
            perform("quote", "order", quote, by=by)
        rates.add_rate(by, {"currency": "USD", "rate_on": "2025-01-01", "rate": "0.80"})
        perform("quote", "order", quote, by=by)
        assert quote.order_id is not None


@pytest.mark.parametrize("kind", ["quote", "order"])
def test_a_field_that_is_asked_for_and_unique_is_left_to_be_filled_in(
    acme: Workspace, alice: Person, kind: str
) -> None:
    with acme.acting(alice) as by:
        ask_for_wood(by, kind, is_unique=True)
    with acme.acting(alice) as by:
        made: Quote | Order
        if kind == "quote":
            made, verb = revised(sent_quote(by, x_wood="Oak"), by), "send"
        else:
            sale = sold(by, x_wood="Oak")
            perform("order", "credit", sale, by=by)
            made, verb = return_of(sale, by), "confirm"
        with pytest.raises(Refused) as refused:
            perform(kind, verb, made, by=by)
        assert set(refused.value.errors) == {"x_wood"}
        by.session.refresh(made)
        perform(kind, "update", made, by=by, x_wood="Ash")
        perform(kind, verb, made, by=by)
        assert made.number is not None
