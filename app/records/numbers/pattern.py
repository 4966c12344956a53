"""Patterns of numbers: `Q-{year}-{number:04}`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.numbers.facts import Resets

LONGEST = 40  # Characters of a pattern.
MOST_DIGITS = 12
_TOKEN = re.compile(r"\{(year|yy|number)(?::0?(\d{1,2}))?\}")
_YEARS = ("year", "yy")


@dataclass(frozen=True, slots=True)
class Pattern:
    """What stands before the running number and behind it, and how many digits it has at least."""

    before: str
    behind: str
    digits: int

    def around(self, year: int) -> tuple[str, str]:
        """What stands before and behind the number in a year."""
        return _in_year(self.before, year), _in_year(self.behind, year)

    def write(self, number: int, year: int) -> str:
        """The whole number of a record."""
        before, behind = self.around(year)
        return f"{before}{number:0{self.digits}}{behind}"


def read_pattern(text: str, resets: Resets) -> Pattern:
    """A pattern that somebody typed; Refused, beside `pattern`, where it is none.

    It holds the number once; one that begins anew with each year holds the year. Digits never stand
    right beside the number, as 1 and 11 could then be 11 and 1.
    """
    plain = text.strip()
    if not plain or len(plain) > LONGEST or not plain.isprintable():
        raise _refused(_("Enter a pattern of at most %(most)s characters.", most=LONGEST))
    tokens = list(_TOKEN.finditer(plain))
    numbers = [one for one in tokens if one[1] == "number"]
    rest = _TOKEN.sub("", plain)
    if "{" in rest or "}" in rest or any(one[2] for one in tokens if one[1] in _YEARS):
        raise _refused(_("Only {number}, {number:04}, {year} and {yy} can stand in braces."))
    if len(numbers) != 1:
        raise _refused(_("The pattern must hold {number} once, such as Q-{year}-{number:04}."))
    (number,) = numbers
    digits = int(number[2] or 1)
    if not 1 <= digits <= MOST_DIGITS:
        raise _refused(_("A number has 1 to %(most)s digits.", most=MOST_DIGITS))
    if resets is not Resets.NEVER and not any(one[1] in _YEARS for one in tokens):
        raise _refused(_("Numbers that begin anew each year need {year} or {yy} in them."))
    before, behind = plain[: number.start()], plain[number.end() :]
    beside = (before[-1:], behind[:1])
    if any(one.isdigit() for one in beside) or before.endswith("}") or behind.startswith("{"):
        raise _refused(_("Put a letter or a sign between the number and other digits."))
    return Pattern(before, behind, digits)


def begins_with(text: str) -> str:
    """What every number of a pattern begins with, folded: by that people tell numbers apart."""
    return text.partition("{")[0].strip().casefold()


def _in_year(text: str, year: int) -> str:
    return text.replace("{year}", f"{year:04}").replace("{yy}", f"{year % 100:02}")


def _refused(message: object) -> Refused:
    return Refused(message, field="pattern")  # type: ignore[arg-type]  # A Text of ours.
