"""Plans: whole in both languages and currencies, and refused with a place where they are wrong."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from tenants.plans import (
    Limit,
    PlanError,
    bounds_of,
    plan_of,
    plans,
    plans_for_sale,
    read_plans,
)

WHOLE = """
[[plans]]
key = "trial"
name = { en = "Trial", "zh-CN" = "试用" }
summary = { en = "Try it.", "zh-CN" = "试一试。" }
limits = { seats = 3 }

[[plans]]
key = "small"
name = { en = "Small", "zh-CN" = "小" }
summary = { en = "For few.", "zh-CN" = "人少用。" }
limits = { seats = 3 }
prices = { CNY = { month = "10.00", year = "100.00" }, USD = { month = "2.00", year = "20.00" } }
"""


def test_a_firm_begins_with_a_trial_and_can_rent_three_plans() -> None:
    assert [plan.key for plan in plans()] == ["trial", "starter", "business", "enterprise"]
    assert [plan.key for plan in plans_for_sale()] == ["starter", "business", "enterprise"]
    assert plan_of("trial").trial_days == 14


def test_a_larger_plan_costs_more_and_gives_no_less() -> None:
    sold = plans_for_sale()
    for small, large in pairwise(sold):
        assert set(small.modules) <= set(large.modules)
        for currency in ("CNY", "USD"):
            assert small.price(currency, "month") < large.price(currency, "month")
            assert small.price(currency, "year") < large.price(currency, "year")
        for limit in Limit:
            most = large.limits.get(limit)
            assert most is None or most >= small.limits[limit]


def test_a_year_is_cheaper_than_twelve_months() -> None:
    for plan in plans_for_sale():
        for currency in ("CNY", "USD"):
            assert plan.price(currency, "year") < 12 * plan.price(currency, "month")


def test_prices_are_exact() -> None:
    small = read_plans(WHOLE)[1]
    assert small.price("CNY", "month") == Decimal("10.00")
    with pytest.raises(PlanError, match="no price in EUR"):
        small.price("EUR", "month")


def test_a_plan_that_is_offered_no_longer_bounds_nothing() -> None:
    assert bounds_of("of-yesteryear") == {}
    assert bounds_of("starter")["seats"] == 15
    with pytest.raises(PlanError, match="there are trial, starter, business, enterprise"):
        plan_of("of-yesteryear")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('key = "small"', 'key = "trial"', "two plans have one key"),
        ('key = "trial"', 'key = "other"', "no plan with the key 'trial'"),
        ("seats = 3", "seats = 0", r"plans\.0\.limits\.seats"),
        ("seats = 3", 'seats = "3"', r"plans\.0\.limits\.seats"),
        ("seats = 3", "chairs = 3", r"plans\.0\.limits\.chairs"),
        ('month = "10.00"', 'month = "10.001"', r"plans\.1\.prices\.CNY\.month"),
        ('month = "10.00"', 'month = "-1"', r"plans\.1\.prices\.CNY\.month"),
        ('year = "100.00"', 'year = "121.00"', "a year costs more than twelve months"),
        (', USD = { month = "2.00", year = "20.00" }', "", "CNY and in USD"),
        ('"zh-CN" = "小"', '"zh-TW" = "小"', "in en and in zh-CN"),
        ('key = "small"', 'key = "small"\nsize = 3', r"plans\.1\.size"),
        ("[[plans]]", "[[plans]", "plans.toml"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(before: str, after: str, says: str) -> None:
    assert before in WHOLE
    with pytest.raises(PlanError, match=says):
        read_plans(WHOLE.replace(before, after))
