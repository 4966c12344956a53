"""When a report is mailed next: days, weeks and months on somebody's own clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.mailings.when import Rhythm, next_moment

LONDON, SHANGHAI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai")
EIGHT = time(8, 0)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def weekday(day: date) -> bool:
    return day.weekday() < 5


def always(_day: date) -> bool:
    return True


@pytest.mark.parametrize(
    ("rhythm", "zone", "told"),
    [
        (Rhythm("daily", 0, 1, EIGHT, False), LONDON, "2026-11-24T08:00:00+00:00"),
        (Rhythm("daily", 0, 1, time(10), False), LONDON, "2026-11-23T10:00:00+00:00"),
        (Rhythm("weekly", 0, 1, EIGHT, False), LONDON, "2026-11-30T08:00:00+00:00"),
        (Rhythm("weekly", 6, 1, EIGHT, True), LONDON, "2026-11-30T08:00:00+00:00"),
        (Rhythm("monthly", 0, 31, EIGHT, False), LONDON, "2026-11-30T08:00:00+00:00"),
        (Rhythm("monthly", 0, 23, time(18), False), SHANGHAI, "2026-11-23T18:00:00+08:00"),
        (Rhythm("monthly", 0, 23, time(16), False), SHANGHAI, "2026-12-23T16:00:00+08:00"),
        (Rhythm("monthly", 0, 22, EIGHT, True), LONDON, "2026-12-22T08:00:00+00:00"),
        (Rhythm("monthly", 0, 22, time(10), True), LONDON, "2026-11-23T10:00:00+00:00"),
    ],
)
def test_the_next_time_is_the_first_after_now(rhythm: Rhythm, zone: ZoneInfo, told: str) -> None:
    assert next_moment(rhythm, zone, MONDAY, weekday).isoformat() == told


def test_a_firm_that_never_opens_gets_its_mails_anyway() -> None:
    rhythm = Rhythm("daily", 0, 1, EIGHT, True)
    found = next_moment(rhythm, LONDON, MONDAY, lambda _day: False)
    assert found.isoformat() == "2026-11-24T08:00:00+00:00"


@given(
    st.builds(
        Rhythm,
        st.sampled_from(("daily", "weekly", "monthly")),
        st.integers(0, 6),
        st.integers(1, 31),
        st.times().map(lambda one: one.replace(second=0, microsecond=0)),
        st.booleans(),
    ),
    st.sampled_from((LONDON, SHANGHAI, ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Apia"))),
    st.integers(0, 8 * 366 * 24 * 60).map(lambda one: MONDAY + timedelta(minutes=one)),
)
def test_each_time_lies_ahead_at_its_hour_on_its_day(
    rhythm: Rhythm, zone: ZoneInfo, now: datetime
) -> None:
    found = next_moment(rhythm, zone, now, weekday)
    assert found > now
    assert (found.hour, found.minute) == (rhythm.at.hour, rhythm.at.minute)
    assert not rhythm.business_days or weekday(found.date())
    assert (found - now).days <= 35
    following = next_moment(rhythm, zone, found, weekday)
    assert following > found
