"""What dates may be called in a filter: a day, a moment, or a period such as `this_week`.

Every one is a span from its start to the start of what follows, by the reader's calendar, so that
a condition compares the column itself with two bounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import _
from app.kernel.weeks import first_weekday
from app.records.fields import Field
from app.records.values import Unfit, clean_text, read_value

MOST_DAYS = 3650
DAYS = ("today", "yesterday", "tomorrow")
UNITS = ("week", "month", "quarter", "year")
WHICH = {"last": -1, "this": 0, "next": 1}
COUNTED = re.compile(r"(?:(last|next)_(\d{1,5})_days)|(?:(\d{1,5})_days_ago)|(?:in_(\d{1,5})_days)")

Days = tuple[date, date]  # From the first to the one that follows the last.


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to before `end`; a single moment has no end."""

    start: Any
    end: Any = None


def read_span(field: Field, text: str, by: Actor) -> Span | None:
    """What a filter on a date or a moment compares with, or None for nothing; Unfit else."""
    word = clean_text(text)
    if not word:
        return None
    if field.kind == "moment" and word == "now":
        return Span(by.now)
    days = days_called(word, by) or _day(field, word, by)
    if days is None:
        return Span(read_value(field, word, by, ()))
    return bounds(field, days, by)


def bounds(field: Field, days: Days, by: Actor) -> Span:
    """Some days as a field holds them: dates, or moments that begin on the reader's clock."""
    first, beyond = days
    if field.kind == "day":
        return Span(first, beyond)
    return Span(_midnight(first, by), _midnight(beyond, by))


def days_called(word: str, by: Actor) -> Days | None:
    """The days of a period by its name, or None when it names none."""
    today = by.today()
    if word in DAYS:
        first = today + timedelta(days={"today": 0, "yesterday": -1, "tomorrow": 1}[word])
        return first, first + timedelta(days=1)
    which, _sep, unit = word.partition("_")
    if which in WHICH and unit in UNITS:
        return PERIODS[unit](today, WHICH[which], by)
    counted = COUNTED.fullmatch(word)
    return _counted(counted, today) if counted else None


def days_before(days: int, by: Actor) -> date:
    """The first of the last so many days, today among them."""
    return by.today() - timedelta(days=days - 1)


def read_days(text: str) -> int:
    """A number of days; Unfit when it is none or too large."""
    word = clean_text(text)
    if not re.fullmatch(r"\d{1,5}", word) or not 1 <= int(word) <= MOST_DAYS:
        raise Unfit(_("Give a number of days from 1 to %(most)s.", most=MOST_DAYS))
    return int(word)


def _counted(found: re.Match[str], today: date) -> Days:
    which, among, ago, ahead = found.groups()
    number = read_days(next(one for one in (among, ago, ahead) if one is not None))
    one = timedelta(days=1)
    if which == "last":
        return today - (number - 1) * one, today + one
    if which == "next":
        return today, today + number * one
    day = today - number * one if ago else today + number * one
    return day, day + one


def _day(field: Field, word: str, by: Actor) -> Days | None:
    """A date, which in a field of moments means the whole day."""
    try:
        date.fromisoformat(word)
    except ValueError:
        return None
    read_value(field, word, by, ())  # Unfit when it is too far away.
    first = date.fromisoformat(word)
    return first, first + timedelta(days=1)


def _midnight(day: date, by: Actor) -> datetime:
    return datetime.combine(day, time(), by.zone).astimezone(UTC)


def _week(today: date, ahead: int, by: Actor) -> Days:
    begins = first_weekday(by.language, by.tenant.country)
    first = today - timedelta(days=(today.weekday() - begins) % 7) + timedelta(weeks=ahead)
    return first, first + timedelta(weeks=1)


def _months(today: date, ahead: int, length: int) -> Days:
    """Whole months in steps of `length`, such as the quarters of the calendar year."""
    begins = today.year * 12 + (today.month - 1) // length * length + ahead * length
    return _month(begins), _month(begins + length)


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


PERIODS: Mapping[str, Callable[[date, int, Actor], Days]] = {
    "week": _week,
    "month": lambda today, ahead, _by: _months(today, ahead, 1),
    "quarter": lambda today, ahead, _by: _months(today, ahead, 3),
    "year": lambda today, ahead, _by: _months(today, ahead, 12),
}
