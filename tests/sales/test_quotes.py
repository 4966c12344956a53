"""Quotes: written, sent, answered; what was sent never changes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.events import Event
from app.kernel.actor import Actor
from app.kernel.errors import Held, NotPermitted, Refused
from app.modules import install_record_types
from app.records.door import perform
from app.sales.lines.papers import standing_lines
from app.sales.models import Quote
from app.sales.terms.kept import save_terms
from app.sales.terms.rules import USUAL
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact, make_product

install_record_types()

FENCE = {"name": "Green fence", "quantity": "10", "unit_price": "12.50", "tax_rate": "20"}


def make_quote(by: Actor, *lines: dict[str, Any], **given: Any) -> Quote:
    """A draft for Fence & Sons with these lines."""
    account = given.pop("account", None) or make_account(by)
    inputs = {"account_id": str(account.id), "lines": list(lines or (FENCE,)), **given}
    made: Quote = perform("quote", "create", by=by, **inputs)  # type: ignore[assignment]
    return made


def test_a_quote_comes_to_what_its_lines_do(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        quote = make_quote(by, FENCE, {**FENCE, "discount": "10%"})
        assert (quote.name, quote.number, quote.status) == ("Fence & Sons", None, "draft")
        assert (quote.net, quote.tax, quote.total) == (
            Decimal("237.50"),
            Decimal("47.50"),
            Decimal("285.00"),
        )
        assert quote.discount == Decimal(5)
        perform("quote", "set_lines", quote, by=by, lines=[{**FENCE, "discount": "25 GBP"}])
        assert (quote.net, quote.total) == (Decimal("100.00"), Decimal("120.00"))
        assert [one.name for one in standing_lines(quote, by)] == ["Green fence"]


def test_a_quote_is_numbered_when_it_is_sent_and_then_stays_as_it_is(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        quote = make_quote(by)
        perform("quote", "send", quote, by=by)
        assert quote.status == "sent"
        assert quote.number is not None
        assert quote.number.startswith("Q-")
        for change in ({"payment_days": "90"}, {"name": "Other"}, {"valid_until": "2030-01-01"}):
            with pytest.raises(Refused):
                perform("quote", "update", quote, by=by, **change)
        with pytest.raises(Refused):
            perform("quote", "set_lines", quote, by=by, lines=[FENCE])
        by.session.expire_all()
        perform("quote", "update", quote, by=by, tags=["vip"])


def test_what_the_opportunity_says_is_not_asked_again(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        fence, grace = make_account(by), make_contact(by, first_name="Grace")
        sale = perform(
            "opportunity",
            "create",
            by=by,
            name="Fence around the harbour",
            account_id=str(fence.id),
            contact_id=str(grace.id),
        )
        quote = perform("quote", "create", by=by, opportunity_id=str(sale.id))
        assert (quote.account_id, quote.contact_id) == (fence.id, grace.id)  # type: ignore[attr-defined]


@pytest.mark.parametrize("lacking", ["account_id", "valid_until", "lines"])
def test_a_quote_that_nobody_could_answer_is_not_sent(
    acme: Workspace, alice: Person, lacking: str
) -> None:
    with acme.acting(alice) as by:
        yesterday = (by.today() - timedelta(days=1)).isoformat()
        given: dict[str, Any] = {
            "account_id": {"account_id": None},
            "valid_until": {"valid_until": yesterday},
            "lines": {"lines": []},
        }[lacking]
        quote = make_quote(by, **given)
        with pytest.raises(Refused) as refused:
            perform("quote", "send", quote, by=by)
        assert set(refused.value.errors) == {lacking}
        assert quote.number is None


def test_a_new_version_takes_the_place_of_the_old_one_when_it_is_sent(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        first = make_quote(by, {**FENCE, "discount": "10"}, deposit="30")
        perform("quote", "send", first, by=by)
        perform("quote", "revise", first, by=by)
        second = by.session.scalars(select(Quote).where(Quote.replaces_id == first.id)).one()
        assert (second.status, second.revision, second.number) == ("draft", 2, None)
        assert (second.total, second.deposit) == (first.total, 30)
        assert first.status == "sent"
        perform("quote", "send", second, by=by)
        by.session.refresh(first)
        assert first.status == "withdrawn"
        assert second.number != first.number


def test_a_new_version_leaves_out_what_was_deleted_meanwhile(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        drill, grace = make_product(by, list_price="100"), make_contact(by, first_name="Grace")
        first = make_quote(by, {"product_id": str(drill.id)}, contact_id=str(grace.id))
        perform("quote", "send", first, by=by)
        perform("product", "delete", drill, by=by)
        perform("contact", "delete", grace, by=by)
        perform("quote", "revise", first, by=by)
        second = by.session.scalars(select(Quote).where(Quote.replaces_id == first.id)).one()
        (line,) = standing_lines(second, by)
        assert (second.contact_id, line.product_id) == (None, None)
        assert (line.name, second.total) == ("Hammer drill", first.total)


def test_the_customers_answer_is_kept_with_who_gave_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        yes, no = make_quote(by), make_quote(by)
        for one in (yes, no):
            perform("quote", "send", one, by=by)
        perform("quote", "accept", yes, by=by, name="Frank Fence")
        assert (yes.status, yes.decided_by) == ("accepted", "Frank Fence")
        with pytest.raises(Refused):
            perform("quote", "decline", no, by=by, reason=" ")
        perform("quote", "decline", no, by=by, reason="Too dear")
        assert (no.status, no.decline_reason) == ("declined", "Too dear")
        verbs = by.session.scalars(
            select(Event.verb).where(Event.record_id == yes.id).order_by(Event.at, Event.id)
        ).all()
        assert verbs[-2:] == ["sent", "accepted"]


def test_what_is_no_longer_valid_is_not_accepted(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        quote = make_quote(by)
        perform("quote", "send", quote, by=by)
        with pytest.raises(Refused):
            perform("quote", "expire", quote, by=by)
        quote.valid_until = by.today() - timedelta(days=1)
        quote.is_decided = True
        by.session.flush()
        with pytest.raises(Refused):
            perform("quote", "accept", quote, by=by)
        perform("quote", "expire", quote, by=by)
        assert quote.status == "expired"


def switched_on(**cells: dict[str, str]) -> dict[str, Any]:
    """The usual terms with some cells changed, for big firms of the size `large`."""
    known = {key: {k: str(v) for k, v in one.kept().items()} for key, one in USUAL.items()}
    return {
        "is_on": True,
        "big_sizes": ["large"],
        "cells": {
            key: {**one, **cells.get(key.replace(".", "_"), {})} for key, one in known.items()
        },
    }


def test_within_the_terms_a_rep_sends_and_beyond_them_it_waits_for_approval(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        good = make_account(by, payment_record="good", owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        within = make_quote(by, {**FENCE, "discount": "5"}, account=good, payment_days="30")
        perform("quote", "send", within, by=by)
        assert (within.status, within.exceptions) == ("sent", 0)
        assert within.terms["size"] == "small"
        beyond = make_quote(by, {**FENCE, "discount": "8"}, account=good, payment_days="60")
        with pytest.raises(Held):
            perform("quote", "send", beyond, by=by)
        by.session.refresh(beyond)
        assert (beyond.status, beyond.number) == ("draft", None)


def test_who_pays_badly_and_buys_little_gets_no_contract(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        late = make_account(by, payment_record="bad")
        quote = make_quote(by, account=late)
        with pytest.raises(Refused):
            perform("quote", "send", quote, by=by)
        save_terms(by, switched_on(small_bad={"standing": "open"}))
        perform("quote", "send", quote, by=by)  # An owner may agree to anything.
        assert quote.terms["beyond"] == ["deposit"]


def test_margin_is_for_those_who_may_see_costs(acme: Workspace, alice: Person, bob: Person) -> None:
    drill = make_product_by(acme, alice)
    with acme.acting(bob) as by:
        quote = make_quote(by, {"product_id": str(drill), "quantity": "2"})
        quote_id = quote.id
    page = bob.client.get(f"/quotes/{quote_id}").get_data(as_text=True)
    assert "£200.00" in page
    assert "£80.00" not in page
    assert "£80.00" in alice.client.get(f"/quotes/{quote_id}").get_data(as_text=True)


def make_product_by(acme: Workspace, alice: Person) -> Any:
    """A product of Alice's, in a transaction of its own."""
    with acme.acting(alice) as by:
        return make_product(by, list_price="100", cost="60").id


def test_who_only_reads_sends_nothing(acme: Workspace, alice: Person, dora: Person) -> None:
    with acme.acting(alice) as by:
        quote_id = make_quote(by).id
    with acme.acting(dora) as by, pytest.raises(NotPermitted):
        perform("quote", "send", by.session.get_one(Quote, quote_id), by=by)
