"""Rates as people and files write them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.kernel.currencies import read_code
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.money.models import DECIMALS

MOST_RATE = Decimal(10) ** 11
MOST_ROWS = 20_000
MOST_ERRORS = 5  # Rows that an answer names.
HEADS = {
    "currency": "currency",
    "code": "currency",
    "币种": "currency",
    "货币": "currency",
    "date": "rate_on",
    "rate_on": "rate_on",
    "日期": "rate_on",
    "rate": "rate",
    "汇率": "rate",
}
ORDER = ("currency", "rate_on", "rate")


@dataclass(frozen=True, slots=True)
class Quote:
    """One rate: what a currency is worth from a day on."""

    currency: str
    rate_on: date
    rate: Decimal


def read_quote(typed: Mapping[str, str], own: str) -> Quote:
    """The rate that a form or a program gives; Refused with a message per field.

    `own` is the workspace's currency, which has no rate.
    """
    errors: dict[str, Text | str] = {}
    currency = read_code(typed.get("currency", ""))
    if currency is None:
        errors["currency"] = _("Choose a currency by its code, such as USD.")
    elif currency == own:
        errors["currency"] = _("%(currency)s is your own currency.", currency=own)
    rate_on = _day(typed.get("rate_on", ""))
    if rate_on is None:
        errors["rate_on"] = _("Enter a date like 2026-11-22.")
    rate = read_rate(typed.get("rate", ""))
    if rate is None:
        errors["rate"] = _("Enter a rate above 0, such as 7.1042.")
    if errors or currency is None or rate_on is None or rate is None:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return Quote(currency, rate_on, rate)


def read_rate(text: str) -> Decimal | None:
    """A rate above 0 with at most twelve decimals, or None."""
    plain = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"(\d{1,12}\.?\d*|\.\d+)", plain, re.ASCII) or len(plain) > 40:
        return None
    rate = Decimal(plain)
    if not 0 < rate < MOST_RATE or rate != round(rate, DECIMALS):
        return None
    return rate


def read_lines(text: str, own: str) -> list[Quote]:
    """The rates of a table as CSV or as it is pasted from a sheet; Refused names rows that are odd.

    The columns are currency, date and rate, in this order or as a first row names them. Two rates
    of one currency and day are refused.
    """
    rows = [(number, row) for number, row in _rows(text) if any(one.strip() for one in row)]
    if not rows:
        raise Refused(_("There is no rate in it."), field="table")
    order, rows = _order(rows)
    if len(rows) > MOST_ROWS:
        raise Refused(_("At most %(most)s rates at once.", most=MOST_ROWS), field="table")
    found: dict[tuple[str, date], Quote] = {}
    wrong: list[str] = []
    for number, row in rows:
        try:
            quote = read_quote(dict(zip(order, row, strict=False)), own)
        except Refused as refused:
            said = next(iter(refused.errors.values()))
            wrong.append(str(_("Row %(row)s: %(what)s", row=number, what=said)))
            continue
        key = (quote.currency, quote.rate_on)
        if key in found:
            said = _("This currency has a rate of this day already, further up.")
            wrong.append(str(_("Row %(row)s: %(what)s", row=number, what=said)))
        found[key] = quote
    if wrong:
        raise Refused(" ".join(wrong[:MOST_ERRORS]), field="table")
    return list(found.values())


def _rows(text: str) -> list[tuple[int, list[str]]]:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = next((one for one in ("\t", ";") if one in first), ",")
    try:
        read = csv.reader(io.StringIO(text.replace("\r\n", "\n")), delimiter=delimiter)
        return list(enumerate(read, start=1))
    except csv.Error:
        raise Refused(_("This is no table of rates."), field="table") from None


def _order(rows: list[tuple[int, list[str]]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The columns by their head where the first row is one, and the rows below it."""
    head = [HEADS.get(one.strip().lower().lstrip("\ufeff"), "") for one in rows[0][1]]
    if not any(head):
        return list(ORDER), rows
    if not set(ORDER) <= set(head):
        raise Refused(
            _("The columns are currency, date and rate. One of them is missing."), field="table"
        )
    return head, rows[1:]


def _day(text: str) -> date | None:
    plain = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text.strip(), re.ASCII)
    if plain is None:
        return None
    try:
        day = date(*map(int, plain.groups()))
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None
