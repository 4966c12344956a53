"""What comes after the papers: deliveries that contracts await, and contracts that follow on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from app.crm.models import Account
from app.events import Event
from app.identity.models import Grant, User
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.access import sees
from app.records.door import perform
from app.records.tailored import tailored
from app.sales.models import Contract, Order, Payment
from app.sales.plan.kept import instalments_of, wish_of
from tests.cast import Person, Workspace
from tests.records.api.conftest import Programs, program
from tests.sales.test_contracts import (
    THIRDS,
    contract_of,
    in_days,
    make_contract,
    signed,
    tasks_of,
    tend,
)
from tests.sales.test_invoices import issued
from tests.sales.test_orders import accepted, make_order
from tests.sales.test_payments import received

__all__ = ["program"]

install_record_types()


def followers(contract: Contract, by: Actor) -> list[Contract]:
    """The contracts that follow one, the next first."""
    found: list[Contract] = []
    at: Contract | None = contract
    while at is not None and at.next_id is not None:
        at = by.session.get_one(Contract, at.next_id)
        found.append(at)
    return found


def test_a_contract_learns_of_the_order_that_its_quote_becomes_later(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held_up(*_args: object) -> None:
        raise Refused("The plan holds no further order.")

    monkeypatch.setattr("app.sales.operations.quote_states.order_quote", held_up)
    with acme.acting(alice) as by:
        quote = accepted(by, deposit="30", payment_days="14")
        perform("quote", "contract", quote, by=by)
        contract = contract_of(by, quote_id=quote.id)
        perform("contract", "sign", contract, by=by)
        assert contract.order_id is None
        perform("quote", "order", quote, by=by)
        by.session.expire_all()
        assert contract.order_id == quote.order_id
        told = select(Event.changes).where(Event.record_id == contract.id)
        assert {"order_id": [None, str(quote.order_id)]} in by.session.scalars(told).all()
        order = by.session.get_one(Order, quote.order_id)
        perform("order", "confirm", order, by=by)
        perform("order", "deliver", order, by=by)
        by.session.expire_all()
        _deposit, rest = instalments_of(contract.id, by)
        assert rest.due_on == by.today() + timedelta(days=14)


def test_what_is_completed_without_a_word_was_delivered(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order = make_order(by)
        perform("order", "confirm", order, by=by)
        perform("order", "contract", order, by=by)
        early = contract_of(by, order_id=order.id)
        perform("contract", "sign", early, by=by)
        perform("order", "complete", order, by=by)
        by.session.expire_all()
        assert instalments_of(early.id, by)[0].reached_on == by.today()
        perform("contract", "delete", early, by=by)
        perform("order", "contract", order, by=by)
        its = select(Contract).where(Contract.order_id == order.id, Contract.deleted_at.is_(None))
        late = by.session.scalars(its).one()
        perform("contract", "sign", late, by=by)
        assert instalments_of(late.id, by)[0].reached_on == by.today()


def test_a_delivery_that_is_noted_far_away_counts_by_the_firms_calendar(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = make_order(by)
        perform("order", "confirm", order, by=by)
        perform("order", "contract", order, by=by)
        contract = contract_of(by, order_id=order.id)
        perform("contract", "sign", contract, by=by)
        evening = by.now.replace(hour=20)
        far = replace(by, zone=ZoneInfo("Pacific/Kiritimati"), now=evening)
        assert far.today() > evening.date()
        perform("order", "deliver", order, by=far)
        by.session.expire_all()
        assert instalments_of(contract.id, by)[0].reached_on == evening.date()


def test_an_instalment_that_is_due_another_day_is_told_anew(
    acme: Workspace, alice: Person, clock: Any
) -> None:
    with acme.acting(alice) as by:
        plan = {"name": "All", "share": "100", "due_by": "date", "due_on": in_days(by, 2)}
        contract_id = signed(by, plan).id
    clock.shift(timedelta(days=3))
    with acme.acting(alice) as by:
        tend(acme)
        contract = by.session.get_one(Contract, contract_id)
        (one,) = instalments_of(contract.id, by)
        later = {**wish_of(one, "GBP"), "due_on": in_days(by, 2), "amount": None}
        perform("contract", "set_instalments", contract, by=by, instalments=[later])
        tend(acme)
        assert len(tasks_of(contract, by)) == 1
    clock.shift(timedelta(days=3))
    with acme.acting(alice) as by:
        tend(acme)
        tend(acme)
        assert len(tasks_of(by.session.get_one(Contract, contract_id), by)) == 2


def test_what_was_paid_on_an_instalment_is_told_once_it_is_taken_back(
    acme: Workspace, alice: Person, clock: Any
) -> None:
    with acme.acting(alice) as by:
        due = {"due_by": "date", "due_on": in_days(by, 1)}
        halves = [{"name": name, "share": "50", **due} for name in ("First", "Second")]
        contract = signed(by, *halves)
        first, _second = instalments_of(contract.id, by)
        account = by.session.get_one(Account, contract.account_id)
        invoice = issued(by, "500", account=account)
        invoice.contract_id, invoice.instalment_id = contract.id, first.id
        by.session.flush()
        payment = received(by, "500", account=account)
        perform("payment", "apply", payment, by=by)
        ids = (contract.id, payment.id)
    clock.shift(timedelta(days=2))
    with acme.acting(alice) as by:
        tend(acme)
        contract = by.session.get_one(Contract, ids[0])
        assert len(tasks_of(contract, by)) == 1
        perform("payment", "take_back", by.session.get_one(Payment, ids[1]), by=by)
        tend(acme)
        assert len(tasks_of(contract, by)) == 2


def test_a_contract_does_not_come_back_beside_the_second_of_its_quote(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        quote = accepted(by)
        perform("quote", "contract", quote, by=by)
        first = contract_of(by, quote_id=quote.id)
        perform("contract", "delete", first, by=by)
        perform("quote", "contract", quote, by=by)
        its = select(Contract).where(Contract.deleted_at.is_(None))
        second = by.session.scalars(its).one()
        with pytest.raises(Refused), by.session.begin_nested():
            perform("contract", "restore", first, by=by)
        by.session.expire_all()
        perform("contract", "delete", second, by=by)
        perform("contract", "restore", first, by=by)
        assert first.deleted_at is None


def test_a_renewal_that_is_thrown_away_comes_up_again(
    acme: Workspace, alice: Person, bob: Person, clock: Any
) -> None:
    with acme.acting(bob) as by:
        contract_id = signed(by, ends_on=in_days(by, 30), notice_days="60").id
    with acme.acting(alice) as by:
        tend(acme)
        contract = by.session.get_one(Contract, contract_id)
        assert len(tasks_of(contract, by)) == 1
        perform("contract", "renew", contract, by=by)
        (draft,) = followers(contract, by)
        perform("contract", "delete", draft, by=by)
        by.session.expire_all()
        assert contract.next_id is None
        tend(acme)
        assert len(tasks_of(contract, by)) == 2
        perform("contract", "restore", draft, by=by)
        by.session.expire_all()
        assert contract.next_id == draft.id
        perform("contract", "delete", draft, by=by)
        by.session.expire_all()
        perform("contract", "renew", contract, by=by)
        other = followers(contract, by)[0].id
        perform("contract", "restore", draft, by=by)
        by.session.expire_all()
        assert contract.next_id == other, "Another renews it by now."


def test_a_contract_whose_renewal_was_thrown_away_still_renews_by_itself(
    acme: Workspace, alice: Person, clock: Any
) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, ends_on=in_days(by, 9), renews="automatic", notice_days="")
        contract_id = contract.id
        perform("contract", "renew", contract, by=by)
        perform("contract", "delete", followers(contract, by)[0], by=by)
    clock.shift(timedelta(days=10))
    with acme.acting(alice) as by:
        tend(acme)
        contract = by.session.get_one(Contract, contract_id)
        (follows,) = followers(contract, by)
        assert (contract.status, follows.status, follows.deleted_at) == ("ended", "active", None)


def test_a_job_that_comes_late_leaves_no_gap(acme: Workspace, alice: Person, clock: Any) -> None:
    with acme.acting(alice) as by:
        contract_id = signed(by, ends_on=in_days(by, 9), renews="automatic", notice_days="").id
    clock.shift(timedelta(days=35))
    with acme.acting(alice) as by:
        tend(acme)
        contract = by.session.get_one(Contract, contract_id)
        found = followers(contract, by)
        assert [one.status for one in found] == ["ended", "ended", "active"]
        assert found[-1].ends_on is not None
        assert found[-1].ends_on >= by.today()


@pytest.mark.parametrize("key", ["progress", "collected_share", "collected", "collected_count"])
def test_who_reads_no_invoices_is_not_told_what_came_in(
    acme: Workspace, alice: Person, bob: Person, program: Programs, key: str
) -> None:
    with acme.acting(alice) as by:
        contract_id = make_contract(by, *THIRDS, owner_id=str(bob.user_id)).id
    told = program(bob).get(f"contracts/{contract_id}").json
    assert told is not None
    assert key in told
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        session.execute(
            delete(Grant).where(Grant.role_id == role.id, Grant.record_type == "invoice")
        )
        role.stamp = new_id()
    with acme.acting(bob) as by:
        assert not sees(tailored("contract", by), key, by)
    hidden = program(bob).get(f"contracts/{contract_id}").json
    assert hidden is not None
    assert key not in hidden
    assert "amount" in hidden
    rows = program(bob).get(f"contracts/{contract_id}/instalments").json
    assert rows is not None
    assert {one["collected"] for one in rows["data"]} == {None}
