"""Dates and lists as the readers of each language write them."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.kernel.day_order import halves_of_day
from app.kernel.language import using
from app.web.formats import Formats, _formats

TODAY = date(2026, 11, 22)
LONDON = ZoneInfo("Europe/London")
MOMENT = datetime(2026, 11, 24, 8, 31, tzinfo=UTC)


@pytest.fixture(params=["en", "zh-CN"])
def write(request):
    return Formats(request.param, ZoneInfo("Asia/Shanghai"))


def told(write, english, chinese):
    return chinese if write.is_chinese else english


def test_a_day_has_its_year_only_when_it_is_another_one(write):
    assert write.day(MOMENT.date(), TODAY) == told(write, "24 Nov", "11月24日")
    assert write.day(date(2025, 1, 2), TODAY) == told(write, "2 Jan 2025", "2025年1月2日")


def test_the_day_of_the_week_stands_where_the_language_puts_it(write):
    day = told(write, "Tuesday 24 Nov", "11月24日 星期二")
    assert write.weekday_and_day(MOMENT.date(), TODAY) == day
    clock = told(write, ", 16:31", " 下午4:31")
    assert write.weekday_and_moment(MOMENT, TODAY) == day + clock


def test_values_are_listed_with_the_comma_of_the_language(write):
    assert write.listed(["A", "B"]) == told(write, "A, B", "A、B")


def ago(write, now, moment):
    """How `write`, on Shanghai's clock, tells `moment` at `now`, both as that clock shows them."""
    here, there = (datetime.fromisoformat(one).replace(tzinfo=write.zone) for one in (now, moment))
    with using("zh-CN" if write.is_chinese else "en"):
        return write.relative(there.astimezone(UTC), here.astimezone(UTC))


@pytest.mark.parametrize(
    ("moment", "english", "chinese"),
    [
        ("2026-11-23 23:59", "yesterday", "昨天"),
        ("2026-11-23 00:00", "yesterday", "昨天"),
        ("2026-11-22 23:59", "2 days ago", "2天前"),
        ("2026-11-18 12:00", "6 days ago", "6天前"),
        ("2026-11-17 23:00", "1 week ago", "1周前"),
        ("2026-10-24 01:00", "1 month ago", "1个月前"),
        ("2025-11-23 23:00", "1 year ago", "1年前"),
        ("2026-11-24 00:00", "1 hour ago", "1小时前"),
        ("2026-11-24 01:29", "1 minute ago", "1分钟前"),
        ("2026-11-24 23:59", "in 22 hours", "22小时后"),
        ("2026-11-25 00:00", "tomorrow", "明天"),
        ("2026-11-26 23:59", "in 2 days", "2天后"),
    ],
)
def test_days_are_counted_by_the_calendar_of_the_reader(write, moment, english, chinese):
    assert ago(write, "2026-11-24 01:30", moment) == told(write, english, chinese)


def test_a_few_minutes_are_told_across_midnight(write):
    said = ago(write, "2026-11-24 00:10", "2026-11-23 23:50")
    assert said == told(write, "20 minutes ago", "20分钟前")
    said = ago(write, "2026-11-24 00:10", "2026-11-23 23:05")
    assert said == told(write, "yesterday", "昨天")


def test_the_day_is_that_of_the_zone_and_not_of_utc():
    moment, now = datetime(2026, 11, 23, 14, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)
    with using("en"):
        assert Formats("en", ZoneInfo("Asia/Shanghai")).relative(moment, now) == "yesterday"
        assert Formats("en", ZoneInfo("UTC")).relative(moment, now) == "3 hours ago"


@pytest.mark.parametrize(
    ("language", "country", "day", "with_year", "with_weekday"),
    [
        ("en", "US", "Nov 24", "Jan 2, 2025", "Tuesday, Nov 24"),
        ("en", "GB", "24 Nov", "2 Jan 2025", "Tuesday 24 Nov"),
        ("en", "CN", "24 Nov", "2 Jan 2025", "Tuesday 24 Nov"),
        ("en", "", "24 Nov", "2 Jan 2025", "Tuesday 24 Nov"),
        ("zh-CN", "US", "11月24日", "2025年1月2日", "11月24日 星期二"),
    ],
)
def test_english_dates_follow_the_country_of_the_firm(
    language, country, day, with_year, with_weekday
):
    write = _formats(language, "UTC", country)
    assert write.day(MOMENT.date(), TODAY) == day
    assert write.day(date(2025, 1, 2), TODAY) == with_year
    assert write.weekday_and_day(MOMENT.date(), TODAY) == with_weekday


def test_a_page_writes_dates_as_its_workspace_does(alice, charlie):
    """Acme is in Britain, Globex in the United States."""
    for person, pattern in (
        (alice, r"\d{1,2} [A-Z][a-z]{2} \d{4}, "),
        (charlie, r"[A-Z][a-z]{2} \d{1,2}, \d{4}, "),
    ):
        page = person.client.get("/settings/me").text
        assert re.search(rf"last used {pattern}", page), person.name


@pytest.mark.parametrize(
    ("country", "told"),
    [("US", ("4:05 PM", "12:00 AM")), ("AU", ("4:05 pm", "12:00 am")), ("GB", ("16:05", "00:00"))],
)
def test_english_reads_the_clock_of_its_country(country: str, told: tuple[str, str]) -> None:
    halves = halves_of_day("en", country)
    write = Formats("en", ZoneInfo("UTC"), halves=halves)
    assert (write.clock(time(16, 5)), write.clock(time(0, 0))) == told
    assert write.moment(datetime(2026, 3, 1, 12, 30, tzinfo=UTC), date(2026, 3, 1)).endswith(
        "12:30" + (f" {halves[1]}" if halves else "")
    )
    assert halves_of_day("zh-CN", country) is None


@pytest.mark.parametrize(
    ("amount", "currency", "english", "chinese"),
    [
        ("1200", "CNY", "CN¥1,200.00", "¥1,200.00"),
        ("0.125", "CNY", "CN¥0.12", "¥0.12"),  # A half goes to the even digit.
        ("2.5", "JPY", "¥2", "JP¥2"),
        ("-9.5", "IQD", "-IQD9.500", "-IQD9.500"),  # Of ISO 4217, not of usage.
    ],
)
def test_an_amount_has_the_digits_of_its_currency(
    amount: str, currency: str, english: str, chinese: str
) -> None:
    for language, written in (("en", english), ("zh-CN", chinese)):
        assert Formats(language, LONDON).money(Decimal(amount), currency) == written


@pytest.mark.parametrize(
    ("amount", "english", "chinese"),
    [
        ("999", "CN¥999", "¥999"),
        ("1214", "CN¥1.2K", "¥1,214"),
        ("-9999.4", "-CN¥10K", "-¥9,999"),
        ("9999.6", "CN¥10K", "¥1万"),
        ("1214000", "CN¥1.2M", "¥121.4万"),
        ("-1214000", "-CN¥1.2M", "-¥121.4万"),
        ("123456789", "CN¥123.5M", "¥1.2亿"),
    ],
)
def test_a_sum_with_little_room_is_told_in_wan_and_yi_or_in_k_and_m(
    amount: str, english: str, chinese: str
) -> None:
    for language, written in (("en", english), ("zh-CN", chinese)):
        assert Formats(language, LONDON).money_short(Decimal(amount), "CNY") == written
