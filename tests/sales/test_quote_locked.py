"""Quotes that somebody's request locks: for their customers, and when their days are over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from app.automation.approvals.decide import approve
from app.kernel.actor import FieldAccess
from app.kernel.errors import Held, NotPermitted
from app.modules import install_record_types
from app.records import gate
from app.records.door import perform
from app.sales.jobs import expire_quotes
from app.sales.lines.papers import standing_lines
from app.sales.models import Quote
from tests.automation.approvals.conftest import Rule, only_request, rule
from tests.cast import HostClient, Person, Workspace
from tests.sales.conftest import narrow
from tests.sales.test_quote_pages import link, make, sent, stranger
from tests.sales.test_quotes import FENCE

__all__ = ["rule", "stranger"]

install_record_types()


def lock(acme: Workspace, who: Person, quote_id: UUID, rule: Rule) -> None:
    """Let a change of a quote wait for approval, so that nobody changes it meanwhile."""
    rule("quote", "update", fields=["tags"], locks="record")
    with acme.acting(who) as by:
        with pytest.raises(Held) as held:
            perform("quote", "update", by.session.get_one(Quote, quote_id), by=by, tags=["vip"])
        gate.keep(held.value, by)


def test_one_quote_that_is_locked_stops_no_other_from_expiring(
    acme: Workspace, alice: Person, bob: Person, rule: Rule
) -> None:
    ids = sorted(make(acme, bob, send=True) for _n in range(3))
    lock(acme, bob, ids[0], rule)
    with acme.acting(alice) as by:
        for one in ids:
            quote = by.session.get_one(Quote, one)
            quote.valid_until, quote.is_decided = by.today() - timedelta(days=1), True
    with acme.acting() as by:
        expire_quotes.run(by, {})
    with acme.acting(alice) as by:
        states = [by.session.get_one(Quote, one).status for one in ids]
        assert states == ["sent", "expired", "expired"]


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_the_customer_of_a_locked_quote_is_told_whom_to_ask(
    acme: Workspace,
    bob: Person,
    rule: Rule,
    stranger: Callable[[Workspace], HostClient],
    verb: str,
) -> None:
    quote_id = make(acme, bob, send=True)
    address = link(bob, quote_id)
    lock(acme, bob, quote_id, rule)
    given = {"name": "Frank", "agreed": "1", "reason": "Too dear"}
    answer = stranger(acme).post(f"{address}/{verb}", data=given)
    assert answer.status_code == 409
    shown = answer.get_data(as_text=True)
    assert "ed at this moment. Please ask" in shown
    assert 'value="Frank"' in shown, "Nothing typed is lost."
    with acme.acting(bob) as by:
        assert by.session.get_one(Quote, quote_id).status == "sent"


def test_lines_and_conditions_that_wait_for_approval_are_done_together(
    acme: Workspace, alice: Person, bob: Person, rule: Rule
) -> None:
    quote_id = make(acme, bob)
    rule("quote", "update", fields=["deposit"])
    form = sent(
        {"name": "Red fence", "quantity": "3", "unit_price": "10"}, version="1", deposit="20"
    )
    bob.client.post(f"/quotes/{quote_id}/lines", data=form)
    with acme.acting(bob) as by:
        quote = by.session.get_one(Quote, quote_id)
        assert (quote.deposit, quote.net) == (None, 125)
    request_id = only_request(alice).id
    with acme.acting(alice) as by:
        assert approve(request_id, by).is_done
    with acme.acting(bob) as by:
        quote = by.session.get_one(Quote, quote_id)
        assert (quote.deposit, quote.net) == (20, 30)


def test_of_many_who_save_at_once_one_is_kept_and_the_others_are_told(
    acme: Workspace, alice: Person
) -> None:
    quote_id = make(acme, alice)
    form = sent({"name": "Red fence", "quantity": "3", "unit_price": "10"}, version="1")
    clients = [alice.sign_in() for _n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda one: one.post(f"/quotes/{quote_id}/lines", data=form), clients)
        assert sorted(one.status_code for one in answers) == [303, 409, 409, 409]
    with acme.acting(alice) as by:
        lines = standing_lines(by.session.get_one(Quote, quote_id), by)
        assert [one.name for one in lines] == ["Red fence"]


def test_who_may_not_change_a_condition_does_not_by_the_lines(acme: Workspace, bob: Person) -> None:
    quote_id = make(acme, bob)
    narrow(acme, bob, "deposit", FieldAccess.READ, "quote")
    with acme.acting(bob) as by:
        quote = by.session.get_one(Quote, quote_id)
        with pytest.raises(NotPermitted):
            perform("quote", "set_lines", quote, by=by, lines=[FENCE], deposit="20")
        perform("quote", "set_lines", quote, by=by, lines=[FENCE])
