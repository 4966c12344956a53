"""The filters of templates. Each takes short texts and numbers and answers with such."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.numbers import format_decimal
from liquid.exceptions import FilterArgumentError, ResourceLimitError
from liquid.undefined import is_undefined

from app.documents.texts.values import Written, number_of
from app.kernel.language import LOCALES, current

LONGEST = 50_000  # Characters of a text that is taken or made.
MOST_DIGITS = 6
# What a date can be written with; widths (`%999d`) are none of it.
PLACE = re.compile(r"%(-?[a-zA-Z])")


def _text(given: object) -> str:
    if given is None or is_undefined(given):
        return ""
    text = str(given)
    if len(text) > LONGEST:
        raise ResourceLimitError("text too long", token=None)
    return text


def _bounded(length: int) -> None:
    if length > LONGEST:
        raise ResourceLimitError("text too long", token=None)


def _number(given: object) -> Decimal:
    found = number_of(given)
    if found is None:
        raise FilterArgumentError("no number", token=None)
    return found


def _made(value: Decimal) -> Written:
    """A number that was reckoned, as the language in use writes it."""
    if abs(value) >= Decimal(10) ** 15:
        raise FilterArgumentError("too great", token=None)
    value = round(value, MOST_DIGITS)
    locale = Locale.parse(LOCALES[current()])
    text = format_decimal(value, locale=locale, decimal_quantization=False)
    return Written(text, value)


def upcase(left: object) -> str:
    """IN CAPITALS."""
    return _text(left).upper()


def downcase(left: object) -> str:
    """in small letters."""
    return _text(left).lower()


def capitalize(left: object) -> str:
    """With a capital at the beginning."""
    text = _text(left)
    return text[:1].upper() + text[1:]


def strip(left: object) -> str:
    """Without spaces at its ends."""
    return _text(left).strip()


def append(left: object, more: object) -> str:
    """With something behind it."""
    text, behind = _text(left), _text(more)
    _bounded(len(text) + len(behind))
    return text + behind


def prepend(left: object, more: object) -> str:
    """With something before it."""
    return append(_text(more), left)


def replace(left: object, old: object, new: object = "") -> str:
    """With one text in place of another, which is not empty."""
    text, before, after = _text(left), _text(old), _text(new)
    if not before:
        return text
    # How long it becomes is known before it is made.
    _bounded(len(text) + text.count(before) * (len(after) - len(before)))
    return text.replace(before, after)


def truncate(left: object, length: object = 50, end: object = "…") -> str:
    """At most so many characters, its end marked where something is left out."""
    text, mark = _text(left), _text(end)
    most = int(min(_number(length), Decimal(LONGEST)))
    return text if len(text) <= most else text[: max(most - len(mark), 0)] + mark


def default(left: object, other: object = "") -> object:
    """What stands where there is no value."""
    is_nothing = left is None or is_undefined(left) or left is False or left == ""
    return other if is_nothing else left


def size(left: object) -> int:
    """How many characters a text has."""
    return len(_text(left))


def plus(left: object, other: object) -> Written:
    """The sum."""
    return _made(_number(left) + _number(other))


def minus(left: object, other: object) -> Written:
    """The difference."""
    return _made(_number(left) - _number(other))


def times(left: object, other: object) -> Written:
    """The product."""
    return _made(_number(left) * _number(other))


def divided_by(left: object, other: object) -> Written:
    """The quotient, with its decimals."""
    by = _number(other)
    if not by:
        raise FilterArgumentError("division by zero", token=None)
    return _made(_number(left) / by)


def rounded(left: object, digits: object = 0) -> Written:
    """To so many decimals, half of the last one up."""
    places = int(min(max(_number(digits), Decimal(0)), Decimal(MOST_DIGITS)))
    return _made(_number(left).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def written(left: object, form: object = "%Y-%m-%d") -> object:
    """A date as `%Y-%m-%d` says; what is no date stays as it is."""
    value = left.value if isinstance(left, Written) else left
    if not isinstance(value, date):
        return left
    return PLACE.sub(lambda found: _part(found[1], value), _text(form))


def _part(letter: str, value: date) -> str:
    locale = Locale.parse(LOCALES[current()])
    made: dict[str, Callable[[], Any]] = {
        "Y": lambda: value.year,
        "y": lambda: f"{value.year % 100:02}",
        "m": lambda: f"{value.month:02}",
        "-m": lambda: value.month,
        "d": lambda: f"{value.day:02}",
        "-d": lambda: value.day,
        "B": lambda: get_month_names("wide", locale=locale)[value.month],
        "b": lambda: get_month_names("abbreviated", locale=locale)[value.month],
        "A": lambda: get_day_names("wide", locale=locale)[value.weekday()],
        "a": lambda: get_day_names("abbreviated", locale=locale)[value.weekday()],
        "H": lambda: f"{value.hour:02}" if isinstance(value, datetime) else "00",
        "M": lambda: f"{value.minute:02}" if isinstance(value, datetime) else "00",
    }
    return str(made[letter]()) if letter in made else f"%{letter}"


FILTERS: dict[str, Callable[..., Any]] = {
    "append": append,
    "capitalize": capitalize,
    "date": written,
    "default": default,
    "divided_by": divided_by,
    "downcase": downcase,
    "minus": minus,
    "plus": plus,
    "prepend": prepend,
    "replace": replace,
    "round": rounded,
    "size": size,
    "strip": strip,
    "times": times,
    "truncate": truncate,
    "upcase": upcase,
}
