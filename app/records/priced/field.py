"""The fields of a record with amounts: each amount, and the currency and rate that all share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Text, case, cast, func, literal, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.kernel.actor import Actor
from app.kernel.amounts import Amount, Price
from app.kernel.currencies import names
from app.kernel.language import _
from app.records.fields import Attribute, Field, Option
from app.records.model import Record
from app.records.money.rates import EXACT
from app.records.priced.model import Priced

MOST = 14  # Digits before the point, of an amount and of its worth.
LEAST = literal(-(10**MOST))  # Where there is no amount, its row sorts as this.
CURRENCY, RATE, RATE_ON = "currency", "rate", "rate_on"


class Worth(TypeDecorator[Decimal]):
    """What an amount is in the firm's currency, by which amounts are compared."""

    impl = Numeric()
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        """What is sent to the database."""
        return value.own if isinstance(value, Amount) else value


class Told(TypeDecorator[Price]):
    """An amount with what stands beside it, as `PriceField.fetched` puts it together."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def process_result_value(self, value: Any, _dialect: Dialect) -> Price | None:
        """What came from the database."""
        if value is None:
            return None
        amount, currency, own, rate, rate_on = value
        return Price(
            Decimal(amount), currency, Decimal(own), Decimal(rate), date.fromisoformat(rate_on)
        )


@dataclass(frozen=True)
class PriceField(Field):
    """An amount in the currency of its record; compared and added up in the firm's.

    Its worth there is reckoned in SQL by the kept rate, rounded once for each record, so that sums
    are those of the rows.
    """

    @cached_property
    def kind(self) -> str:
        """An amount with its currency."""
        return "amount"

    @property
    def model(self) -> Any:
        """The table, or the alias of it, in which the amount lies."""
        return self.attribute.parent.entity

    @property
    def amount(self) -> ColumnElement[Any]:
        """The amount in the currency of its record."""
        found: ColumnElement[Any] = self.attribute.expression
        return found

    @property
    def expression(self) -> ColumnElement[Any]:
        """What it is in the firm's currency."""
        worth = self.amount * self.model.rate
        return func.round(worth, self.model.own_digits, type_=Worth())

    @property
    def fetched(self) -> ColumnElement[Any]:
        """The amount with its currency, its worth, its rate and the day of that."""
        model, amount = self.model, self.amount
        parts = func.jsonb_build_array(
            cast(amount, Text),
            model.currency,
            cast(self.expression, Text),
            cast(model.rate, Text),
            cast(model.rate_on, Text),
        )
        return type_coerce(case((amount.is_not(None), parts)), Told())

    @property
    def is_sortable(self) -> bool:
        """Always: by its worth."""
        return True

    @property
    def sort_expression(self) -> ColumnElement[Any]:
        """Its worth, and the least of all where there is none."""
        return type_coerce(func.coalesce(self.expression, LEAST), Numeric())

    def value(self, record: Any) -> Any:
        """The amount on a record, or on a row of a list."""
        held = getattr(record, self.key)
        if not isinstance(record, Record) or held is None or isinstance(held, Price):
            return held
        return priced(record, held)

    def put(self, record: Any, value: Any) -> None:
        """Set it on a record, whose currency and rate are set by their own fields."""
        setattr(record, self.key, value.amount if isinstance(value, Amount) else value)


@dataclass(frozen=True)
class CurrencyField(Field):
    """The currency of a record, of which those that the firm uses are offered."""


def priced(record: Any, amount: Decimal) -> Price:
    """So much in the currency of a record, with its worth as the database reckons it."""
    own = in_firms(amount, record.rate, record.own_digits)
    return Price(amount, record.currency, own, record.rate, record.rate_on)


def in_firms(amount: Decimal, rate: Decimal, digits: int) -> Decimal:
    """What an amount is worth by a rate, rounded as the database does: halves away from zero."""
    with localcontext() as context:
        context.prec = EXACT
        return (amount * rate).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


@lru_cache(maxsize=256)
def currency_options(in_use: tuple[str, ...] = ()) -> tuple[Option, ...]:
    """Every currency by its code; where some are `in_use`, only those are offered, first."""
    rest = [one for one in names("en") if one not in in_use]
    return tuple(
        Option(one, {"en": one}, is_retired=bool(in_use) and one not in in_use)
        for one in (*in_use, *rest)
    )


def home(by: Actor) -> str:
    """The firm's currency, in which a new record is."""
    return by.tenant.currency


def with_prices(model: type[Record], declared: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields of a type, its amounts as such, with those of currency and rate before the first.

    As they are where the model is not Priced, or where they are among them already.
    """
    if not issubclass(model, Priced) or any(isinstance(one, PriceField) for one in declared):
        return declared
    found: list[Field] = []
    for one in declared:
        if one.kind == "money" and type(one) is Field:
            found += [] if any(isinstance(met, PriceField) for met in found) else _shared(model)
            given = {at.name: getattr(one, at.name) for at in fields(Field)}
            found.append(PriceField(**given))
        else:
            found.append(one)
    return tuple(found)


def _shared(model: Any) -> list[Field]:
    return [
        CurrencyField(
            model.currency,
            _("Currency"),
            required=True,
            options=currency_options(),
            initial=home,
        ),
        Field(model.rate, _("Exchange rate"), readonly=True, adds_up=False),
        Field(model.rate_on, _("Date of the rate"), help=_("The day whose exchange rate counts")),
    ]


def in_form(
    model: Any, form: tuple[Attribute | Field, ...], more: tuple[Attribute | Field, ...]
) -> tuple[tuple[Attribute | Field, ...], tuple[Attribute | Field, ...]]:
    """The parts of a form with the currency before the first amount, the day of its rate last."""
    there = {one.key for one in (*form, *more)}
    if CURRENCY not in there:
        amounts = [one.key for one in model.__mapper__.column_attrs if _is_money(one)]
        form, is_done = _before(form, amounts, model.currency)
        more = more if is_done else _before(more, amounts, model.currency)[0]
    return form, more if RATE_ON in there else (*more, model.rate_on)


def _is_money(attribute: Any) -> bool:
    return bool(attribute.columns[0].info.get("kind") == "money")


def _before(
    places: tuple[Attribute | Field, ...], keys: Collection[str], new: Attribute
) -> tuple[tuple[Attribute | Field, ...], bool]:
    first = next((at for at, one in enumerate(places) if one.key in keys), None)
    if first is None:
        return places, False
    return (*places[:first], new, *places[first:]), True
