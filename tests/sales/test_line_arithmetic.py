"""Lines come to what the rule says, to the cent, whatever stands on them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import permutations
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.currencies import digits_of
from app.sales.lines.arithmetic import Figures, percent_off, reckon

CURRENCIES = ("CNY", "USD", "JPY", "KWD")


def exact(places: int, most: int, *, least: int | None = None) -> st.SearchStrategy[Decimal]:
    return st.decimals(
        min_value=-most if least is None else least,
        max_value=most,
        places=places,
        allow_nan=False,
        allow_infinity=False,
    )


FIGURES = st.builds(
    Figures,
    quantity=exact(6, 10**11),
    unit_price=exact(4, 10**9, least=0),
    discount=exact(4, 100, least=0),
    tax_rate=st.sampled_from([Decimal(0), Decimal(13), Decimal(9), Decimal(6), Decimal("2.5")]),
    unit_cost=st.none() | exact(4, 10**9, least=0),
)
patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
LINES = st.lists(FIGURES, max_size=12)


def rounded(exact_amount: Fraction, currency: str) -> Decimal:
    """Halves away from zero, by whole numbers alone: nothing of what is tried is used."""
    scale = 10 ** digits_of(currency)
    sign = -1 if exact_amount < 0 else 1
    cents = int(abs(exact_amount) * scale + Fraction(1, 2))
    return Decimal(sign * cents).scaleb(-digits_of(currency))


@patient
@given(LINES, st.sampled_from(CURRENCIES))
def test_the_totals_are_the_sums_of_what_stands_on_the_paper(
    lines: list[Figures], currency: str
) -> None:
    found = reckon(lines, currency)
    assert len(found.lines) == len(lines)
    assert found.net == sum((one.net for one in found.lines), Decimal(0))
    assert found.tax == sum((one.tax for one in found.taxes), Decimal(0))
    assert found.total == found.net + found.tax
    assert found.gross - found.discount == found.net
    taxed = sum((one.net for one in found.taxes), Decimal(0))
    free = [its.net for one, its in zip(lines, found.lines, strict=True) if not one.tax_rate]
    assert taxed + sum(free, Decimal(0)) == found.net


@patient
@given(FIGURES, st.sampled_from(CURRENCIES))
def test_each_line_is_rounded_once_and_exactly(one: Figures, currency: str) -> None:
    found = reckon([one], currency)
    gross = Fraction(one.quantity) * Fraction(one.unit_price)
    net = gross * (100 - Fraction(one.discount)) / 100
    assert found.lines[0].gross == rounded(gross, currency)
    assert found.net == rounded(net, currency)
    tax = Fraction(found.net) * Fraction(one.tax_rate) / 100
    assert found.tax == (rounded(tax, currency) if one.tax_rate else 0)
    for amount in (found.net, found.tax, found.total):
        assert amount == amount.quantize(Decimal(1).scaleb(-digits_of(currency)), ROUND_HALF_UP)


@patient
@given(st.lists(FIGURES, min_size=2, max_size=4))
def test_the_order_of_lines_changes_no_total(lines: list[Figures]) -> None:
    totals = {
        (found.net, found.tax, found.total, found.cost, found.taxes)
        for some in permutations(lines)
        for found in (reckon(some, "EUR"),)
    }
    assert len(totals) == 1


@patient
@given(LINES)
def test_a_return_of_everything_leaves_nothing(lines: list[Figures]) -> None:
    back = [
        Figures(-one.quantity, one.unit_price, one.discount, Decimal(0), one.tax_rate)
        for one in lines
    ]
    assert reckon([*lines, *back], "CNY").total == 0


def test_tax_is_of_the_rate_and_not_of_the_line() -> None:
    cheap = Figures(Decimal(1), Decimal("0.04"), tax_rate=Decimal(13))
    assert reckon([cheap], "CNY").tax == Decimal("0.01")
    # Three lines of 0.0052 tax each would be 0.03; together they are 0.0156.
    assert reckon([cheap] * 3, "CNY").tax == Decimal("0.02")


def test_a_yen_has_no_cents_and_a_half_goes_away_from_zero() -> None:
    assert reckon([Figures(Decimal("2.5"), Decimal(1))], "JPY").net == 3
    assert reckon([Figures(Decimal("-2.5"), Decimal(1))], "JPY").net == -3
    assert reckon([Figures(Decimal(1), Decimal("1.0005"))], "KWD").net == Decimal("1.001")


def test_an_amount_is_taken_off_the_line_and_not_off_the_unit() -> None:
    line = Figures(Decimal(3), Decimal(10), discount_amount=Decimal(5), tax_rate=Decimal(10))
    found = reckon([line], "USD")
    assert (found.net, found.discount, found.tax, found.total) == (
        Decimal("25.00"),
        Decimal("5.00"),
        Decimal("2.50"),
        Decimal("27.50"),
    )


def test_the_margin_is_told_only_where_every_cost_is_known() -> None:
    known = Figures(Decimal(2), Decimal(10), unit_cost=Decimal("6.5"))
    assert reckon([known], "USD").margin == Decimal("7.00")
    assert reckon([known, Figures(Decimal(1), Decimal(1))], "USD").margin is None
    assert reckon([], "USD").margin is None
    assert reckon([], "USD").total == 0


@pytest.mark.parametrize(
    ("before", "after", "off"),
    [("100", "85", "15"), ("3", "2", "33.3333"), ("0", "0", "0"), ("100", "120", "0")],
)
def test_the_discount_of_a_paper_is_what_its_sums_say(before: str, after: str, off: str) -> None:
    assert percent_off(Decimal(before), Decimal(after)) == Decimal(off)


def test_two_hundred_lines_are_reckoned_at_once() -> None:
    lines = [
        Figures(
            Decimal(f"{number}.125"),
            Decimal(f"{number}.9999"),
            Decimal(number % 30),
            Decimal(0),
            Decimal((0, 6, 9, 13)[number % 4]),
            Decimal(1),
        )
        for number in range(200)
    ]
    reckon(lines, "CNY")
    best = min(_timed(lines) for _ in range(5))
    assert best < 0.025


def _timed(lines: list[Figures]) -> float:
    began = perf_counter()
    reckon(lines, "CNY")
    return perf_counter() - began
