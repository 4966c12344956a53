"""What the terms say of quotes that try to go round them, and who says how a customer pays."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import delete

from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.errors import Held, NotPermitted
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records import gate
from app.records.door import perform
from app.sales.models import Quote
from app.sales.pages.lines import terms_panel
from app.sales.terms.kept import save_terms
from tests.cast import Person, Workspace
from tests.factories import make_account, make_product
from tests.sales.conftest import narrow
from tests.sales.test_quotes import FENCE, make_quote, switched_on

install_record_types()


def test_an_empty_payment_term_is_the_one_agreed_with_the_account(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        late = make_account(by, payment_record="good", payment_days="90", owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        quote = make_quote(by, account=late, payment_days="30")
        perform("quote", "update", quote, by=by, payment_days="")
        assert quote.payment_days == 90
        with pytest.raises(Held):
            perform("quote", "send", quote, by=by)


def test_a_rebate_on_a_line_of_its_own_is_held_as_any_discount(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        good = make_account(by, payment_record="good", owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        rebate = {"name": "Rebate", "quantity": "-1", "unit_price": "50"}
        quote = make_quote(by, FENCE, rebate, account=good, payment_days="30")
        with pytest.raises(Held):
            perform("quote", "send", quote, by=by)


def test_who_sells_does_not_say_how_a_customer_pays(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        with pytest.raises(NotPermitted):
            perform("account", "update", account, by=by, payment_record="good")
        with pytest.raises(NotPermitted):
            make_account(by, "Gates Ltd", payment_record="good")


@pytest.mark.parametrize("key", ["size", "payment_record"])
def test_the_terms_tell_nothing_of_an_account_that_a_role_hides(
    acme: Workspace, alice: Person, bob: Person, key: str
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
    with acme.acting(bob) as by:
        quote = make_quote(by)
        quote_id = quote.id
        assert terms_panel(quote, by)["terms"].cell
    narrow(acme, bob, key, FieldAccess.HIDDEN, "account")
    with acme.acting(bob) as by:
        assert terms_panel(by.session.get_one(Quote, quote_id), by)["terms"].cell == ""


def test_who_may_not_see_what_a_product_costs_learns_no_margin(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        drill = str(make_product(by, list_price="100", cost="60").id)
    with acme.acting(bob) as by:
        quote_id = make_quote(by, {"product_id": drill, "quantity": "2"}).id
    with acme.scope() as session:  # All that still hides it is the rule about the product.
        role = session.get_one(User, bob.user_id).role
        its = (FieldRule.role_id == role.id, FieldRule.record_type == "quote")
        session.execute(delete(FieldRule).where(*its))
        role.stamp = new_id()
    mark = "£80.00"
    assert mark in alice.client.get(f"/quotes/{quote_id}/lines").get_data(as_text=True)
    assert mark not in bob.client.get(f"/quotes/{quote_id}/lines").get_data(as_text=True)


def test_who_decides_is_told_in_which_points_a_quote_goes_beyond_and_by_how_much(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        good = make_account(by, payment_record="good", owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        quote = make_quote(by, {**FENCE, "discount": "8"}, account=good, payment_days="60")
        with pytest.raises(Held) as held:
            perform("quote", "send", quote, by=by)
        gate.keep(held.value, by)
    english = "Discount 8\u00a0% beyond 5\u00a0%, Payment term 60 days beyond 30 days"
    inbox = alice.client.get("/approvals").text
    assert english in inbox
    (place,) = set(re.findall(r'href="(/approvals/[0-9a-f-]{36})"', inbox))
    assert english in alice.client.get(place).text
    told = alice.client.get(f"/api/v1{place}").get_json()["reasons"][0]
    assert told["text"] == english
    assert "points" not in told
    alice.client.set_cookie("lang", "zh-CN", domain=acme.host)
    assert "折扣 8%（上限 5%）、账期 60 天（上限 30 天）" in alice.client.get(place).text


def test_who_may_not_see_a_discount_is_not_told_by_how_much_it_goes_beyond(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        good = make_account(by, payment_record="good", owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        quote = make_quote(by, {**FENCE, "discount": "8"}, account=good, payment_days="60")
        with pytest.raises(Held) as held:
            perform("quote", "send", quote, by=by)
        asked = gate.keep(held.value, by)
    narrow(acme, bob, "discount", FieldAccess.HIDDEN, "quote")
    shown = bob.client.get(asked.url).text
    assert "Payment term 60 days beyond 30 days" in shown
    assert "Discount 8" not in shown
