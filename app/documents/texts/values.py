"""Values in a template: written as people write them, compared and reckoned with as they are."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

MOST, LEAST = Decimal(10) ** 15, Decimal(10) ** -15


class Written(str):
    """A value in words, with what it is: a Decimal, a date, a datetime or a truth.

    Liquid compares `__liquid__`, so that `{% if product.price > 100 %}` means the number.
    """

    __slots__ = ("value",)
    value: Decimal | date | datetime | bool

    def __new__(cls, text: str, value: Any) -> Written:
        """The text that is written, for the value that is meant."""
        made = super().__new__(cls, text)
        made.value = value
        return made

    def __liquid__(self) -> Any:
        """What is compared."""
        return self.value


def number_of(given: object) -> Decimal | None:
    """The number that a value is, or None; what is next to nothing is zero."""
    if isinstance(given, Written):
        given = given.value
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | str):
        return None
    try:
        found = Decimal(str(given))
    except ArithmeticError:
        return None
    if not found.is_finite() or abs(found) >= MOST:
        return None
    return found if abs(found) > LEAST else Decimal(0)  # Divided by less, it has no end.
