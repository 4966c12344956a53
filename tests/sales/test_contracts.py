"""Contracts: made of what was agreed, signed, in force, ended, terminated, renewed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.automation.authority.operations import save_limits
from app.automation.authority.subjects import subject_called
from app.crm.models import Account, Activity
from app.events import Event
from app.kernel.actor import Actor
from app.kernel.errors import Held, Refused
from app.modules import install_record_types
from app.records.door import perform
from app.sales.jobs import tend_contracts
from app.sales.models import Contract, Instalment
from app.sales.operations.contract_renewal import following
from app.sales.plan.kept import instalments_of
from app.sales.terms.kept import save_terms
from app.sales.terms.rules import USUAL
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact, make_picklist
from tests.sales.test_orders import accepted, make_order, sold

install_record_types()

THIRDS: tuple[dict[str, Any], ...] = (
    {"name": "Deposit", "share": "30", "due_by": "signature"},
    {"name": "Delivery", "share": "60", "due_by": "delivery", "days": 14},
    {"name": "Warranty", "share": "10", "due_by": "warranty_end"},
)


def make_contract(by: Actor, *plan: dict[str, Any], **given: Any) -> Contract:
    """A draft with Fence & Sons over a thousand pounds with these instalments."""
    account = given.pop("account", None) or make_account(by)
    inputs = {"account_id": str(account.id), "amount": "1000", "instalments": list(plan), **given}
    made: Contract = perform("contract", "create", by=by, **inputs)  # type: ignore[assignment]
    return made


def signed(by: Actor, *plan: dict[str, Any], **given: Any) -> Contract:
    """The same, signed."""
    contract = make_contract(by, *plan, **given)
    perform("contract", "sign", contract, by=by)
    return contract


def contract_of(by: Actor, **same: Any) -> Contract:
    """The one contract that has this."""
    its = [getattr(Contract, key) == value for key, value in same.items()]
    return by.session.scalars(select(Contract).where(*its)).one()


def in_days(by: Actor, days: int) -> str:
    return (by.today() + timedelta(days=days)).isoformat()


def tasks_of(contract: Contract, by: Actor) -> list[Activity]:
    its = select(Activity).where(Activity.about_id == contract.id).order_by(Activity.id)
    return list(by.session.scalars(its))


def tend(acme: Workspace) -> None:
    """Let the job run that does so every few hours; a scope is open."""
    tend_contracts.run(acme.actor(), {})


def test_a_contract_is_numbered_when_it_is_signed_and_then_stays_as_it_is(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = make_contract(by, ends_on=in_days(by, 300))
        assert (contract.name, contract.number, contract.status) == ("Fence & Sons", None, "draft")
        perform("contract", "sign", contract, by=by)
        assert (contract.status, contract.signed_on, contract.starts_on) == (
            "active",
            by.today(),
            by.today(),
        )
        assert contract.number is not None
        assert contract.number.startswith("CT-")
        for change in ({"amount": "5"}, {"name": "Other"}, {"ends_on": in_days(by, 9)}):
            with pytest.raises(Refused) as refused:
                perform("contract", "update", contract, by=by, **change)
            assert set(refused.value.errors) == set(change)
            by.session.refresh(contract)
        perform("contract", "update", contract, by=by, notice_days="30", note="Keys at the desk")
        assert contract.notice_on == by.today() + timedelta(days=270)


def test_a_contract_on_paper_keeps_its_number_and_the_day_of_its_signature(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        paper = signed(
            by,
            number="OLD-7",
            signed_on=in_days(by, -500),
            starts_on=in_days(by, -400),
            ends_on=in_days(by, -35),
        )
        assert (paper.number, paper.status) == ("OLD-7", "ended")
        assert paper.signed_on == by.today() - timedelta(days=500)
        with pytest.raises(Refused) as refused:
            make_contract(by, number="old-7")
        assert set(refused.value.errors) == {"number"}


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"starts_on": "2026-05-01", "ends_on": "2026-04-30"}, "ends_on"),
        ({"amount": "-1"}, "amount"),
        ({"notice_days": "-1"}, "notice_days"),
        ({"payment_days": "731"}, "payment_days"),
    ],
)
def test_days_and_amounts_that_cannot_be_are_told_beside_their_field(
    acme: Workspace, alice: Person, given: dict[str, str], wrong: str
) -> None:
    with acme.acting(alice) as by:
        with pytest.raises(Refused) as refused:
            make_contract(by, **given)
        assert set(refused.value.errors) == {wrong}


def test_nobody_signs_with_nobody(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        contract = make_contract(by, account_id=None)
        with pytest.raises(Refused) as refused:
            perform("contract", "sign", contract, by=by)
        assert set(refused.value.errors) == {"account_id"}
        assert (contract.status, contract.number) == ("draft", None)


def test_an_accepted_quote_becomes_a_contract_with_all_that_it_said(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        grace = make_contact(by, first_name="Grace")
        quote = accepted(by, contact_id=str(grace.id), deposit="30", payment_days="14")
        perform("quote", "contract", quote, by=by)
        made = contract_of(by, quote_id=quote.id)
        assert (made.account_id, made.contact_id, made.amount, made.currency) == (
            quote.account_id,
            grace.id,
            quote.total,
            quote.currency,
        )
        assert (made.status, made.order_id, made.their_signatory) == (
            "draft",
            quote.order_id,
            grace.name,
        )
        assert made.kind == "sales"
        plan = [(one.due_by, one.amount, one.days) for one in instalments_of(made.id, by)]
        assert plan == [
            ("signature", Decimal("45.00"), 0),
            ("delivery", Decimal("105.00"), 14),
        ]
        with pytest.raises(Refused):
            perform("quote", "contract", quote, by=by)
        perform("contract", "delete", made, by=by)
        perform("quote", "contract", quote, by=by)


def test_a_contract_of_a_firm_without_sales_contracts_begins_with_no_kind(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        kinds = {"sales": {"en": "Sale"}, "upkeep": {"en": "Upkeep"}}
        make_picklist(by, "contract", "kind", kinds, retired=("sales",))
        quote = accepted(by)
        perform("quote", "contract", quote, by=by)
        assert contract_of(by, quote_id=quote.id).kind is None


def test_an_order_becomes_one_contract_and_its_delivery_is_a_milestone(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = make_order(by, deposit="50")
        with pytest.raises(Refused):
            perform("order", "contract", order, by=by)
        perform("order", "confirm", order, by=by)
        perform("order", "contract", order, by=by)
        with pytest.raises(Refused):
            perform("order", "contract", order, by=by)
        contract = contract_of(by, order_id=order.id)
        perform("contract", "sign", contract, by=by)
        first, second = instalments_of(contract.id, by)
        assert (first.due_on, second.due_on) == (by.today(), None)
        perform("order", "deliver", order, by=by)
        by.session.refresh(second)
        assert (second.reached_on, second.due_on) == (by.today(), by.today())


def test_what_was_delivered_before_is_known_when_a_contract_is_signed(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        perform("order", "contract", order, by=by)
        contract = contract_of(by, order_id=order.id)
        perform("contract", "sign", contract, by=by)
        (only,) = instalments_of(contract.id, by)
        assert (only.due_by, only.reached_on) == ("delivery", by.today())
        assert contract.next_due_on == only.due_on


def test_a_contract_ends_before_its_time_for_a_reason_and_can_be_reopened(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        later = {"name": "Later", "share": "50", "due_by": "date", "due_on": in_days(by, 40)}
        contract = signed(by, {**THIRDS[0], "share": "50"}, later)
        assert contract.next_due_on == by.today()
        with pytest.raises(Refused) as refused:
            perform("contract", "terminate", contract, by=by, reason=" ")
        assert set(refused.value.errors) == {"reason"}
        with pytest.raises(Refused) as refused:
            perform("contract", "terminate", contract, by=by, reason="x", on="1999-01-01")
        assert set(refused.value.errors) == {"on"}
        perform("contract", "terminate", contract, by=by, reason="They moved away")
        assert (contract.status, contract.terminated_on) == ("terminated", by.today())
        assert contract.next_due_on == by.today(), "What was due before is still owed."
        number = contract.number
        perform("contract", "reopen", contract, by=by)
        assert (contract.status, contract.number, contract.terminate_reason) == (
            "draft",
            number,
            None,
        )
        assert instalments_of(contract.id, by)[0].reached_on is None
        perform("contract", "sign", contract, by=by)
        assert contract.number == number


def test_the_terms_of_a_customer_can_stop_a_signature(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        cells = {key: one.kept() for key, one in USUAL.items()}
        save_terms(by, {"is_on": True, "big_sizes": [], "cells": cells})
        contract = make_contract(by)
        account = by.session.get_one(Account, contract.account_id)
        account.payment_record = "bad"
        by.session.flush()
        with pytest.raises(Refused):
            perform("contract", "sign", contract, by=by)
        account.payment_record = "good"
        by.session.flush()
        perform("contract", "sign", contract, by=by)
        assert contract.exceptions == 0


def test_who_signs_beyond_their_authority_asks(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(alice) as by:
        subject = subject_called("contract_amount")
        assert subject is not None
        role = acme.actor(bob).role_id
        assert role is not None
        save_limits(by, subject, {(role, ""): "5000"})
    with acme.acting(bob) as by:
        perform("contract", "sign", make_contract(by, amount="5000"), by=by)
        with pytest.raises(Held):
            perform("contract", "sign", make_contract(by, amount="5000.01"), by=by)


def test_contracts_begin_and_end_on_their_days(acme: Workspace, alice: Person, clock: Any) -> None:
    with acme.acting(alice) as by:
        contract_id = signed(by, starts_on=in_days(by, 3), ends_on=in_days(by, 10)).id
        assert by.session.get_one(Contract, contract_id).status == "signed"
    for days, status in ((2, "signed"), (1, "active"), (7, "active"), (1, "ended")):
        clock.shift(timedelta(days=days))
        with acme.scope() as session:
            tend(acme)
            assert session.get_one(Contract, contract_id).status == status


def test_a_renewal_is_brought_up_once_by_a_task_of_the_owner(
    acme: Workspace, alice: Person, bob: Person, clock: Any
) -> None:
    with acme.acting(bob) as by:
        contract = signed(by, ends_on=in_days(by, 100), notice_days="60")
        never = signed(by, ends_on=in_days(by, 100), notice_days="60", renews="never")
        ids = (contract.id, never.id)
    for days, count in ((39, 0), (1, 1), (1, 1)):
        clock.shift(timedelta(days=days))
        with acme.acting(alice) as by:
            tend(acme)
            contract = by.session.get_one(Contract, ids[0])
            tasks = tasks_of(contract, by)
            assert len(tasks) == count
            assert tasks_of(by.session.get_one(Contract, ids[1]), by) == []
    assert (tasks[0].owner_id, tasks[0].kind) == (bob.user_id, "task")
    assert "talk about its renewal" in tasks[0].subject


def test_an_overdue_instalment_is_told_once(acme: Workspace, alice: Person, clock: Any) -> None:
    with acme.acting(alice) as by:
        contract_id = signed(by, {**THIRDS[0], "share": "100", "days": 2}).id
    for days, count in ((2, 0), (1, 1), (1, 1)):
        clock.shift(timedelta(days=days))
        with acme.acting(alice) as by:
            tend(acme)
            tasks = tasks_of(by.session.get_one(Contract, contract_id), by)
            assert len(tasks) == count
    assert "Deposit was due on" in tasks[0].subject


def test_a_renewal_takes_over_everything_with_its_days_moved(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        quarter = {"name": "Summer", "share": "40", "due_by": "date", "due_on": "2026-07-31"}
        contract = signed(
            by,
            {**THIRDS[0], "share": "60"},
            quarter,
            starts_on="2026-01-01",
            ends_on="2026-12-31",
            signed_on="2025-12-20",
            tags=["vip"],
        )
        perform("contract", "renew", contract, by=by)
        assert contract.next_id is not None
        made = by.session.get_one(Contract, contract.next_id)
        assert (made.status, made.number, made.previous_id) == ("draft", None, contract.id)
        assert (made.starts_on, made.ends_on) == (date(2027, 1, 1), date(2027, 12, 31))
        assert (made.amount, made.tags, made.signed_on) == (contract.amount, ("vip",), None)
        plan = [(one.name, one.amount, one.due_on) for one in instalments_of(made.id, by)]
        assert plan == [
            ("Deposit", Decimal(600), None),
            ("Summer", Decimal(400), date(2027, 7, 31)),
        ]
        with pytest.raises(Refused):
            perform("contract", "renew", contract, by=by)
        told = select(Event.verb).where(Event.record_id == contract.id).order_by(Event.id)
        assert "renewed" in by.session.scalars(told).all()


@pytest.mark.parametrize(
    ("begins", "ends", "follows"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), (date(2027, 1, 1), date(2027, 12, 31))),
        (date(2024, 2, 29), date(2024, 3, 30), (date(2024, 3, 31), date(2024, 4, 30))),
        (date(2026, 1, 1), date(2026, 1, 10), (date(2026, 1, 11), date(2026, 1, 20))),
        (None, date(2026, 1, 10), (date(2026, 1, 11), None)),
        (date(2026, 1, 1), None, (date(2026, 5, 5), None)),
    ],
)
def test_a_contract_is_followed_by_one_as_long(
    begins: date | None, ends: date | None, follows: tuple[date, date | None]
) -> None:
    assert following(begins, ends, date(2026, 5, 5)) == follows


def test_a_contract_that_renews_by_itself_goes_on(
    acme: Workspace, alice: Person, clock: Any
) -> None:
    with acme.acting(alice) as by:
        contract_id = signed(by, ends_on=in_days(by, 9), renews="automatic", notice_days="").id
    clock.shift(timedelta(days=10))
    with acme.acting(alice) as by:
        tend(acme)
        contract = by.session.get_one(Contract, contract_id)
        following_one = by.session.get_one(Contract, contract.next_id)
        assert (contract.status, following_one.status) == ("ended", "active")
        assert following_one.starts_on == by.today()
        tend(acme)
        assert len(by.session.scalars(select(Contract.id)).all()) == 2
        assert by.session.scalars(select(Instalment.id)).all() == []
