"""New versions of quotes: what they take along, and that one of them stands open at most."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.kernel.actor import Actor, FieldAccess
from app.modules import install_record_types
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.tailored import tailored
from app.sales.models import Quote
from tests.cast import Person, Workspace
from tests.sales.conftest import narrow
from tests.sales.test_orders import return_of, sold
from tests.sales.test_quotes import FENCE, make_quote

install_record_types()


def sent_quote(by: Actor, **given: object) -> Quote:
    quote = make_quote(by, FENCE, **given)
    perform("quote", "send", quote, by=by)
    return quote


def revised(quote: Quote, by: Actor) -> Quote:
    """The version that is begun now."""
    its = select(Quote).where(Quote.replaces_id == quote.id)
    before = {one.id for one in by.session.scalars(its)}
    perform("quote", "revise", quote, by=by)
    (made,) = [one for one in by.session.scalars(its) if one.id not in before]
    return made


def test_of_two_new_versions_of_a_quote_one_stands_open(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        first = sent_quote(by)
        second, third = revised(first, by), revised(first, by)
        perform("quote", "send", second, by=by)
        perform("quote", "send", third, by=by)
        by.session.expire_all()
        states = [one.status for one in (first, second, third)]
        assert states == ["withdrawn", "withdrawn", "sent"]
        fourth, fifth = revised(second, by), revised(third, by)
        perform("quote", "send", fourth, by=by)
        perform("quote", "send", fifth, by=by)
        by.session.expire_all()
        states = [one.status for one in (third, fourth, fifth)]
        assert states == ["withdrawn", "withdrawn", "sent"]


def test_a_new_version_has_the_tags_and_own_fields_of_the_old_one(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        wish = Wish({"en": "Wood", "zh-CN": "木材"}, is_required=True)
        define_field(by, tailored("quote", by), "text", wish)
    with acme.acting(alice) as by:
        first = sent_quote(by, x_wood="Oak", tags=["vip"])
        second = revised(first, by)
        assert list(second.tags or ()) == ["vip"]
        assert tailored("quote", by).by_key["x_wood"].value(second) == "Oak"


@pytest.mark.parametrize("key", ["deposit", "payment_days", "name", "intro"])
def test_who_may_not_change_a_field_takes_it_along_all_the_same(
    acme: Workspace, alice: Person, bob: Person, key: str
) -> None:
    with acme.acting(bob) as by:
        given = {"deposit": "30", "payment_days": "20", "intro": "Hello", "name": "Fences"}
        first_id: UUID = sent_quote(by, **given).id
    narrow(acme, bob, key, FieldAccess.READ, "quote")
    with acme.acting(bob) as by:
        first = by.session.get_one(Quote, first_id)
        assert getattr(revised(first, by), key) == getattr(first, key)
        perform("quote", "accept", first, by=by, name="Frank")
    with acme.acting(alice) as by:
        assert by.session.get_one(Quote, first_id).order_id is not None


def test_a_return_has_the_own_fields_that_orders_must_have(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        wish = Wish({"en": "Wood", "zh-CN": "木材"}, is_required=True)
        define_field(by, tailored("order", by), "text", wish)
    with acme.acting(alice) as by:
        sale = sold(by, FENCE, x_wood="Oak")
        perform("order", "credit", sale, by=by)
        back = return_of(sale, by)
        assert tailored("order", by).by_key["x_wood"].value(back) == "Oak"
        assert (back.net, back.discount) == (-125, 0)
