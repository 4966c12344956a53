"""Whether the month or the day comes first where English is read."""

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
