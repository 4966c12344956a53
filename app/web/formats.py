"""Dates, times and numbers as the reader writes them; made once per language and zone, then kept.

Babel's formatters look their locale up at every call, which a list would pay for each cell, so
its words are fetched when a `Formats` is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_timedelta, get_day_names, get_month_names
from babel.lists import format_list
from babel.numbers import NumberPattern, format_compact_currency, parse_pattern

from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.day_order import halves_of_day, month_comes_first
from app.kernel.days import LAST, on_clock, whole_day
from app.kernel.language import LOCALES, current, gettext

MINUTE, HOUR, DAY, WEEK, MONTH, YEAR = 60, 3_600, 86_400, 604_800, 2_629_800, 31_557_600
Unit = Literal["year", "month", "week", "day", "hour", "minute"]
UNITS: tuple[tuple[Unit, int], ...] = (
    ("year", YEAR),
    ("month", MONTH),
    ("week", WEEK),
    ("day", DAY),
    ("hour", HOUR),
    ("minute", MINUTE),
)
NOON = 12
THOUSAND, TEN_THOUSAND = 1_000, 10_000
# The parts of a day as Chinese speakers name them, each with the hour at which it ends.
PARTS_OF_DAY = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))


class Formats:
    """How one language writes moments of one zone; the same object serves every request.

    A moment that means a whole day of the firm (`kernel/days.py`) is written as its date.
    """

    def __init__(
        self,
        language: str,
        zone: ZoneInfo,
        *,
        month_first: bool = False,
        halves: tuple[str, str] | None = None,
        firm: ZoneInfo | None = None,
    ) -> None:
        self.language = language
        self.zone = zone
        self.firm = firm or zone
        self.is_chinese = language.startswith("zh")
        self.is_month_first = month_first
        self._halves = halves  # AM and PM, where the reader's clock has twelve hours.
        self._locale = Locale.parse(LOCALES[language])
        self._months = get_month_names("abbreviated", locale=self._locale)
        self._whole_months = get_month_names("wide", "stand-alone", locale=self._locale)
        self._weekdays = get_day_names("wide", locale=self._locale)
        self._short_weekdays = get_day_names("abbreviated", locale=self._locale)
        self._spans: dict[tuple[Unit, int, bool], str] = {}
        self._money: dict[int, NumberPattern] = {}  # By digits.
        self._whole_money = self._money_pattern(0)

    def local(self, moment: datetime) -> datetime:
        """The moment on the reader's clock; a whole day ends there when it ends for them."""
        return self.stands(moment).astimezone(self.zone)

    def stands(self, moment: datetime) -> datetime:
        """The moment as it is compared with now and the reader's days: a day ends as theirs do."""
        return on_clock(moment, self.firm, self.zone) if moment.microsecond == LAST else moment

    def whole_day(self, moment: datetime) -> date | None:
        """The day that a moment means, None for one that means a moment."""
        return whole_day(moment, self.firm) if moment.microsecond == LAST else None

    def day(self, value: date, today: date) -> str:
        """24 Nov, Nov 24, 11月24日; with the year when it is not this one."""
        if self.is_chinese:
            text = f"{value.month}月{value.day}日"
            return text if value.year == today.year else f"{value.year}年{text}"
        if self.is_month_first:
            text = f"{self._months[value.month]} {value.day}"
            return text if value.year == today.year else f"{text}, {value.year}"
        text = f"{value.day} {self._months[value.month]}"
        return text if value.year == today.year else f"{text} {value.year}"

    def weekday(self, value: date) -> str:
        """Tuesday, 星期二."""
        return str(self._weekdays[value.weekday()])

    def weekday_and_day(self, value: date, today: date) -> str:
        """Tuesday 24 Nov; Tuesday, Nov 24; 11月24日 星期二."""
        parts = (self.weekday(value), self.day(value, today))
        if self.is_month_first:
            return ", ".join(parts)
        return " ".join(reversed(parts) if self.is_chinese else parts)

    def weekday_and_moment(self, moment: datetime, today: date) -> str:
        """Tuesday 24 Nov, 16:31; 11月24日 星期二 下午4:31; without the hour for a whole day."""
        here = self.local(moment)
        if self.whole_day(moment):
            return self.weekday_and_day(here.date(), today)
        between = " " if self.is_chinese else ", "
        return f"{self.weekday_and_day(here.date(), today)}{between}{self._clock(here)}"

    def time(self, moment: datetime) -> str:
        """16:31, 4:31 PM, 下午4:31; All day, 全天."""
        return gettext("All day") if self.whole_day(moment) else self._clock(self.local(moment))

    def moment(self, moment: datetime, today: date) -> str:
        """24 Nov, 16:31; 11月24日 下午4:31; without the hour for a whole day."""
        here = self.local(moment)
        if moment.microsecond == LAST and self.whole_day(moment):
            return self.day(here.date(), today)
        between = " " if self.is_chinese else ", "
        return f"{self.day(here.date(), today)}{between}{self._clock(here)}"

    def exact(self, moment: datetime) -> str:
        """The whole moment, for a title: 24 Nov 2026, 16:31."""
        return self.moment(moment, date.min)

    def relative(self, moment: datetime, now: datetime) -> str:
        """2 weeks ago, 2周前, yesterday, in 3 days; the greatest unit that is full.

        Days are those of the reader's calendar: yesterday ends at midnight, whatever the hour is.
        Within an hour minutes are told, across midnight too.
        """
        if moment.microsecond == LAST and (day := self.whole_day(moment)):
            ahead = (day - self.local(now).date()).days
            return self._days(abs(ahead), is_past=ahead < 0) if ahead else gettext("today")
        seconds = int((now - moment).total_seconds())
        is_past, seconds = seconds >= 0, abs(seconds)
        days = abs((self.local(now).date() - self.local(moment).date()).days)
        if days and seconds >= HOUR:
            return self._days(days, is_past)
        for unit, length in UNITS:
            if seconds >= length:
                return self._span(unit, seconds // length, is_past)
        return gettext("just now") if is_past else gettext("in a moment")

    def _days(self, days: int, is_past: bool) -> str:
        """The words for a number of midnights between a moment and now."""
        if days == 1:
            return gettext("yesterday") if is_past else gettext("tomorrow")
        unit, length = next((one for one in UNITS if days * DAY >= one[1]), ("day", DAY))
        return self._span(unit, days * DAY // length, is_past)

    def clock(self, value: time_of_day) -> str:
        """16:31, 下午4:31, of a time of no day."""
        return self._clock(value)

    def number(self, value: float | Decimal) -> str:
        """12,846; of a number with decimals no zeros behind its last digit."""
        return f"{value.normalize():,f}" if isinstance(value, Decimal) else f"{value:,}"

    def money(self, amount: Decimal, currency: str) -> str:
        """£1,200.00, ¥1,200.00, with the digits of ISO 4217, halves rounded to even."""
        key = digits_of(currency)
        if key not in self._money:
            self._money[key] = self._money_pattern(key)
        return str(
            self._money[key].apply(amount, self._locale, currency=currency, currency_digits=False)
        )

    def _money_pattern(self, digits: int) -> NumberPattern:
        pattern = parse_pattern(self._locale.currency_formats["standard"].pattern)
        pattern.frac_prec = (digits, digits)
        return pattern

    def money_short(self, amount: Decimal, currency: str) -> str:
        """£1.2K, ¥121.4万, -£1.2K, ¥1,214: for where a sum has little room."""
        least = TEN_THOUSAND if self.is_chinese else THOUSAND  # What a word is written for.
        whole = Decimal(round(amount))
        if abs(whole) < least:
            return str(
                self._whole_money.apply(
                    whole, self._locale, currency=currency, currency_digits=False
                )
            )
        enough = amount if abs(amount) >= least else whole
        return format_compact_currency(enough, currency, locale=self._locale, fraction_digits=1)

    def month(self, value: date) -> str:
        """November 2026, 2026年11月."""
        if self.is_chinese:
            return f"{value.year}年{value.month}月"
        return f"{self._whole_months[value.month]} {value.year}"

    def month_name(self, month: int) -> str:
        """November, 11月, of a month of no year."""
        return f"{month}月" if self.is_chinese else str(self._whole_months[month])

    def month_short(self, month: int) -> str:
        """Nov, 11月, of a month of no year."""
        return f"{month}月" if self.is_chinese else str(self._months[month])

    def weekday_short(self, value: date) -> str:
        """Tue, 周二."""
        return str(self._short_weekdays[value.weekday()])

    def together(self, texts: Iterable[str]) -> str:
        """Several texts that are meant all at once: 5 % and 30 days."""
        return format_list(list(texts), locale=self._locale)

    def listed(self, texts: Iterable[str]) -> str:
        """Red, green; 红、绿."""
        return ("、" if self.is_chinese else ", ").join(texts)

    def _clock(self, here: datetime | time_of_day) -> str:
        if self._halves is not None:
            half = self._halves[here.hour >= NOON]
            return f"{here.hour % NOON or NOON}:{here.minute:02} {half}"
        if not self.is_chinese:
            return f"{here.hour:02}:{here.minute:02}"
        part = next(name for end, name in PARTS_OF_DAY if here.hour < end)
        hour = here.hour - 12 if here.hour > 12 else here.hour
        return f"{part}{hour}:{here.minute:02}"

    def _span(self, unit: Unit, count: int, is_past: bool) -> str:
        """The words for a count of one unit, from Babel once, then kept: there are few."""
        key = (unit, count, is_past)
        if key not in self._spans:
            length = dict(UNITS)[unit] if unit not in ("month", "year") else 0
            days = {"month": 30, "year": 365}.get(unit, 0) * count
            delta = timedelta(seconds=length * count, days=days)
            self._spans[key] = format_timedelta(
                -delta if is_past else delta,
                granularity=unit,
                threshold=10**9,  # Never a greater unit than the one asked for.
                add_direction=True,
                locale=self._locale,
            )
        return self._spans[key]


@lru_cache(maxsize=512)
def _formats(language: str, zone: str, country: str, firm: str = "") -> Formats:
    month_first = month_comes_first(language, country)
    halves = halves_of_day(language, country)
    own = ZoneInfo(firm or zone)
    return Formats(language, ZoneInfo(zone), month_first=month_first, halves=halves, firm=own)


def formats(by: Actor) -> Formats:
    """The formats of the language in use, of the actor's zone and of the firm's country."""
    return _formats(current(), by.zone.key, by.tenant.country, by.tenant.zone)


def input_moment(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as the browser's own control for date and time takes it, on the reader's clock."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def parse_moment(text: str) -> datetime | None:
    """The moment that an ISO text of ours spells (an event's value, a cursor), or None.

    It comes in UTC, and far enough from the ends of the calendar that every zone can show it.
    """
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if MINYEAR < moment.year < MAXYEAR else None
