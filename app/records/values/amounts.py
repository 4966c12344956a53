"""Amounts in a currency of their own, turned into the firm's by the rate of their day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor
from app.kernel.amounts import Amount
from app.kernel.currencies import digits_of, read_code, spelled
from app.kernel.language import Text, _
from app.records.fields import Field, Option
from app.records.money.rates import ONE, missing_rate, rate_then, turned
from app.records.values.numbers import DIGITS, read_decimal
from app.records.values.texts import clean_text
from app.records.values.times import read_day
from app.records.values.unfit import Unfit

AMOUNT = "amount"  # The kind.
LONGEST = 100  # Characters of what is taken apart; no pattern looks at longer texts.
PARTS = {"amount", "currency"}
DATED = {*PARTS, "rate_on"}
# A sign or a word, a number with its sign, and a word; a minus may stand before or behind the sign.
WRITTEN = re.compile(
    r"(?P<minus>[+-]?)\s*(?P<before>[^\d\s+\-.,][^\d+\-.,]*)?(?P<figures>[+-]?[\d.,][\d.,\s]*)"
    r"(?P<behind>[^\d\s.,][^\d]*)?"
)


def read_amount(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> Amount:
    """An amount with its currency, as an object or as a text: 100 USD, US$ 100; else the firm's.

    It is turned by the rate of today, or of the day that the object names. Unfit where there is
    none, and for more digits than the currency has.
    """
    if isinstance(raw, Amount):
        return raw
    named = read_named(field, raw, by.tenant.currency, by, options)
    return in_own(named.amount, named.currency, named.on, by)


@dataclass(frozen=True, slots=True)
class Named:
    """So much of a currency, as somebody said it; `on` is the day of the rate, if one was told."""

    amount: Decimal
    currency: str
    on: date | None


def read_named(
    field: Field,
    raw: Any,
    usual: str,
    by: Actor,
    options: tuple[Option, ...] = (),
    decimals: int = 0,
) -> Named:
    """An amount as an object or as a text, in the `usual` currency where it names none.

    Unfit for more digits than the currency has, or than `decimals` where those are more, and for
    more than the column holds.
    """
    if isinstance(raw, Mapping):
        figures, currency, on = _of_object(field, raw, by, options)
    else:
        figures, word = taken_apart(raw, by)
        currency, on = word or usual, None
    most = field.digits or DIGITS - digits_of(currency)
    amount = read_decimal(figures, most, max(digits_of(currency), decimals))
    return Named(amount, currency, on)


def in_own(amount: Decimal, currency: str, on: date | None, by: Actor) -> Amount:
    """An amount with what it is in the firm's currency; Unfit where there is no rate of the day."""
    day = on or by.now.astimezone(ZoneInfo(by.tenant.zone)).date()
    rate = rate_then(by, currency, day)
    if rate is None:
        raise Unfit(missing_rate(currency, day))
    home = by.tenant.currency
    own = turned(amount, rate, ONE, home)
    demand_room(own, DIGITS - digits_of(home), home)
    return Amount(amount, currency, own, rate, day, is_dated=on is not None)


def demand_room(own: Decimal, most: int, home: str) -> None:
    """Unfit for what has more than so many digits before its point in the firm's currency."""
    if abs(own) >= Decimal(10) ** most:
        raise Unfit(_("In %(currency)s this is more than can be kept.", currency=home))


def taken_apart(raw: Any, by: Actor) -> tuple[Any, str | None]:
    """The figures of a text, and the currency that it names; Unfit where that is none."""
    if not isinstance(raw, str):
        return raw, None
    text = unicodedata.normalize("NFKC", clean_text(raw))
    found = WRITTEN.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        return raw, None
    words = [word.strip() for word in (found["before"], found["behind"]) if word and word.strip()]
    named = {spelled(word, by.tenant.currency) for word in words}
    if None in named:
        raise Unfit(_NO_CODE)
    if len(named) > 1:
        raise Unfit(_("Name one currency, not two."))
    return found["minus"] + found["figures"].strip(), next(iter(named), None)


def beside_held(raw: Any, held: Amount | None) -> Any:
    """What was sent for a record that holds an amount: that one, where it says the same.

    What names no currency is in that of the record. An amount that stays keeps its rate, whatever
    became of the rates meanwhile.
    """
    if held is None or raw in (None, ""):
        return raw
    if isinstance(raw, Mapping):
        same = {"rate_on": held.told()["rate_on"], **raw} == held.told()
        return held if same else raw
    if raw == str(held):
        return held
    is_plain = not isinstance(raw, str) or not re.search(r"[^\d\s.,+-]", raw)
    return {"amount": raw, "currency": held.currency} if is_plain else raw


_NO_CODE: Text = _("Choose a currency by its code, such as USD.")


def _of_object(
    field: Field, raw: Mapping[str, Any], by: Actor, options: tuple[Option, ...]
) -> tuple[Any, str, date | None]:
    """The parts of an object that a program sent."""
    if not set(raw) >= PARTS or not set(raw) <= DATED or isinstance(raw["amount"], bool):
        raise Unfit(_("Give an amount as an object with amount and currency."))
    named = raw["currency"]
    currency = read_code(named) if isinstance(named, str) else None
    if currency is None:
        raise Unfit(_NO_CODE)
    if raw.get("rate_on") is None:
        return raw["amount"], currency, None
    on = read_day(field, raw["rate_on"], by, options)
    if on > by.now.astimezone(ZoneInfo(by.tenant.zone)).date():
        raise Unfit(_("The day of a rate can't lie ahead."))
    return raw["amount"], currency, on
