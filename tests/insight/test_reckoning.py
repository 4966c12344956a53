"""What a reckoning finds of customers: classes, rhythm, values, and what it makes of odd ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.insight.operations.classes import CLASSES, CLASSES_OF_FEW, segment_of
from app.insight.operations.runs import begin_run
from app.kernel.errors import Conflict, Refused
from app.modules import install_record_types
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.insight.histories import (
    AS_OF,
    all_of,
    bought,
    crowd,
    found,
    gave_back,
    reckoned,
    regular,
)

install_record_types()


def test_two_orders_on_one_day_are_one_purchase_and_a_return_is_none(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        bought(by, fence, AS_OF - timedelta(days=40), 300)
        bought(by, fence, AS_OF - timedelta(days=40), 200)
        sale = bought(by, fence, AS_OF - timedelta(days=10), 100)
        gave_back(by, sale, AS_OF - timedelta(days=5), 30)
        run = reckoned(by)
        one = found(by, run, fence)
        assert (one.frequency, one.returns, one.recency_days) == (2, 1, 10)
        assert (one.spent, one.spent_90) == (Decimal(570), Decimal(570))
        assert (one.first_on, one.interval_median) == (AS_OF - timedelta(days=40), 30)
        assert (run.customers, run.purchases, run.returns) == (1, 2, 1)


def test_an_order_that_was_given_back_as_a_whole_counts_for_nothing(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        bought(by, fence, AS_OF - timedelta(days=100), 50)
        sale = bought(by, fence, AS_OF - timedelta(days=10), 900)
        gave_back(by, sale, AS_OF - timedelta(days=9), 900)
        one = found(by, reckoned(by), fence)
        assert (one.frequency, one.recency_days, one.spent) == (1, 100, Decimal(50))


def test_days_are_those_of_the_firm(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        late = datetime(2025, 6, 30, 23, 30, tzinfo=by.zone)
        bought(by, fence, AS_OF, at=late)
        bought(by, make_account(by, name="Later"), AS_OF, at=late + timedelta(hours=1))
        run = reckoned(by)
        assert found(by, run, fence).last_on == AS_OF
        assert run.customers == 1  # The other ordered on the first of July.
        assert late.astimezone(UTC).date() in (AS_OF, AS_OF + timedelta(days=1))


def test_equal_values_get_equal_classes_whatever_the_order_of_rows(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by, 40)
        run = reckoned(by)
        rows = all_of(by, run)
        for key, value in (("r", "recency_days"), ("f", "frequency"), ("m", "spent")):
            classes: dict[object, set[int]] = {}
            for row in rows:
                classes.setdefault(getattr(row, value), set()).add(getattr(row, key))
            assert all(len(one) == 1 for one in classes.values()), key
            ordered = sorted(classes.items(), key=lambda one: one[0], reverse=key == "r")  # type: ignore[arg-type,return-value]
            numbers = [next(iter(one)) for _value, one in ordered]
            assert numbers == sorted(numbers), f"{key}: more is better"
        assert {row.r for row in rows} == set(range(1, CLASSES + 1))
        again = reckoned(by)
        assert [(one.r, one.f, one.m, one.current) for one in all_of(by, again)] == [
            (one.r, one.f, one.m, one.current) for one in rows
        ]


def test_who_bought_once_is_new_however_many_others_did_and_who_came_back_is_not(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        once = [make_account(by, name=f"Once {number}") for number in range(20)]
        for one in once:
            bought(by, one, AS_OF - timedelta(days=1))
        back = [regular(by, f"Back {n}", AS_OF - timedelta(days=90), times=2) for n in range(11)]
        run = reckoned(by)
        assert {found(by, run, one).segment for one in once} == {"new"}
        assert min(found(by, run, one).f or 0 for one in back) > 1


def test_few_customers_are_told_apart_by_three_classes(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        crowd(by, 24)
        run = reckoned(by)
        assert run.facts["classes"] == CLASSES_OF_FEW
        assert {one.r for one in all_of(by, run)} == {1, 2, 3}


def test_every_cell_has_a_segment() -> None:
    for classes in (CLASSES, CLASSES_OF_FEW):
        numbers = range(1, classes + 1)
        assert all(segment_of(r, f, classes) for r in numbers for f in numbers)
    assert (segment_of(5, 5), segment_of(1, 5), segment_of(5, 1)) == (
        "champions",
        "cannot_lose",
        "new",
    )


@pytest.mark.parametrize(("amount", "left"), [("900", 0), ("899.99", 0), ("899", 2)])
def test_what_was_given_back_as_a_whole_is_judged_in_its_own_currency(
    acme: Workspace, alice: Person, amount: str, left: int
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        sale = bought(by, fence, AS_OF - timedelta(days=10), 900)
        back = gave_back(by, sale, AS_OF - timedelta(days=9), amount)
        sale.currency = back.currency = "USD"
        sale.rate, back.rate = Decimal("0.82"), Decimal("0.79")
        by.session.flush()
        run = reckoned(by)
        assert run.purchases + run.returns == left


@pytest.mark.parametrize("days", [0, 30])
def test_a_customer_with_only_returns_is_none_and_breaks_nothing(
    acme: Workspace, alice: Person, days: int
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        sale = bought(by, fence, AS_OF - timedelta(days=days + 1), 80)
        gave_back(by, sale, AS_OF - timedelta(days=days), 80)
        sale.status = "delivered"  # Not completed, so it is no purchase yet.
        by.session.flush()
        run = reckoned(by)
        one = found(by, run, fence)
        assert (run.customers, one.frequency, one.spent) == (0, 0, Decimal(-80))
        assert (one.r, one.quadrant, one.standing, one.risk) == (None, None, None, None)


def test_customers_who_are_all_equal_stand_in_the_middle(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for number in range(31):
            regular(by, f"Equal {number}", AS_OF - timedelta(days=3), times=4)
        rows = all_of(by, reckoned(by))
        assert {(one.r, one.f, one.m) for one in rows} == {(3, 3, 3)}
        assert len({one.quadrant for one in rows}) == 1
        assert not_a_number(rows) == []


def test_one_customer_alone_is_reckoned(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        bought(by, fence, AS_OF)
        run = reckoned(by)
        one = found(by, run, fence)
        assert (run.customers, one.r, one.recency_days) == (1, 2, 0)
        assert (one.usual_interval, one.risk) == (None, None)
        assert not_a_number([one]) == []


def test_what_is_ordered_ahead_does_not_count_yet(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        bought(by, fence, AS_OF - timedelta(days=20))
        bought(by, fence, AS_OF + timedelta(days=1), 5000)
        one = found(by, reckoned(by), fence)
        assert (one.frequency, one.spent, one.recency_days) == (1, Decimal(100), 20)


def test_as_of_a_day_before_the_first_order_there_is_nothing_and_no_error(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by, 3)
        run = reckoned(by, date(2020, 1, 1))
        assert (run.state, run.customers, run.first_on) == ("done", 0, None)
        assert all_of(by, run) == []


def test_a_day_that_lies_ahead_is_refused(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        begin_run(by, by.today() + timedelta(days=2))
    assert "as_of" in refused.value.errors


def test_a_second_run_waits_until_the_first_is_done(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        begin_run(by, AS_OF)
        with pytest.raises(Conflict):
            begin_run(by, AS_OF)


def not_a_number(rows: Sequence[object]) -> list[object]:
    """Values that are none."""
    values = [value for row in rows for value in vars(row).values()]
    return [
        one
        for one in values
        if (isinstance(one, float) and not math.isfinite(one))
        or (isinstance(one, Decimal) and not one.is_finite())
    ]
