"""What the terms say of quotes that try to go round them, and who says how a customer pays."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.errors import Held, NotPermitted
from app.kernel.ids import new_id
from app.modules import install_record_types
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
