"""From the text of a cell to what a form would send for its field.

People write dates in any order, decimals by comma, yes in their language, and choices by what they
are called; a form's own readers (`values.py`) judge what comes of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from app.kernel.currencies import read_code, spelled
from app.kernel.language import LOCALES, using
from app.records.fields import Field, Option
from app.records.imports.guessing.values import NO, YES
from app.records.imports.mapping import Column

Reader = Callable[[str], Any]
LONGEST = 100  # Characters of a number or a date; no pattern looks at longer texts.
# No text fits a pattern in two ways, as what fits in many is tried in all of them. This one is of
# figures, with the sign or the code of a currency before or behind them.
MONEY = re.compile(
    r"(?:[A-Z]{3}|[^\d\s+\-.,()]{1,3})?\s*((?:[+\-]\s*)?[\d.,'](?:[\d.,'\s]*[\d.,'])?)"
    r"\s*(?:[A-Z]{3}|[^\d\s.,()]{1,2})?"
)
FIGURES = re.compile(
    r"(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*日?"
    r"(?:[\sT,]+(?:(上午|下午)\s*)?(\d{1,2})[:：时](\d{1,2})分?(?:[:：](\d{1,2})秒?)?(?:\.\d+)?"
    r"(?:\s*([AaPp]\.?[Mm]\.?))?(?:\s*(Z|[+\-]\d{2}:?\d{2}))?)?"
)
PLACES = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}  # Of year, month and day.
WORDS = re.compile(r"[^\d\s+\-.,'()%]+")  # What stands beside the figures of a price.
PLAIN = re.compile(r"[+\-]?\d+(?:\.\d+)?")
NO_FIGURES = re.compile(r"[^\d\s.,'+\-()]")
SHORTENED = re.compile(r"[^\W\d_]\.")
BETWEEN = re.compile(r"[;；,，、|\n]")
NOON = 12


def reader_of(field: Field, column: Column, options: Sequence[Option]) -> Reader:
    """What reads the cells of a column that becomes `field`."""
    if field.kind in ("moment", "day"):
        is_day, takes_days = field.kind == "day", field.takes_days
        return partial(read_date, order=column.dates, is_day=is_day, takes_days=takes_days)
    if field.kind in ("number", "money", "percent", "whole", "amount"):
        read = read_in_currency if field.kind == "amount" else read_number
        return partial(read, decimal=column.decimal)
    if field.kind == "flag":
        return read_flag
    if field.kind in ("choice", "choices"):
        called = _called(options)
        if field.kind == "choices":
            return partial(_read_choices, called=called)
        return partial(_read_choice, called=called)
    return str


def read_date(text: str, *, order: str, is_day: bool, takes_days: bool = False) -> str:
    """A date in figures as ISO 8601; what is written otherwise stays, to be told as wrong.

    Without an hour it is a day where the field takes days, elsewhere the midnight of it.
    """
    if len(text) > LONGEST:
        return text
    plain = unicodedata.normalize("NFKC", text).strip()
    found = FIGURES.fullmatch(plain)
    if found is None:
        return text
    figures = (found[1], found[2], found[3])
    places = PLACES["ymd"] if len(found[1]) == 4 else PLACES[order]
    if len(found[3]) == 4 and order == "ymd":
        places = PLACES["dmy"] if int(found[2]) <= NOON else PLACES["mdy"]
    year, month, day = (figures[place] for place in places)
    if len(year) <= 2:
        year = f"20{int(year):02}"
    date = f"{int(year):04}-{int(month):02}-{int(day):02}"
    if is_day or (takes_days and found[5] is None):
        return date
    return f"{date}T{_time(found)}"


def _time(found: re.Match[str]) -> str:
    """The time of day of a date, midnight where none is told."""
    if found[5] is None:
        return "00:00"
    hour, half = int(found[5]), (found[8] or "").lower()[:1]
    if (found[4] == "下午" or half == "p") and hour < NOON:
        hour += NOON
    elif (found[4] == "上午" or half == "a") and hour == NOON:
        hour = 0
    zone = (found[9] or "").replace("Z", "+00:00")
    if zone and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    return f"{hour:02}:{int(found[6]):02}:{int(found[7] or 0):02}{zone}"


def read_number(text: str, *, decimal: str) -> str:
    """A number with a point before its decimals, without signs of currency or thousands."""
    if len(text) > LONGEST:
        return text
    plain = unicodedata.normalize("NFKC", text).strip()
    is_negative = plain.startswith("(") and plain.endswith(")")  # As bookkeepers write it.
    plain = plain.strip("()") if is_negative else plain
    percent = plain.rstrip(" %").strip()
    found = MONEY.fullmatch(percent)
    if found is None:
        return text
    figures = re.sub(r"[\s']", "", found[1])
    if decimal == ",":
        figures = figures.replace(".", "").replace(",", ".")
    return f"-{figures}" if is_negative else figures


def read_figures(text: str, *, decimal: str) -> str:
    """A number as people write it, its thousands parted, with a sign of currency; else as it is.

    What has letters is none, such as the number of a bill.
    """
    if decimal == "." and PLAIN.fullmatch(text):
        return text
    plain = "".join(one for one in text[:LONGEST] if unicodedata.category(one) != "Sc")
    if len(text) > LONGEST or NO_FIGURES.search(plain):
        return text
    figures = read_number(plain, decimal=decimal)
    return figures.replace(",", "") if decimal == "." else figures


def read_in_currency(text: str, *, decimal: str) -> str:
    """An amount with its currency, sign or code, before it or behind; a currency alone is none."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    words = " ".join(re.findall(r"[^\d\s+\-.,'()]+", plain))
    if not re.search(r"\d", plain):
        return "" if words and read_code(words) else text
    figures = read_number(re.sub(r"[^\d\s+\-.,'()]+", " ", plain), decimal=decimal)
    return f"{figures} {words}".strip()


def read_price(text: str, *, decimal: str) -> str:
    """A number, and behind it the currency that it is written in; a percent without its sign.

    Which one it has to be is known where it is kept: none is dropped unread.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    words = "".join(WORDS.findall(plain))
    if not words:
        return read_number(text, decimal=decimal)
    if spelled(words, "") is None or SHORTENED.search(plain):
        return text  # As "kr.10" is no tenth of one.
    figures = read_number(WORDS.sub(" ", plain), decimal=decimal)
    return f"{figures.strip()} {words}"


def price_figures(text: str) -> str:
    """What `read_price` read without its currency."""
    figures, _space, words = text.partition(" ")
    return figures if words and spelled(words, "") is not None else text


def read_flag(text: str) -> str:
    """Yes or no, in the words that people use."""
    word = unicodedata.normalize("NFKC", text).strip().lower()
    return "true" if word in YES else "false" if word in NO else text


def _read_choice(text: str, called: Mapping[str, str]) -> str:
    return called.get(text.strip().lower(), text)


def _read_choices(text: str, called: Mapping[str, str]) -> list[str]:
    if text.strip().lower() in called:
        return [called[text.strip().lower()]]
    parts = [one.strip() for one in BETWEEN.split(text)]
    return [called.get(one.lower(), one) for one in parts if one]


def _called(options: Sequence[Option]) -> dict[str, str]:
    """The values of options by all that they are called, in every language."""
    found: dict[str, str] = {}
    for language in LOCALES:
        with using(language):
            for one in options:
                found.setdefault(one.shown().strip().lower(), one.value)
    return found | {one.value.lower(): one.value for one in options}
