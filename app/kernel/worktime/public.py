"""Public holidays by country and region, and the weekend days on which a country works (调休)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

LANGUAGES = {"en": ("en_US", "en_GB", "en"), "zh-CN": ("zh_CN", "zh"), "zh-TW": ("zh_TW", "zh")}


@dataclass(frozen=True, slots=True)
class PublicYear:
    """The holidays of a year by day with what they are called, and weekend days that are worked."""

    off: Mapping[date, str]
    worked: frozenset[date]


NOTHING = PublicYear({}, frozenset())


@lru_cache(maxsize=1024)
def public_year(country: str, region: str, year: int, language: str = "en") -> PublicYear:
    """The holidays of a country, or of a region of it, in one year; nothing of an unknown one.

    What a government has not announced yet, such as the 调休 of next year, is not in it.
    """
    if country not in countries():
        return NOTHING
    made = _holidays().country_holidays
    known = made(country, years=year)
    spoken = [one for one in LANGUAGES.get(language, ()) if one in known.supported_languages]
    found = made(
        country,
        subdiv=region if region in regions_of(country) else None,
        years=year,
        expand=False,
        language=spoken[0] if spoken else None,
    )
    worked = frozenset(one for one in getattr(found, "weekend_workdays", ()) if one.year == year)
    return PublicYear({day: str(name) for day, name in sorted(found.items())}, worked)


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The codes of the countries whose holidays are known."""
    return frozenset(_holidays().list_supported_countries(include_aliases=False))


@lru_cache(maxsize=256)
def regions_of(country: str) -> Mapping[str, str]:
    """The regions of a country that have holidays of their own, by code, with their names."""
    if country not in countries():
        return {}
    made = _holidays().country_holidays(country, years=2026)
    called = {code: name for name, code in made.subdivisions_aliases.items()}
    return {code: called.get(code, code) for code in made.subdivisions}


def _holidays() -> Any:
    import holidays  # It is large, and most requests never ask for a holiday.

    return holidays
