"""An amount in a currency of its own, with the rate by which it counts in the firm's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.kernel.currencies import digits_of


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """So much of a currency; `own` is what that was in the firm's, by the `rate` of a day.

    Two are the same where amount and currency are. Days are compared only where both were told:
    one that nobody named (`is_dated` False) is no other than the one that stands.
    """

    amount: Decimal
    currency: str
    own: Decimal
    rate: Decimal
    rate_on: date
    is_dated: bool = True

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Amount):
            return NotImplemented
        if (self.amount, self.currency) != (other.amount, other.currency):
            return False
        return not (self.is_dated and other.is_dated) or self.rate_on == other.rate_on

    def __hash__(self) -> int:
        return hash((self.amount, self.currency))

    def __str__(self) -> str:
        """As it is typed: 100.00 USD."""
        return f"{self.written} {self.currency}"

    @property
    def written(self) -> str:
        """The amount with the digits of its currency."""
        return f"{self.amount:.{digits_of(self.currency)}f}"

    def told(self) -> dict[str, str]:
        """As programs and events see it."""
        return {
            "amount": self.written,
            "currency": self.currency,
            "rate_on": self.rate_on.isoformat(),
        }

    def kept(self) -> dict[str, str]:
        """As it lies in JSON, whole."""
        return {**self.told(), "own": f"{self.own:f}", "rate": f"{self.rate.normalize():f}"}


@dataclass(frozen=True, slots=True, eq=False)
class Price(Amount):
    """An amount of a record that has one currency and one rate for all of its amounts.

    The day of the rate is the record's and not told with each. A price for one piece may have more
    digits than its currency.
    """

    is_dated: bool = False

    @property
    def written(self) -> str:
        """The amount with the digits of its currency, or with more where it has more."""
        exponent = self.amount.normalize().as_tuple().exponent
        held = -exponent if isinstance(exponent, int) else 0
        return f"{self.amount:.{max(held, digits_of(self.currency))}f}"

    def told(self) -> dict[str, str]:
        """As programs and events see it."""
        return {"amount": self.written, "currency": self.currency}


def amount_of(raw: Mapping[str, Any]) -> Amount:
    """What `kept` wrote; KeyError, ValueError or ArithmeticError where it is none."""
    return Amount(
        Decimal(raw["amount"]),
        str(raw["currency"]),
        Decimal(raw["own"]),
        Decimal(raw["rate"]),
        date.fromisoformat(raw["rate_on"]),
    )
