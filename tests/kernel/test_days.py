"""Moments that mean a day: its end on the firm's clock, the same date for everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.kernel.days import end_of, on_clock, whole_day

LONDON, SHANGHAI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai")
NEW_YORK, AUCKLAND = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland")
DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/London", DAY),
        ("Europe/London", date(2026, 3, 29)),  # An hour short.
        ("Europe/London", date(2026, 10, 25)),  # An hour long.
        ("America/Santiago", date(2026, 9, 5)),  # The next day begins at one.
        ("America/Santiago", date(2026, 4, 4)),  # Its last hour comes twice.
        ("Asia/Beirut", date(2026, 10, 24)),  # The same.
        ("Asia/Kathmandu", date(2026, 12, 31)),
    ],
)
def test_a_day_is_its_last_moment_and_is_read_from_it(zone: str, day: date) -> None:
    firm = ZoneInfo(zone)
    moment = end_of(day, firm)
    assert whole_day(moment, firm) == day
    after = (moment + timedelta(microseconds=1)).astimezone(firm)
    assert after.date() == day + timedelta(days=1)


def test_no_other_moment_is_taken_for_a_day() -> None:
    end = end_of(DAY, LONDON)
    for moment in (
        end - timedelta(microseconds=1),
        end - timedelta(hours=1),
        end + timedelta(minutes=1),
        datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC),
    ):
        assert whole_day(moment, LONDON) is None
    assert whole_day(end, SHANGHAI) is None


@pytest.mark.parametrize("reader", [LONDON, SHANGHAI, NEW_YORK, AUCKLAND])
def test_it_ends_for_each_reader_as_their_own_day_does(reader: ZoneInfo) -> None:
    here = on_clock(end_of(DAY, SHANGHAI), SHANGHAI, reader)
    assert here == end_of(DAY, reader)
    assert here.astimezone(reader).date() == DAY


def test_a_moment_stays_what_it_is() -> None:
    moment = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert on_clock(moment, SHANGHAI, AUCKLAND) == moment
