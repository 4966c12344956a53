"""Amounts that were sent for one record: all in its currency, all by the rate of one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor
from app.kernel.amounts import Amount, Price
from app.kernel.currencies import digits_of, read_code
from app.kernel.language import Text, _
from app.records.access import writable_keys
from app.records.fields import Option
from app.records.model import Record
from app.records.money.rates import ONE, missing_rate, rate_then
from app.records.priced.field import CURRENCY, MOST, RATE, RATE_ON, in_firms
from app.records.types import RecordType
from app.records.values.amounts import Named, demand_room, read_named
from app.records.values.unfit import Unfit

DECIMALS = 4  # Of a column of money: a price for one piece may be a part of a cent.
Errors = dict[str, Text | str]


def read_price(
    record_type: RecordType,
    key: str,
    raw: Any,
    inputs: Mapping[str, Any],
    record: Record | None,
    by: Actor,
    options: tuple[Option, ...],
) -> Named | None:
    """An amount as it was sent, before it is turned; nothing for nothing.

    What names no currency is in the one that is sent beside it, else in the record's, else in the
    firm's. Unfit where it is none.
    """
    if raw is None or raw == "":
        return None
    if isinstance(raw, Amount):
        return Named(raw.amount, raw.currency, raw.rate_on if raw.is_dated else None)
    sent = inputs.get(CURRENCY)
    usual = (read_code(sent) if isinstance(sent, str) else None) or _standing(record, by)
    return read_named(record_type.by_key[key], raw, usual, by, options, DECIMALS)


def settle_prices(
    record_type: RecordType, values: dict[str, Any], record: Record | None, by: Actor
) -> Errors:
    """Turn the amounts among `values` into the record's currency and rate, which are added.

    The errors by field where they don't go together. The rate stays as long as amounts and currency
    do; others take that of today, or of the day that was named.
    """
    for key in (CURRENCY, RATE_ON):  # Nothing said is no other currency.
        if values.get(key, "") is None:
            del values[key]
    given = {key: values[key] for key in record_type.prices if values.get(key) is not None}
    if record is not None and not given and not {CURRENCY, RATE_ON} & values.keys():
        return {}
    asked = _Asked(record_type, given, values, record, by)
    currency = _currency(asked)
    if not asked.errors:
        day = _day(asked, currency)
        rate = None if asked.errors else _rate(asked, currency, day)
        if rate is not None:
            _fill(asked, currency, rate, day)
    return asked.errors


@dataclass(slots=True)
class _Asked:
    """What was sent for one record, and what stands against it."""

    record_type: RecordType
    given: dict[str, Named]
    values: dict[str, Any]
    record: Record | None
    by: Actor
    errors: Errors = field(default_factory=dict)

    @property
    def stands(self) -> str:
        return _standing(self.record, self.by)

    @property
    def blamed(self) -> str:
        """The field beside which something is told that all of them share."""
        if self.values.get(RATE_ON) is not None:
            return RATE_ON
        return CURRENCY if CURRENCY in self.values else next(iter(self.given), CURRENCY)


def _standing(record: Record | None, by: Actor) -> str:
    found: str = by.tenant.currency if record is None else record.currency  # type: ignore[attr-defined]
    return found


def _currency(asked: _Asked) -> str:
    """The one currency of the record from now on."""
    wanted, text = _wanted(asked)
    asked.errors |= {key: text for key, one in asked.given.items() if one.currency != wanted}
    if wanted != asked.stands and not asked.errors:
        blamed = [CURRENCY] if CURRENCY in asked.values else list(asked.given)
        against = _against(asked)
        asked.errors |= {} if against is None else dict.fromkeys(blamed, against)
    return wanted


def _wanted(asked: _Asked) -> tuple[str, Text]:
    """The currency that was asked for, and what stands against an amount in another one."""
    if CURRENCY in asked.values:
        wanted = str(asked.values[CURRENCY])
        told = _("This record is in %(currency)s, and so are all of its amounts.", currency=wanted)
        return wanted, told
    named = [one.currency for one in asked.given.values()]
    wanted = named[0] if named else asked.stands
    return wanted, _("The amounts of one record are in one currency.")


def _against(asked: _Asked) -> Text | None:
    """What stands against another currency of the record.

    It makes something else of every amount that is typed, so only those change it who may write
    them all; nobody learns by it which of them are filled. What the product reckons itself follows.
    """
    writable = writable_keys(asked.record_type, asked.by)
    if CURRENCY not in writable:
        return _("Your role may not change the currency.")
    if asked.record is None:
        return None
    typed = {key for key, one in asked.record_type.prices.items() if not one.readonly}
    if not typed <= writable:
        return _("Your role may not change all amounts of this record, and so not their currency.")
    if CURRENCY not in asked.values and _others(asked):
        return _(
            "The other amounts are in %(currency)s. Change the currency of the record for all.",
            currency=asked.stands,
        )
    return None


def _others(asked: _Asked) -> dict[str, Decimal]:
    """The amounts of the record that were not sent."""
    if asked.record is None:
        return {}
    held = {key: getattr(asked.record, key) for key in asked.record_type.prices}
    return {k: one for k, one in held.items() if one is not None and k not in asked.values}


def _day(asked: _Asked, currency: str) -> date:
    """The day whose rate counts."""
    by, usual = asked.by, _usual_day(asked, currency)
    if RATE_ON not in asked.values and RATE_ON not in writable_keys(asked.record_type, by):
        told = _("Your role may not change the day whose rate counts.")
        other = [key for key, one in asked.given.items() if one.on not in (None, usual)]
        asked.errors |= dict.fromkeys(other, told)
        return usual
    named = {one.on for one in asked.given.values() if one.on is not None}
    if RATE_ON in asked.values:
        named.add(asked.values[RATE_ON])
    if len(named) > 1:
        asked.errors[asked.blamed] = _("One record counts by the rate of one day.")
    if named:
        day = min(named)
        if day > _today(by) and currency != by.tenant.currency:
            asked.errors[asked.blamed] = _("The day of a rate can't lie ahead.")
        return day
    return usual


def _usual_day(asked: _Asked, currency: str) -> date:
    """The day whose rate counts where none is named: the one that stands, or else today."""
    if asked.record is not None and currency == asked.stands and not _differs(asked):
        found: date = asked.record.rate_on  # type: ignore[attr-defined]
        return found
    return _today(asked.by)


def _today(by: Actor) -> date:
    return by.now.astimezone(ZoneInfo(by.tenant.zone)).date()


def _differs(asked: _Asked) -> bool:
    """True where an amount that was sent is another than the one that stands."""
    return any(getattr(asked.record, k) != one.amount for k, one in asked.given.items())


def _rate(asked: _Asked, currency: str, day: date) -> Decimal | None:
    """What one unit was worth on the day; the rate that the record keeps, where it is of that."""
    if currency == asked.by.tenant.currency:
        return ONE
    record: Any = asked.record
    if record is not None and (record.currency, record.rate_on) == (currency, day):
        kept: Decimal = record.rate
        return kept
    rate = rate_then(asked.by, currency, day)
    if rate is None:
        asked.errors[asked.blamed] = missing_rate(currency, day)
    return rate


def _fill(asked: _Asked, currency: str, rate: Decimal, day: date) -> None:
    """Put the amounts, their currency and their rate among the values."""
    home = asked.by.tenant.currency
    amounts = {key: one.amount for key, one in asked.given.items()} | _others(asked)
    for key, amount in amounts.items():
        own = in_firms(amount, rate, digits_of(home))
        try:
            demand_room(own, MOST, home)
        except Unfit as unfit:
            asked.errors[key if key in asked.given else asked.blamed] = unfit.message
            continue
        if key in asked.given:
            asked.values[key] = Price(amount, currency, own, rate, day)
    asked.values |= {CURRENCY: currency, RATE: rate, RATE_ON: day}


def begin_prices(record: Any, by: Actor) -> None:
    """Give a record that is made without the door the firm's currency, where it has none."""
    if record.currency is None:
        record.currency, record.rate = by.tenant.currency, ONE
        record.rate_on = by.now.astimezone(ZoneInfo(by.tenant.zone)).date()
    record.own_digits = digits_of(by.tenant.currency)
