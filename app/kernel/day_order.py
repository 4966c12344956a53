"""How English is written in a country: whether the month comes first, and which clock is read."""

from __future__ import annotations

from functools import cache


@cache
def month_comes_first(language: str, country: str) -> bool:
    """True where English-speaking readers of a country write Nov 24, by CLDR's dates.

    Where CLDR knows no English of the country, the day comes first, as in most.
    """
    if not language.startswith("en"):
        return False
    from babel import Locale, UnknownLocaleError

    try:
        pattern = str(Locale.parse(f"en_{country}").date_formats["short"].pattern)
    except (UnknownLocaleError, ValueError):
        return False
    return pattern.startswith("M")


@cache
def halves_of_day(language: str, country: str) -> tuple[str, str] | None:
    """AM and PM as English-speaking readers of a country write them, None where they count to 24.

    By CLDR's times; where it knows no English of the country, hours are counted to 24.
    """
    if not language.startswith("en"):
        return None
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(f"en_{country}")
        pattern = str(locale.time_formats["short"].pattern)
    except (UnknownLocaleError, ValueError):
        return None
    if "a" not in pattern:
        return None
    names = locale.day_periods["format"]["abbreviated"]
    return str(names["am"]), str(names["pm"])
