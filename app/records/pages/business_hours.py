"""Calendars in words: hours of the week, and every day of a year that is another one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.identity.zones import zone_city
from app.kernel.actor import Actor
from app.kernel.countries import country_name
from app.kernel.language import current, gettext
from app.kernel.worktime import WorkCalendar
from app.kernel.worktime.calendar import Spans
from app.kernel.worktime.public import countries, public_year, regions_of
from app.records.worktime.kept import to_spans, usual
from app.records.worktime.models import BusinessCalendar
from app.records.worktime.operations import calendars_of, days_of
from app.records.worktime.reading import WEEKDAYS, OwnDay, write_hours
from app.web.formats import formats

MONDAY = date(2026, 1, 5)
ISO_DAY = re.compile(r"(?<!\d)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class ShownCalendar:
    """One calendar as its line shows it; without an id it is what holds until one is made."""

    id: UUID | None
    name: str
    hours: list[str]
    place: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day that is not as its weekday: a holiday, a worked weekend, a day of the firm's own."""

    day: date
    told: str
    name: str
    hours: str
    is_off: bool
    is_own: bool


def shown_calendars(by: Actor) -> list[ShownCalendar]:
    """Every calendar in words; where there is none, the usual hours."""
    rows = calendars_of(by)
    if not rows:
        made = usual(by)
        place = _place(by.tenant.zone, made.country, "")
        return [ShownCalendar(None, gettext("Usual hours"), _hours(made.week, by), place, True)]
    return [
        ShownCalendar(
            row.id,
            row.name,
            _hours(tuple(to_spans(one) for one in row.week), by),
            _place(row.zone, row.country, row.region),
            row.is_default,
        )
        for row in rows
    ]


def weekday_names(by: Actor) -> list[str]:
    """Monday to Sunday in the reader's language."""
    write = formats(by)
    return [write.weekday(MONDAY.replace(day=5 + day)) for day in range(7)]


def short_weekdays(by: Actor) -> list[str]:
    """The same where there is little room: Mon, 周一."""
    write = formats(by)
    return [write.weekday_short(MONDAY.replace(day=5 + day)) for day in range(7)]


def typed_of(row: BusinessCalendar | None, by: Actor) -> dict[str, str]:
    """What stands in the form of a calendar, of a new one the usual hours.

    The first one is made by changing those, so it has their name as well.
    """
    made = usual(by)
    week = tuple(to_spans(one) for one in row.week) if row is not None else made.week
    hours = {key: write_hours(one) for key, one in zip(WEEKDAYS, week, strict=True)}
    if row is None:
        name = "" if calendars_of(by) else gettext("Usual hours")
        country = known_country(by.tenant.country)
        return {"name": name, "zone": by.tenant.zone, "country": country, **hours}
    return {
        "name": row.name,
        "zone": row.zone,
        "country": row.country,
        "region": row.region,
        **hours,
    }


def known_country(code: str) -> str:
    """The code where the holidays of the country are known, else nothing."""
    return code if code in countries() else ""


def country_choices() -> list[tuple[str, str]]:
    """The countries whose holidays are known, by their names."""
    language = current()
    found = [(code, country_name(code, language)) for code in countries()]
    return sorted(found, key=lambda pair: pair[1])


def region_choices(country: str) -> list[tuple[str, str]]:
    """The regions of a country that have holidays of their own."""
    return sorted(regions_of(country).items(), key=lambda pair: pair[1])


def days_of_year(row: BusinessCalendar | None, year: int, by: Actor) -> list[ShownDay]:
    """Every day of a year that is not as its weekday, in order; of no calendar, the usual ones."""
    made, own = usual(by), dict[date, OwnDay]()
    if row is not None:
        own = {one.day: one for one in days_of(by, row, year)}
        made = WorkCalendar(
            tuple(to_spans(one) for one in row.week),
            by.zone,
            row.country,
            row.region,
            {day: one.hours for day, one in own.items()},
        )
    public = public_year(made.country, made.region, year, current())
    write = formats(by)
    found = []
    for day in sorted({*own, *public.off, *public.worked}):
        spans = made.spans_of(day)
        found.append(
            ShownDay(
                day,
                write.weekday_and_day(day, by.today()),
                _name(day, own, public.off, by),
                write_hours(spans),
                not spans,
                day in own,
            )
        )
    return found


def _name(day: date, own: Mapping[date, OwnDay], off: Mapping[date, str], by: Actor) -> str:
    if day in own:
        usual_name = gettext("Working day") if own[day].hours else gettext("Day off")
        return own[day].name or usual_name
    told = off.get(day) or gettext("Worked in exchange")
    return ISO_DAY.sub(lambda found: _day_told(found[0], by), told)


def _day_told(text: str, by: Actor) -> str:
    """A day that a holiday's name speaks of, as the reader writes it."""
    return formats(by).day(date.fromisoformat(text), by.today())


def _hours(week: tuple[Spans, ...], by: Actor) -> list[str]:
    """Days with the same hours in one line: Mon–Fri 09:00–12:00, 13:00–18:00."""
    short = short_weekdays(by)
    lines, start = [], 0
    for day in range(1, 8):
        if day < 7 and week[day] == week[start]:
            continue
        if week[start]:
            days = short[start] if day - 1 == start else f"{short[start]}–{short[day - 1]}"
            lines.append(f"{days} {write_hours(week[start])}")
        start = day
    return lines


def _place(zone: str, country: str, region: str) -> str:
    parts = [zone_city(zone, current())]
    if country:
        parts.append(gettext("Holidays: %(place)s", place=country_name(country, current())))
    if region:
        parts.append(regions_of(country).get(region, region))
    return " · ".join(parts)
