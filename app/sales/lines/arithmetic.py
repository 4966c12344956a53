"""What lines come to: exact decimals, rounded where the rule says and nowhere else.

The rule, for quotes, orders and invoices alike. Each line is rounded once: quantity times unit
price, less the discount, to the digits of the currency, halves away from zero as the database and
the tax offices do. Tax is reckoned per rate: the net amounts of a rate are added up, and the sum's
tax is rounded once. The total is the sum of the nets and of the taxes; so every figure of a paper
is the sum of figures that stand on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from app.kernel.currencies import digits_of

EXACT = 60  # Digits of what is between two roundings: a quantity has 18, a price 18, a rate 7.
WHOLE = Decimal(100)  # Percent.
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one line. Rates are percents; `discount_amount` is off the whole line.

    A line has a discount in percent or as an amount, never both. `unit_cost` is None where nobody
    knows it.
    """

    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = NOTHING
    discount_amount: Decimal = NOTHING
    tax_rate: Decimal = NOTHING
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """What one line comes to, rounded: before its discount, after it, and what it costs us."""

    gross: Decimal
    net: Decimal
    cost: Decimal | None

    @property
    def margin(self) -> Decimal | None:
        """What is left of it, where its cost is known."""
        return None if self.cost is None else self.net - self.cost


@dataclass(frozen=True, slots=True)
class Taxed:
    """The lines of one rate together: the rate in percent, their net, and the tax on it."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """What all lines come to. `cost` is None where that of any line is not known."""

    lines: tuple[Sum, ...]
    gross: Decimal
    net: Decimal
    taxes: tuple[Taxed, ...]
    tax: Decimal
    total: Decimal
    cost: Decimal | None

    @property
    def discount(self) -> Decimal:
        """What is taken off in all, as an amount."""
        return self.gross - self.net

    @property
    def margin(self) -> Decimal | None:
        """What is left of the net amount, where the cost of every line is known."""
        return None if self.cost is None else self.net - self.cost


def reckon(lines: Iterable[Figures], currency: str) -> Totals:
    """Every sum of some lines in a currency; see the rule at the head of this file."""
    found = list(lines)
    with localcontext() as context:
        context.prec = EXACT
        sums = tuple(_line(one, currency) for one in found)
        taxes = _taxes(found, sums, currency)
        net = sum((one.net for one in sums), NOTHING)
        tax = sum((one.tax for one in taxes), NOTHING)
        costs = [one.cost for one in sums]
        known = [one for one in costs if one is not None]
        return Totals(
            sums,
            sum((one.gross for one in sums), NOTHING),
            net,
            taxes,
            tax,
            net + tax,
            sum(known, NOTHING) if len(known) == len(costs) and costs else None,
        )


def percent_off(before: Decimal, after: Decimal) -> Decimal:
    """How much less `after` is than `before`, in percent with four digits: from 0 to 100."""
    if before <= 0 or after >= before:
        return NOTHING
    with localcontext() as context:
        context.prec = EXACT
        share = (before - after) * WHOLE / before
        return min(share, WHOLE).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def to_cents(amount: Decimal, currency: str) -> Decimal:
    """An amount with the digits of its currency, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-digits_of(currency)), ROUND_HALF_UP)


def _line(one: Figures, currency: str) -> Sum:
    gross = one.quantity * one.unit_price
    net = gross * (WHOLE - one.discount) / WHOLE - one.discount_amount
    cost = None if one.unit_cost is None else to_cents(one.quantity * one.unit_cost, currency)
    return Sum(to_cents(gross, currency), to_cents(net, currency), cost)


def _taxes(lines: Sequence[Figures], sums: Sequence[Sum], currency: str) -> tuple[Taxed, ...]:
    """The tax of each rate, the highest first; lines without tax are no rate."""
    nets: dict[Decimal, Decimal] = {}
    for one, its in zip(lines, sums, strict=True):
        if one.tax_rate:
            nets[one.tax_rate] = nets.get(one.tax_rate, NOTHING) + its.net
    return tuple(
        Taxed(rate, nets[rate], to_cents(nets[rate] * rate / WHOLE, currency))
        for rate in sorted(nets, reverse=True)
    )
