"""Payment plans: parted to the cent, due on days or after milestones."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.currencies import digits_of
from app.kernel.errors import NotPermitted, Refused
from app.records.door import perform
from app.sales.plan.kept import instalments_of, wish_of
from app.sales.plan.split import Portion, equal_shares, one_cent, part
from tests.cast import Person, Workspace
from tests.sales.test_contracts import THIRDS, in_days, make_contract, signed

CURRENCIES = st.sampled_from(("GBP", "EUR", "CNY", "JPY", "KWD"))
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WEIGHTS = st.lists(st.integers(1, 1000), min_size=1, max_size=24)


def as_shares(weights: list[int]) -> list[Decimal]:
    """A hundred percent in these proportions, with four digits as they are typed."""
    whole = sum(weights)
    shares = [(Decimal(100) * one / whole).quantize(Decimal("0.0001")) for one in weights[:-1]]
    return [*shares, 100 - sum(shares, Decimal(0))]


@unhurried
@given(cents=st.integers(100_000, 10**12), weights=WEIGHTS, currency=CURRENCIES)
def test_the_parts_of_any_amount_are_the_whole_to_the_cent(
    cents: int, weights: list[int], currency: str
) -> None:
    total = cents * one_cent(currency)
    shares = as_shares(weights)
    found = part(total, [Portion(share=one) for one in shares], currency)
    assert found.is_whole
    assert sum(found.amounts) == total
    for share, amount in zip(shares[:-1], found.amounts, strict=False):
        assert abs(amount - total * share / 100) <= one_cent(currency) / 2
        assert amount == round(amount, digits_of(currency))


@unhurried
@given(cents=st.integers(1, 10_000), weights=WEIGHTS, currency=CURRENCIES)
def test_however_little_it_is_the_parts_are_the_whole_or_something_stands_against_them(
    cents: int, weights: list[int], currency: str
) -> None:
    total = cents * one_cent(currency)
    found = part(total, [Portion(share=one) for one in as_shares(weights)], currency)
    assert sum(found.amounts) == total
    assert found.is_whole == all(one > 0 for one in found.amounts)


@unhurried
@given(cents=st.integers(10_000, 10**9), count=st.integers(1, 60), currency=CURRENCIES)
def test_equal_parts_differ_by_what_the_last_takes_alone(
    cents: int, count: int, currency: str
) -> None:
    total = cents * one_cent(currency)
    found = part(total, [Portion(share=one) for one in equal_shares(count)], currency)
    assert sum(found.amounts) == total
    assert len(set(found.amounts[:-1])) <= 1


def test_a_third_three_times_gives_the_last_the_cent() -> None:
    third = Portion(share=Decimal("33.3333"))
    assert part(Decimal(100), [third] * 3, "GBP").amounts == [
        Decimal("33.33"),
        Decimal("33.33"),
        Decimal("33.34"),
    ]


@pytest.mark.parametrize(
    ("plan", "amounts"),
    [
        ([{"share": "30"}, {"amount": "500"}, {}], ["300.00", "500", "200.00"]),
        ([{"amount": "250.50"}, {"amount": "749.50"}], ["250.50", "749.50"]),
        ([{"amount": "30 %"}, {"amount": "70％"}], ["300.00", "700.00"]),
        ([{"amount": "1,000.00 GBP"}], ["1000"]),
        ([{"amount": {"amount": "1000", "currency": "GBP"}}], ["1000"]),
    ],
)
def test_shares_and_amounts_are_mixed_and_the_last_takes_what_is_left(
    acme: Workspace, alice: Person, plan: list[dict[str, Any]], amounts: list[str]
) -> None:
    with acme.acting(alice) as by:
        contract = make_contract(
            by, *({"name": "Part", "due_by": "signature", **one} for one in plan)
        )
        found = [one.amount for one in instalments_of(contract.id, by)]
        assert found == [Decimal(one) for one in amounts]
        assert sum(found) == contract.amount
        assert (contract.instalment_count, contract.progress) == (len(plan), f"0/{len(plan)}")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ([{"share": "30"}, {"share": "60"}], "instalments"),
        ([{"amount": "400"}, {"amount": "700"}], "instalments"),
        ([{}, {"share": "60"}], "instalments.0.amount"),
        ([{"amount": "1000"}, {}], "instalments.1.amount"),
        ([{"share": "101"}], "instalments.0.share"),
        ([{"share": "x"}], "instalments.0.share"),
        ([{"amount": "10.005"}, {}], "instalments.0.amount"),
        ([{"amount": "1000 EUR"}], "instalments.0.amount"),
        ([{"share": "100", "due_by": "date"}], "instalments.0.due_on"),
        ([{"share": "100", "due_by": "date", "due_on": "31.1."}], "instalments.0.due_on"),
        ([{"share": "100", "due_by": "other"}], "instalments.0.milestone"),
        ([{"share": "100", "due_by": "moon"}], "instalments.0.due_by"),
        ([{"share": "100", "days": "-1"}], "instalments.0.days"),
        ([{"share": "100", "id": "x"}], "instalments.0.id"),
        ([{"share": "100", "colour": "red"}], "instalments.0"),
        ("all of it", "instalments"),
        ([{"share": "0.5"}] * 121, "instalments"),
    ],
)
def test_what_is_wrong_with_a_plan_is_told_by_its_place(
    acme: Workspace, alice: Person, wrong: Any, told: str
) -> None:
    rows = (
        [{"name": "Part", "due_by": "signature", **one} for one in wrong]
        if isinstance(wrong, list)
        else wrong
    )
    with acme.acting(alice) as by:
        contract = make_contract(by)
        with pytest.raises(Refused) as refused:
            perform("contract", "set_instalments", contract, by=by, instalments=rows)
        assert set(refused.value.errors) == {told}


def test_a_plan_needs_an_amount_and_follows_another_one(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        contract = make_contract(by, amount=None)
        with pytest.raises(Refused) as refused:
            perform("contract", "set_instalments", contract, by=by, instalments=[THIRDS[0]])
        assert set(refused.value.errors) == {"instalments"}
        perform(
            "contract", "set_instalments", contract, by=by, instalments=list(THIRDS), amount="100"
        )
        assert contract.amount == 100
        perform("contract", "update", contract, by=by, amount="333.33")
        found = [one.amount for one in instalments_of(contract.id, by)]
        assert found == [Decimal("100.00"), Decimal("200.00"), Decimal("33.33")]
        fixed = [{**wish_of(one, "GBP"), "share": None} for one in instalments_of(contract.id, by)]
        perform("contract", "set_instalments", contract, by=by, instalments=fixed)
        with pytest.raises(Refused) as refused:
            perform("contract", "update", contract, by=by, amount="400")
        assert set(refused.value.errors) == {"amount"}


def test_an_instalment_stays_itself_while_the_plan_changes(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        first, second, third = instalments_of(contract.id, by)
        perform("contract", "reach", contract, by=by, instalment=str(third.id))
        kept = [wish_of(third, "GBP"), {**wish_of(first, "GBP"), "name": "Ahead"}]
        kept[0] |= {"share": "60", "amount": None}
        kept[1] |= {"share": "40", "amount": None}
        perform("contract", "set_instalments", contract, by=by, instalments=kept)
        found = [(one.id, one.name, one.due_on) for one in instalments_of(contract.id, by)]
        assert found == [
            (third.id, "Warranty", by.today()),
            (first.id, "Ahead", by.today()),
        ]
        gone = {**wish_of(first, "GBP"), "id": str(second.id), "share": "100", "amount": None}
        with pytest.raises(Refused) as refused:
            perform("contract", "set_instalments", contract, by=by, instalments=[gone])
        assert set(refused.value.errors) == {"instalments.0.id"}
        twice = [{**kept[0], "share": "50"}, {**kept[0], "share": "50"}]
        with pytest.raises(Refused) as refused:
            perform("contract", "set_instalments", contract, by=by, instalments=twice)
        assert set(refused.value.errors) == {"instalments.1.id"}


def test_milestones_make_instalments_due_so_many_days_later(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        own = {"share": "50", "due_by": "other", "milestone": "Roof closed", "days": "10"}
        contract = make_contract(by, {"name": "Roof", **own}, {"name": "Roof, rest", **own})
        roof, rest = instalments_of(contract.id, by)
        with pytest.raises(Refused):
            perform("contract", "reach", contract, by=by, instalment=str(roof.id))
        perform("contract", "sign", contract, by=by)
        assert contract.next_due_on is None
        for on, told in ((in_days(by, 1), "on"), ("soon", "on")):
            with pytest.raises(Refused) as refused:
                perform("contract", "reach", contract, by=by, instalment=str(roof.id), on=on)
            assert set(refused.value.errors) == {told}
        yesterday = in_days(by, -1)
        perform("contract", "reach", contract, by=by, instalment=str(roof.id), on=yesterday)
        assert rest.due_on == roof.due_on == by.today() + timedelta(days=9)
        assert contract.next_due_on == roof.due_on
        for wrong in ("x", str(contract.id)):
            with pytest.raises(Refused):
                perform("contract", "reach", contract, by=by, instalment=wrong)


def test_what_is_due_on_a_day_waits_for_no_milestone(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        on_day = {"name": "All", "share": "100", "due_by": "date", "due_on": "2030-01-31"}
        contract = signed(by, on_day)
        (only,) = instalments_of(contract.id, by)
        with pytest.raises(Refused):
            perform("contract", "reach", contract, by=by, instalment=str(only.id))


def test_the_amount_of_what_was_signed_is_not_changed_by_its_plan(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        plan = [{"name": "All", "due_by": "signature"}]
        with pytest.raises(Refused) as refused:
            perform("contract", "set_instalments", contract, by=by, instalments=plan, amount="5000")
        assert set(refused.value.errors) == {"amount"}
        contract_id = contract.id
    with acme.acting(dora) as by:
        contract = by.session.get_one(type(contract), contract_id)
        with pytest.raises(NotPermitted):
            perform("contract", "set_instalments", contract, by=by, instalments=plan)
