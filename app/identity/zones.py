"""The time zones that people live in, for choosing one: by area and city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.dates import get_timezone_location

from app.kernel.language import LOCALES, Text, _
from app.kernel.searchkeys import sort_key

AREAS: Mapping[str, Text] = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone: its name, its city in the reader's language, how far it is ahead of UTC."""

    name: str
    city: str
    offset: str


@dataclass(frozen=True, slots=True)
class Area:
    """The zones of one part of the world, by city."""

    label: Text
    zones: tuple[Zone, ...]


@lru_cache(maxsize=16)
def areas(language: str, day: date) -> tuple[Area, ...]:
    """Every area with its zones, those that are one city once; offsets are those of `day`."""
    noon = datetime.combine(day, time(12), UTC)
    cities: dict[tuple[str, str], list[str]] = {}
    for name in sorted(available_timezones()):
        area = name.partition("/")[0]
        if area in AREAS:
            city = get_timezone_location(name, locale="en", return_city=True)
            cities.setdefault((area, city), []).append(name)
    found: dict[str, list[Zone]] = {area: [] for area in AREAS}
    for (area, city), names in cities.items():
        # Of Asia/Calcutta and Asia/Kolkata, which are one, the city's name of today.
        name = next((one for one in names if one.endswith(f"/{city.replace(' ', '_')}")), names[0])
        found[area].append(Zone(name, _called(names, city, language), _offset(name, noon)))
    return tuple(
        Area(AREAS[area], tuple(sorted(zones, key=lambda one: (sort_key(one.city), one.name))))
        for area, zones in found.items()
    )


def zone_city(name: str, language: str) -> str:
    """What people call a time zone: its city in their language; its own name where it has none."""
    if name.partition("/")[0] not in AREAS:
        return name
    return _called([name], get_timezone_location(name, locale="en", return_city=True), language)


def _called(names: list[str], city: str, language: str) -> str:
    """What a city is called in a language, which may know one of its zones' names alone."""
    known = Locale.parse(LOCALES[language]).time_zones
    return next((known[one]["city"] for one in names if "city" in known.get(one, {})), city)


def _offset(name: str, noon: datetime) -> str:
    text = noon.astimezone(ZoneInfo(name)).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
