"""Values in a template: written as people write them, compared and reckoned with as they are."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any


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
    """The number that a value is, or None."""
    if isinstance(given, Written):
        given = given.value
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | str):
        return None
    try:
        found = Decimal(str(given))
    except ArithmeticError:
        return None
    return found if found.is_finite() and abs(found) < Decimal(10) ** 15 else None
