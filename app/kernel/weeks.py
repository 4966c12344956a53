"""On which day a week begins."""

from __future__ import annotations

from functools import cache

MONDAY = 0


@cache
def first_weekday(language: str, country: str) -> int:
    """The weekday (Monday is 0) that a reader's week begins with.

    Who reads Chinese begins on Monday wherever they are; others as their workspace's country does.
    """
    if language.startswith("zh"):
        return MONDAY
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(f"und_{country}", resolve_likely_subtags=True).first_week_day
    except (UnknownLocaleError, ValueError):
        return MONDAY
