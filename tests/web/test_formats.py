"""Dates and lists as the readers of each language write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.web.formats import Formats

TODAY = date(2026, 11, 22)
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
