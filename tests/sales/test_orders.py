"""Orders: begun by hand or by a quote, confirmed, delivered, completed, cancelled, given back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select

from app.events import Event
from app.identity.models import Grant, User
from app.kernel.actor import Actor
from app.kernel.errors import Held, NotPermitted, Refused
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.door import perform
from app.records.pages.finding import find_records
from app.records.tailored import tailored
from app.sales.lines.papers import standing_lines
from app.sales.models import Order
from app.sales.terms.kept import save_terms
from tests.cast import Person, Workspace
from tests.factories import make_account, make_opportunity, make_product
from tests.sales.test_quotes import FENCE, make_quote, switched_on

install_record_types()


def make_order(by: Actor, *lines: dict[str, Any], **given: Any) -> Order:
    """A draft for Fence & Sons with these lines."""
    account = given.pop("account", None) or make_account(by)
    inputs = {"account_id": str(account.id), "lines": list(lines or (FENCE,)), **given}
    made: Order = perform("order", "create", by=by, **inputs)  # type: ignore[assignment]
    return made


def sold(by: Actor, *lines: dict[str, Any], **given: Any) -> Order:
    """An order that was delivered."""
    order = make_order(by, *lines, **given)
    perform("order", "confirm", order, by=by)
    perform("order", "deliver", order, by=by)
    return order


def return_of(order: Order, by: Actor) -> Order:
    """The return that was begun last of an order."""
    its = select(Order).where(Order.returns_id == order.id).order_by(Order.created_at, Order.id)
    return by.session.scalars(its).all()[-1]


def accepted(by: Actor, *lines: dict[str, Any], **given: Any) -> Any:
    """A quote that its customer accepted."""
    quote = make_quote(by, *lines, **given)
    perform("quote", "send", quote, by=by)
    perform("quote", "accept", quote, by=by, name="Frank Fence")
    return quote


def test_an_order_comes_to_what_its_lines_do(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order = make_order(by, FENCE, {**FENCE, "discount": "10%"})
        assert (order.name, order.number, order.status) == ("Fence & Sons", None, "draft")
        assert (order.kind, order.ordered_at) == ("sale", by.now)
        assert (order.net, order.tax, order.total) == (
            Decimal("237.50"),
            Decimal("47.50"),
            Decimal("285.00"),
        )
        perform("order", "set_lines", order, by=by, lines=[{**FENCE, "discount": "25 GBP"}])
        assert (order.net, order.total) == (Decimal("100.00"), Decimal("120.00"))


def test_an_order_is_found_with_its_amount_in_words_and_its_customer_once(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_order(by)
        make_order(by, name="Fence for the yard")
        found = {one.title: one.note for one in find_records(tailored("order", by), "fence", by)}
    assert found == {"Fence & Sons": "£150.00", "Fence for the yard": "Fence & Sons · £150.00"}


def test_an_order_is_numbered_when_it_is_confirmed_and_then_stays_as_it_is(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = make_order(by)
        perform("order", "confirm", order, by=by)
        assert (order.status, order.confirmed_at) == ("confirmed", by.now)
        assert order.number is not None
        assert order.number.startswith("O-")
        for change in ({"payment_days": "90"}, {"name": "Other"}, {"number": "X"}):
            with pytest.raises(Refused):
                perform("order", "update", order, by=by, **change)
            by.session.refresh(order)
        with pytest.raises(Refused):
            perform("order", "set_lines", order, by=by, lines=[FENCE])
        perform("order", "update", order, by=by, deliver_on="2030-01-31")
        perform("order", "deliver", order, by=by)
        perform("order", "complete", order, by=by)
        assert (order.status, order.delivered_at) == ("completed", by.now)
        for verb, inputs in (("cancel", {"reason": "Late"}), ("reopen", {}), ("deliver", {})):
            with pytest.raises(Refused):
                perform("order", verb, order, by=by, **inputs)


def test_a_number_that_an_order_brings_is_its_own_and_nobody_elses(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        usual = make_order(by)
        perform("order", "confirm", usual, by=by)
        assert usual.number is not None
        following = f"{usual.number[:-4]}{int(usual.number[-4:]) + 1:04}"
        brought = make_order(by, number=following)
        with pytest.raises(Refused) as refused:
            make_order(by, number=following.lower())
        assert set(refused.value.errors) == {"number"}
        perform("order", "confirm", brought, by=by)
        assert brought.number == following
        third = make_order(by)
        perform("order", "confirm", third, by=by)
        assert third.number not in (usual.number, following)


@pytest.mark.parametrize("lacking", ["account_id", "lines"])
def test_an_order_that_nobody_could_deliver_is_not_confirmed(
    acme: Workspace, alice: Person, lacking: str
) -> None:
    with acme.acting(alice) as by:
        order = make_order(by, **{lacking: None if lacking == "account_id" else []})
        with pytest.raises(Refused) as refused:
            perform("order", "confirm", order, by=by)
        assert set(refused.value.errors) == {lacking}
        assert order.number is None


def test_nothing_comes_of_an_order_for_a_reason_and_it_can_be_reopened(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = make_order(by)
        perform("order", "confirm", order, by=by)
        number = order.number
        with pytest.raises(Refused):
            perform("order", "cancel", order, by=by, reason=" ")
        perform("order", "cancel", order, by=by, reason="They changed their mind")
        assert (order.status, order.cancel_reason) == ("cancelled", "They changed their mind")
        perform("order", "reopen", order, by=by)
        assert (order.status, order.number, order.cancel_reason) == ("confirmed", number, None)
        perform("order", "reopen", order, by=by)
        assert (order.status, order.confirmed_at) == ("draft", None)
        perform("order", "confirm", order, by=by)
        assert order.number == number


def test_an_accepted_quote_becomes_an_order_with_what_it_said(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        drill = make_product(by, list_price="100", tax_rate="20")
        sale = make_opportunity(by)
        quote = make_quote(
            by,
            {"product_id": str(drill.id), "quantity": "3", "discount": "10"},
            FENCE,
            opportunity_id=str(sale.id),
            deposit="30",
        )
        perform("quote", "send", quote, by=by)
        perform("product", "update", drill, by=by, tax_rate="5", list_price="999")
        perform("quote", "accept", quote, by=by, name="Frank Fence")
        order = by.session.scalars(select(Order).where(Order.quote_id == quote.id)).one()
        assert quote.order_id == order.id
        assert (order.status, order.deposit, order.opportunity_id) == ("draft", 30, sale.id)
        assert (order.net, order.tax, order.total) == (quote.net, quote.tax, quote.total)
        ours, theirs = standing_lines(order, by), standing_lines(quote, by)
        assert [one.figures for one in ours] == [one.figures for one in theirs]
        told = select(Event.changes).where(Event.record_id.in_([quote.id, order.id]))
        changes = [one for one in by.session.scalars(told) if one]
        assert any(one.get("order_id") == [None, str(order.id)] for one in changes)
        assert any(one.get("quote_id") == [None, str(quote.id)] for one in changes)
        with pytest.raises(Refused):
            perform("quote", "order", quote, by=by)


def test_whoever_may_only_answer_quotes_begins_the_order_too(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        role = by.session.get_one(User, bob.user_id).role
        its = (Grant.role_id == role.id, Grant.record_type == "order", Grant.verb == "create")
        by.session.execute(delete(Grant).where(*its))
        role.stamp = new_id()
    with acme.acting(bob) as by:
        with pytest.raises(NotPermitted):
            make_order(by)
        quote = accepted(by)
        assert quote.order_id is not None
        order = by.session.get_one(Order, quote.order_id)
        assert order.owner_id == quote.owner_id


def test_what_was_agreed_with_a_quote_is_not_judged_again(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        good = make_account(by, payment_record="good", owner_id=str(bob.user_id))
        quote = accepted(by, {**FENCE, "discount": "8"}, account=good, owner_id=str(bob.user_id))
        order_id = quote.order_id
    with acme.acting(bob) as by:
        order = by.session.get_one(Order, order_id)
        perform("order", "confirm", order, by=by)
        assert order.status == "confirmed"
        beyond = make_order(by, {**FENCE, "discount": "8"}, account=good)
        with pytest.raises(Held):
            perform("order", "confirm", beyond, by=by)
        by.session.refresh(beyond)
        assert (beyond.status, beyond.number) == ("draft", None)


def test_who_pays_badly_and_buys_little_gets_no_order(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        order = make_order(by, account=make_account(by, payment_record="bad"))
        with pytest.raises(Refused):
            perform("order", "confirm", order, by=by)


def test_who_only_reads_confirms_nothing(acme: Workspace, alice: Person, dora: Person) -> None:
    with acme.acting(alice) as by:
        order_id = make_order(by).id
    with acme.acting(dora) as by, pytest.raises(NotPermitted):
        perform("order", "confirm", by.session.get_one(Order, order_id), by=by)


def test_margin_is_for_those_who_may_see_costs(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(alice) as by:
        drill_id = make_product(by, list_price="100", cost="60").id
    with acme.acting(bob) as by:
        order_id = make_order(by, {"product_id": str(drill_id), "quantity": "2"}).id
    page = bob.client.get(f"/orders/{order_id}").get_data(as_text=True)
    assert "£200.00" in page
    assert "£80.00" not in page
    assert "£80.00" in alice.client.get(f"/orders/{order_id}").get_data(as_text=True)


def test_no_more_is_given_back_than_was_sold(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order = sold(by, {**FENCE, "discount": "10"}, {"name": "Nails", "unit_price": "2"})
        perform("order", "credit", order, by=by)
        first = return_of(order, by)
        assert (first.kind, first.status, first.total) == ("return", "draft", -order.total)
        fences = {**FENCE, "discount": "10"}
        perform("order", "set_lines", first, by=by, lines=[{**fences, "quantity": "-4"}])
        perform("order", "confirm", first, by=by)
        assert (first.net, first.tax) == (Decimal("-45.00"), Decimal("-9.00"))
        perform("order", "credit", order, by=by)
        second = return_of(order, by)
        assert sorted(one.quantity for one in standing_lines(second, by)) == [-6, -1]
        for wrong in (
            {**fences, "quantity": "-7"},
            {**fences, "quantity": "1"},
            {**fences, "quantity": "-1", "unit_price": "20"},
            {"name": "Hammer", "unit_price": "1", "quantity": "-1"},
        ):
            with pytest.raises(Refused) as refused:
                perform("order", "set_lines", second, by=by, lines=[wrong])
            assert {key[:8] for key in refused.value.errors} == {"lines.0."}
            by.session.refresh(second)
