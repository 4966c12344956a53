"""The demo's rates: a shop's year of 2010 and 2011 can be told in yuan."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.demo.rates import load_rates
from app.records.money.rates import MissingRate, convert, rate_of
from tests.cast import Workspace


def test_each_day_of_the_shop_s_year_has_a_rate_of_each_currency(acme: Workspace) -> None:
    with acme.acting() as by:
        load_rates(by, "beifeng")
        day = date(2010, 12, 1)
        while day <= date(2011, 12, 31):
            assert 6 < rate_of(by, "USD", day) < rate_of(by, "EUR", day)
            day += timedelta(days=1)
        assert convert(by, Decimal(100), "USD", "EUR", date(2010, 12, 9)) == Decimal("76.83")
        with pytest.raises(MissingRate):
            rate_of(by, "USD", date(2010, 11, 30))
