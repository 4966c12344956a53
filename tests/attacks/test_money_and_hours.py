"""Exchange rates and business time, asked for by programs what no person would."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from app.records.money.operations import add_rate
from app.records.money.rates import convert
from tests.attacks.program import Programs
from tests.cast import Person, Workspace


@pytest.fixture
def extremes(acme: Workspace, alice: Person) -> None:
    """The dearest and the cheapest currency that there can be."""
    with acme.acting(alice) as by:
        for code, rate in (("KWD", "99999999999"), ("IRR", "0.000000000001")):
            add_rate(by, {"currency": code, "rate_on": "1900-01-01", "rate": rate})


@pytest.mark.usefixtures("extremes")
@pytest.mark.parametrize(
    "amount",
    [
        "9" * 30,
        "-" + "9" * 29,
        "9" * 15 + "." + "9" * 14,
        "0",
        "1e999999",
        "1e-9999999",
        "NaN",
        "Infinity",
        "٣",
    ],
)
@pytest.mark.parametrize("pair", [("KWD", "IRR"), ("IRR", "KWD"), ("kwd", "KWD")])
def test_amounts_of_any_size_are_turned_or_refused_in_words(
    alice: Person, program: Programs, amount: str, pair: tuple[str, str]
) -> None:
    query = urlencode({"amount": amount, "from": pair[0], "to": pair[1]})
    answer = program(alice).get(f"conversions?{query}")
    assert answer.status_code in (200, 422), answer.text
    assert len(answer.text) < 1_000
    if answer.status_code == 200:
        assert Decimal(answer.json["amount"]).is_finite()


@pytest.mark.usefixtures("extremes")
@pytest.mark.parametrize("on", ["0001-01-01", "1899-12-31", "9999-12-31", "2026-02-30", "20261122"])
def test_rates_of_any_day_are_found_or_missed_in_words(
    alice: Person, program: Programs, on: str
) -> None:
    answer = program(alice).get(f"conversions?amount=1&from=KWD&to=IRR&on={on}")
    assert answer.status_code in (200, 422), answer.text
    answer = program(alice).get(f"exchange-rates?currency=KWD&cursor={on}")
    assert answer.status_code in (200, 400, 422), answer.text


@pytest.mark.usefixtures("extremes")
def test_what_a_record_can_hold_is_turned_by_any_rates(acme: Workspace, alice: Person) -> None:
    most = Decimal("9" * 15 + ".99")
    with acme.acting(alice) as by:
        day = date(2026, 11, 22)
        assert convert(by, most, "KWD", "IRR", day) > most
        assert convert(by, most, "IRR", "KWD", day) == 0


MOMENTS = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "2026-11-22T00:00:00Z",
    "2026-10-25T01:30:00+01:00",
    "nonsense",
)


@pytest.mark.parametrize("start", MOMENTS)
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"seconds": "999999999999999999"},
        {"seconds": "-999999999999999999"},
        {"seconds": "1e9"},
        {"seconds": "31536000"},
        {"seconds": "٣"},
        {"to": "9999-12-31T23:59:59Z"},
        {"to": "0001-01-01T00:00:00+14:00"},
        {"calendar_id": "nonsense"},
    ],
)
def test_business_time_of_any_moment_is_counted_or_refused_in_words(
    alice: Person, program: Programs, start: str, more: dict[str, str]
) -> None:
    query = urlencode({"from": start, **more})
    answer = program(alice).get(f"business-time?{query}")
    assert answer.status_code in (200, 400, 404, 422), answer.text
