"""What kind of values a column holds, told by its first ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from app.records.imports.addresses import is_address
from app.records.imports.mapping import Dates, Point

ENOUGH = 0.8  # Of the values that are not empty are of the kind.
FEW = 12  # Different values that may be options ...
REPEATED = 3  # ... each standing in so many rows on the whole.
LONG = 200  # Characters of a short text.
PHONE = re.compile(
    r"[+(]?[\d(][\d\s().\-/]{5,18}\d(?:\s*(?:x|ext\.?|转)\s*\d{1,6})?", re.IGNORECASE
)
SAYS_PHONE = re.compile(r"\+|^0\d|^1[3-9]\d{9}$|\(|\d[ \-]\d")
URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
MOMENT = re.compile(rf"(?:{DAY.pattern})[T ]\d{{1,2}}:\d\d.*")
NUMBER = re.compile(r"[+-]?\d{1,3}(?:[,.' ]\d{3})*(?:[.,]\d+)?|[+-]?\d+(?:[.,]\d+)?")
PERCENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?\s*[%％]")
FLAGS = frozenset(["yes", "no", "true", "false", "y", "n", "是", "否", "有", "无", "on", "off"])
KINDS: Sequence[tuple[str, Callable[[str], object]]] = (
    ("email", is_address),
    ("url", URL.fullmatch),
    ("moment", MOMENT.fullmatch),
    ("day", DAY.fullmatch),
    ("percent", PERCENT.fullmatch),
    ("number", NUMBER.fullmatch),
)
PARTED = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")
NO_YEAR_FIRST = 31
MONTHS = 12


def kind_of(texts: Sequence[str]) -> str:
    """The kind of field that these values would fit; text where nothing tells."""
    given = [one.strip() for one in texts if one.strip()]
    if not given:
        return "text"
    if _most(given, lambda one: one.lower() in FLAGS):
        return "flag"
    if _most(given, _is_phone) and not _most(given, DAY.fullmatch):
        return "phone"
    for kind, fits in KINDS:
        if _most(given, fits):
            return kind
    if any(len(one) > LONG or "\n" in one for one in given):
        return "long_text"
    different = set(given)
    is_few = len(different) <= FEW and len(given) >= REPEATED * len(different)
    return "choice" if is_few and len(given) >= 2 * REPEATED else "text"


def _is_phone(text: str) -> bool:
    return bool(PHONE.fullmatch(text) and SAYS_PHONE.search(text))


def _most(texts: Sequence[str], fits: Callable[[str], object]) -> bool:
    return sum(1 for one in texts if fits(one)) >= ENOUGH * len(texts)


def date_order(texts: Iterable[str], country: str) -> Dates:
    """In which order these dates are written; what they leave open, as in `country`."""
    firsts, seconds, is_year_first = set(), set(), False
    for text in texts:
        found = PARTED.match(text.strip())
        if found is None:
            continue
        first, second, _third = (int(part) for part in found.groups())
        if first > NO_YEAR_FIRST:
            is_year_first = True
        else:
            firsts.add(first)
            seconds.add(second)
    if is_year_first or not firsts:
        return "ymd"
    if max(firsts) > MONTHS:
        return "dmy"
    if max(seconds) > MONTHS:
        return "mdy"
    return "mdy" if country in ("US", "PH") else "dmy"


def decimal_mark(texts: Iterable[str]) -> Point:
    """The mark before decimals: a comma where it can be nothing else."""
    given = [one.strip() for one in texts if one.strip()]
    comma = sum(1 for one in given if re.search(r"\d,\d{1,2}$|\.\d{3},\d+$", one))
    point = sum(1 for one in given if re.search(r"\.\d{1,2}$|,\d{3}\.\d+$|,\d{3}$", one))
    return "," if comma > point else "."
