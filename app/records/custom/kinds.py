"""The kinds of a workspace's own fields: how each lies in JSON, and how SQL compares it.

Numbers are JSON numbers, so that they compare as numbers; moments, dates and times are texts of
fixed width in UTC, which compare in their order (decisions, 32).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, collate, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeDecorator

from app.kernel.amounts import Amount, amount_of
from app.kernel.language import Text as Label
from app.kernel.language import _


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of field: its name for people, an example, its icon, and what can be said of it.

    `is_json` values lie as numbers, yes or no, or lists; all others as texts.
    """

    key: str
    label: Label
    icon: str
    example: Label
    is_json: bool = False
    has_options: bool = False
    has_decimals: bool = False
    can_be_unique: bool = False
    can_sort: bool = True
    has_default: bool = True


KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("text", _("Short text"), "letter-case", _("A licence number"), can_be_unique=True),
        Kind("long_text", _("Long text"), "align-left", _("How to find them"), can_sort=False),
        Kind(
            "number",
            _("Number"),
            "hash",
            _("Machines in use"),
            is_json=True,
            has_decimals=True,
            can_be_unique=True,
        ),
        Kind("money", _("Money"), "coin", _("Budget for the year"), is_json=True),
        Kind(
            "amount",
            _("Money in any currency"),
            "currency-dollar",
            _("What they offered, in their currency"),
            is_json=True,
            has_default=False,
        ),
        Kind(
            "percent",
            _("Percent"),
            "percentage",
            _("Discount agreed"),
            is_json=True,
            has_decimals=True,
        ),
        Kind("day", _("Date"), "calendar", _("End of the contract")),
        Kind("moment", _("Date and time"), "calendar-time", _("Next audit")),
        Kind("time", _("Time of day"), "clock", _("Best time to call")),
        Kind("choice", _("Choice"), "list", _("Segment A, B or C"), has_options=True),
        Kind(
            "choices",
            _("Multiple choice"),
            "list-check",
            _("Interests, several at once"),
            is_json=True,
            has_options=True,
            can_sort=False,
        ),
        Kind(
            "flag",
            _("Yes or no"),
            "toggle-left",
            _("Framework agreement signed"),
            is_json=True,
        ),
        Kind("email", _("E-mail"), "mail", _("Where invoices go"), can_be_unique=True),
        Kind("phone", _("Phone"), "phone", _("The switchboard"), can_be_unique=True),
        Kind("url", _("Web address"), "link", _("Their shop"), can_be_unique=True),
        Kind("user", _("Colleague"), "user", _("Who advises them")),
        Kind("reference", _("Record"), "arrow-up-right", _("Their distributor")),
    )
}
LINKS = ("user", "reference")  # Their values are ids.


def to_json(value: Any) -> Any:
    """A column value as it lies in JSON."""
    for known, write in WRITE:
        if isinstance(value, known):
            return write(value)
    return value


def from_json(kind: str, raw: Any) -> Any:
    """What lies in JSON as a column value; what was never of this kind counts as none."""
    if raw is None:
        return None
    try:
        return READ[kind](raw) if kind in READ else raw
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return None


def _decimal(raw: Any) -> Decimal:
    if isinstance(raw, bool):
        raise TypeError(raw)
    return Decimal(repr(raw) if isinstance(raw, float) else raw)


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


WRITE: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Decimal, _number),
    (datetime, lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
    (time, lambda value: value.strftime("%H:%M")),
    (date, date.isoformat),
    (UUID, str),
    (tuple, list),
    (Amount, Amount.kept),
)
READ: Mapping[str, Any] = {
    "amount": lambda raw: amount_of(raw) if isinstance(raw, Mapping) else _decimal(raw),
    "number": _decimal,
    "money": _decimal,
    "percent": _decimal,
    "day": date.fromisoformat,
    "moment": datetime.fromisoformat,
    "time": time.fromisoformat,
    "choices": lambda raw: tuple(str(one) for one in raw),
    "user": UUID,
    "reference": UUID,
}


class JsonText(TypeDecorator[Any]):
    """A value that lies in JSON as a text and is compared as such."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        """What is sent to the database."""
        return to_json(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        """What came from the database."""
        return from_json(self.kind, value)


class JsonValue(TypeDecorator[Any]):
    """A value that lies in JSON as a number, yes or no, or a list, and is compared as such.

    Amounts are compared by what they are in the firm's currency.
    """

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        """What is sent to the database."""
        return to_json(value.own if isinstance(value, Amount) else value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        """What came from the database."""
        return from_json(self.kind, value)


def expression(custom: InstrumentedAttribute[Any], key: str, kind: str) -> ColumnElement[Any]:
    """The value of a custom field in SQL, typed so that it compares and reads as its kind."""
    if KINDS[kind].is_json:
        return type_coerce(custom[key], JsonValue(kind))
    return type_coerce(collate(custom[key].astext, "C"), JsonText(kind))
