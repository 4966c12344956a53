"""How an amount is parted: to the cent, so that the parts are always the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from app.kernel.currencies import digits_of
from app.kernel.language import Text, _
from app.sales.lines.arithmetic import EXACT, NOTHING, WHOLE, to_cents

NEARLY = Decimal("0.01")  # By how much shares may miss a hundred percent: a third is 33.3333.


@dataclass(frozen=True, slots=True)
class Portion:
    """What somebody said of one part: a share in percent, an amount, or nothing: what is left."""

    share: Decimal | None = None
    amount: Decimal | None = None


@dataclass(slots=True)
class Parted:
    """The amount of each part; what stands against one by its place and field, and against all."""

    amounts: list[Decimal] = field(default_factory=list)
    errors: dict[tuple[int, str], Text] = field(default_factory=dict)
    missed: Decimal | None = None  # By how much the parts miss the whole.

    @property
    def is_whole(self) -> bool:
        """True where the parts are the whole, and none is nothing."""
        return not self.errors and self.missed is None


def part(total: Decimal, portions: Sequence[Portion], currency: str) -> Parted:
    """Part `total`, an amount in whole cents of `currency`.

    Shares are rounded once, halves away from zero; where all are shares of a hundred percent, the
    last part takes the cent that is left. A last part of which nothing was said takes all that is
    left. Amounts stand as they were said.
    """
    if not portions:
        return Parted()
    with localcontext() as context:
        context.prec = EXACT
        amounts = [_said(total, one, currency) for one in portions]
        before = sum((one or NOTHING for one in amounts[:-1]), NOTHING)
        found = Parted()
        for place, one in enumerate(amounts[:-1]):
            if one is None:
                found.errors[place, "amount"] = _("Enter a share or an amount.")
        if amounts[-1] is None or _is_hundred(portions):
            amounts[-1] = total - before
        found.amounts = [one or NOTHING for one in amounts]
        for place, amount in enumerate(found.amounts):
            if amount <= 0 and (place, "amount") not in found.errors:
                found.errors[place, "amount"] = _("An instalment is more than nothing.")
        missed = total - sum(found.amounts, NOTHING)
        found.missed = missed or None
        return found


def equal_shares(count: int) -> list[Decimal]:
    """A hundred percent in so many equal shares of four digits; the last takes what is left."""
    each = (WHOLE / count).quantize(Decimal("0.0001"))
    return [*([each] * (count - 1)), WHOLE - each * (count - 1)]


def one_cent(currency: str) -> Decimal:
    """The smallest amount of a currency."""
    return Decimal(1).scaleb(-digits_of(currency))


def _said(total: Decimal, one: Portion, currency: str) -> Decimal | None:
    if one.share is not None:
        return to_cents(total * one.share / WHOLE, currency)
    return one.amount


def _is_hundred(portions: Sequence[Portion]) -> bool:
    shares = [one.share for one in portions]
    known = [one for one in shares if one is not None]
    return len(known) == len(shares) and abs(sum(known, NOTHING) - WHOLE) <= NEARLY
