"""Business time: what is due when, over breaks, holidays, 调休 and changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.kernel.language import using
from app.kernel.worktime import (
    FiscalYear,
    NeverOpen,
    Span,
    WorkCalendar,
    add_business_time,
    business_time_between,
    is_open,
    next_open,
    weekly,
)
from app.kernel.worktime.public import public_year, regions_of

SHANGHAI, LONDON, NEW_YORK = map(ZoneInfo, ("Asia/Shanghai", "Europe/London", "America/New_York"))
OFFICE = (Span(9 * 60, 12 * 60), Span(13 * 60, 18 * 60))
HOUR, WHOLE_DAY = timedelta(hours=1), (Span(0, 24 * 60),)
CHINA = WorkCalendar(weekly(OFFICE), SHANGHAI, "CN")
ALWAYS = {zone.key: WorkCalendar(weekly(WHOLE_DAY, range(7)), zone) for zone in (LONDON, NEW_YORK)}


def at(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def in_china(text: str) -> datetime:
    return at(SHANGHAI, text)


def later(calendar: WorkCalendar, text: str, hours: float) -> str:
    """When so many business hours have passed, on the calendar's own clock."""
    found = add_business_time(calendar, at(calendar.zone, text), timedelta(hours=hours))
    assert found.tzinfo is UTC
    return found.astimezone(calendar.zone).strftime("%Y-%m-%d %H:%M")


def test_lunch_and_nights_and_weekends_are_no_business_time() -> None:
    assert later(CHINA, "2026-11-20T11:00", 2) == "2026-11-20 14:00"
    assert later(CHINA, "2026-11-20T17:00", 2) == "2026-11-23 10:00"  # Over a weekend.
    assert later(CHINA, "2026-11-20T22:00", 1) == "2026-11-23 10:00"
    assert later(CHINA, "2026-11-20T16:00", 2) == "2026-11-20 18:00"  # Not Monday at nine.
    assert later(CHINA, "2026-11-23T10:00", -2) == "2026-11-20 17:00"
    assert not is_open(CHINA, in_china("2026-11-20T12:30"))
    assert is_open(CHINA, in_china("2026-11-20T13:00"))
    assert not is_open(CHINA, in_china("2026-11-20T18:00"))
    assert next_open(CHINA, in_china("2026-11-20T12:30")) == in_china("2026-11-20T13:00")
    assert next_open(CHINA, in_china("2026-11-20T13:30")) == in_china("2026-11-20T13:30")


def test_national_day_of_2026_with_its_worked_weekends() -> None:
    """国庆 is off from Thursday 1 October to Wednesday 7; Sunday 20 September and Saturday 10
    October are worked.
    """
    assert later(CHINA, "2026-09-30T17:00", 2) == "2026-10-08 10:00"
    assert later(CHINA, "2026-10-09T17:00", 2) == "2026-10-10 10:00"
    assert later(CHINA, "2026-10-10T17:00", 2) == "2026-10-12 10:00"
    assert is_open(CHINA, in_china("2026-09-20T10:00"))
    assert not is_open(CHINA, in_china("2026-09-19T10:00"))
    whole = business_time_between(CHINA, in_china("2026-10-01T00:00"), in_china("2026-10-12T00:00"))
    assert whole == 3 * 8 * HOUR  # Thursday 8, Friday 9, Saturday 10.


def test_spring_festival_of_2026_with_its_worked_weekends() -> None:
    """春节 is off from Sunday 15 to Monday 23 February; Saturdays 14 and 28 are worked."""
    assert later(CHINA, "2026-02-14T17:00", 2) == "2026-02-24 10:00"
    assert is_open(CHINA, in_china("2026-02-28T15:00"))
    assert not is_open(CHINA, in_china("2026-02-20T15:00"))
    assert public_year("CN", "", 2026, "zh-CN").off[date(2026, 2, 17)].startswith("春节")


def test_own_days_come_before_holidays_and_weeks() -> None:
    half = (Span(9 * 60, 12 * 60),)
    own = WorkCalendar(
        weekly(OFFICE),
        SHANGHAI,
        "CN",
        days={date(2026, 10, 10): (), date(2026, 10, 1): half, date(2026, 11, 23): ()},
    )
    assert not is_open(own, in_china("2026-10-10T10:00"))
    assert is_open(own, in_china("2026-10-01T10:00"))
    assert not is_open(own, in_china("2026-10-01T14:00"))
    assert later(own, "2026-11-20T17:00", 2) == "2026-11-24 10:00"


def test_regions_keep_their_own_holidays() -> None:
    day = date(2026, 11, 30)  # Saint Andrew's Day, in Scotland alone.
    scotland = WorkCalendar(weekly(OFFICE), LONDON, "GB", "SCT")
    england = WorkCalendar(weekly(OFFICE), LONDON, "GB", "ENG")
    assert (scotland.spans_of(day), england.spans_of(day)) == ((), OFFICE)
    assert regions_of("GB")["SCT"] == "Scotland"
    nowhere = WorkCalendar(weekly(OFFICE), LONDON, "XX", "YY")
    assert nowhere.spans_of(day) == OFFICE


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 25),
        (LONDON, "2026-03-29", 23),
        (LONDON, "2026-10-25", 25),
        (LONDON, "2026-10-26", 24),
    ],
)
def test_a_day_on_which_the_clock_changes_counts_its_real_hours(
    zone: ZoneInfo, day: str, hours: int
) -> None:
    start = at(zone, f"{day}T00:00")
    end = at(zone, f"{date.fromisoformat(day) + timedelta(days=1)}T00:00")
    always = ALWAYS[zone.key]
    assert business_time_between(always, start, end) == hours * HOUR
    assert add_business_time(always, start, hours * HOUR) == end


def test_opening_hours_keep_their_wall_clock_over_a_change() -> None:
    office = WorkCalendar(weekly(OFFICE), NEW_YORK, "US")
    assert later(office, "2026-03-06T17:00", 2) == "2026-03-09 10:00"
    gap = business_time_between(
        office, at(NEW_YORK, "2026-03-06T17:00"), at(NEW_YORK, "2026-03-09T10:00")
    )
    assert gap == 2 * HOUR
    night = WorkCalendar(weekly((Span(60, 4 * 60),), range(7)), NEW_YORK)
    assert later(night, "2026-03-08T01:00", 2) == "2026-03-08 04:00"  # Two hours that night.
    assert later(night, "2026-11-01T01:00", 4) == "2026-11-01 04:00"  # And four in autumn.
    skipped = WorkCalendar(weekly((Span(125, 150),), range(7)), NEW_YORK)
    assert skipped.openings(date(2026, 3, 8)) == ()
    twice = WorkCalendar(weekly((Span(0, 90), Span(90, 180)), range(7)), NEW_YORK)
    assert (
        business_time_between(
            twice, at(NEW_YORK, "2026-11-01T00:00"), at(NEW_YORK, "2026-11-02T00:00")
        )
        == 4 * HOUR
    )


def test_a_calendar_without_hours_says_so_at_once() -> None:
    never = WorkCalendar(weekly(()), LONDON)
    for count in (
        lambda: add_business_time(never, at(LONDON, "2026-01-01T00:00"), HOUR),
        lambda: add_business_time(never, at(LONDON, "2026-01-01T00:00"), -HOUR),
        lambda: next_open(never, at(LONDON, "2026-01-01T00:00")),
    ):
        with pytest.raises(NeverOpen):
            count()
    start = at(LONDON, "2026-01-01T00:00")
    assert business_time_between(never, start, start + 300 * HOUR) == timedelta(0)
    assert add_business_time(never, start, timedelta(0)) == start


def test_hours_that_are_none_are_refused() -> None:
    for wrong in ((9, 9), (10, 9), (-1, 5), (0, 1441)):
        with pytest.raises(ValueError, match="no part of a day"):
            Span(*wrong)
    with pytest.raises(ValueError, match="overlap"):
        WorkCalendar(weekly((Span(0, 60), Span(59, 70))), LONDON)
    with pytest.raises(ValueError, match="seven"):
        WorkCalendar((OFFICE,), LONDON)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Calendars of any hours, with breaks, of zones with and without a change of the clock."""

    def spans() -> tuple[Span, ...]:
        cuts = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
        return tuple(Span(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=False))

    week = tuple(spans() for _day in range(7))
    assume(any(week))
    days = {
        date(2026, 3, 1) + timedelta(days=draw(st.integers(0, 60))): spans()
        for _one in range(draw(st.integers(0, 4)))
    }
    zone = draw(st.sampled_from((SHANGHAI, LONDON, NEW_YORK)))
    return WorkCalendar(week, zone, draw(st.sampled_from(("", "CN", "US"))), days=days)


MOMENTS = st.integers(0, 90 * 24 * 3600).map(
    lambda seconds: datetime(2026, 2, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
DURATIONS = st.timedeltas(timedelta(0), timedelta(days=20))


@settings(deadline=None)
@given(calendars(), MOMENTS, DURATIONS)
def test_adding_and_measuring_undo_one_another(
    calendar: WorkCalendar, start: datetime, duration: timedelta
) -> None:
    end = add_business_time(calendar, start, duration)
    assert end >= start
    assert business_time_between(calendar, start, end) == duration
    back = add_business_time(calendar, end, -duration)
    assert business_time_between(calendar, back, end) == duration
    assert back >= start
    assert business_time_between(calendar, end, start) == -duration


@settings(deadline=None)
@given(calendars(), MOMENTS, DURATIONS, DURATIONS)
def test_adding_twice_is_adding_the_sum_and_more_is_later(
    calendar: WorkCalendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    step = add_business_time(calendar, start, one)
    assert add_business_time(calendar, step, other) == add_business_time(
        calendar, start, one + other
    )
    assert (step <= add_business_time(calendar, start, other)) == (
        one <= other or step == add_business_time(calendar, start, other)
    )


@settings(deadline=None)
@given(calendars(), MOMENTS, MOMENTS, MOMENTS)
def test_what_lies_between_adds_up_and_never_is_more_than_the_time(
    calendar: WorkCalendar, first: datetime, second: datetime, third: datetime
) -> None:
    first, second, third = sorted((first, second, third))
    whole = business_time_between(calendar, first, third)
    assert whole == business_time_between(calendar, first, second) + business_time_between(
        calendar, second, third
    )
    assert timedelta(0) <= whole <= third - first


@settings(deadline=None)
@given(calendars(), MOMENTS)
def test_where_it_opens_next_it_is_open_and_nothing_was_before(
    calendar: WorkCalendar, moment: datetime
) -> None:
    opens = next_open(calendar, moment)
    assert is_open(calendar, opens)
    assert business_time_between(calendar, moment, opens) == timedelta(0)
    assert (opens == moment) == is_open(calendar, moment)


def test_a_fiscal_year_that_begins_in_april_is_named_by_its_end_or_its_start() -> None:
    british, indian = FiscalYear(4), FiscalYear(4, named_by_start=True)
    day = date(2025, 5, 1)
    assert (british.label(day), indian.label(day)) == ("FY2026 Q1", "FY2025 Q1")
    assert british.label(date(2026, 3, 31)) == "FY2026 Q4"
    assert british.label(date(2026, 4, 1)) == "FY2027 Q1"
    assert (british.first_day(2026), british.last_day(2026)) == (
        date(2025, 4, 1),
        date(2026, 3, 31),
    )
    assert (british.first_day(2026, 4), british.last_day(2026, 3)) == (
        date(2026, 1, 1),
        date(2025, 12, 31),
    )
    with using("zh-CN"):
        assert FiscalYear().label(date(2026, 2, 1)) == "2026 财年第 1 季度"
        assert british.year_label(2026) == "2026 财年"


@settings(deadline=None)
@given(st.integers(1, 12), st.booleans(), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_every_day_lies_in_the_quarter_that_it_is_told_to_be_in(
    month: int, by_start: bool, day: date
) -> None:
    fiscal = FiscalYear(month, named_by_start=by_start)
    year, quarter = fiscal.year_of(day), fiscal.quarter_of(day)
    assert fiscal.first_day(year, quarter) <= day <= fiscal.last_day(year, quarter)
    assert fiscal.first_day(year) <= day <= fiscal.last_day(year)
    assert abs(year - day.year) <= 1


@pytest.mark.parametrize("month", [0, 13])
def test_there_is_no_thirteenth_month(month: int) -> None:
    with pytest.raises(ValueError, match="twelve"):
        FiscalYear(month)
