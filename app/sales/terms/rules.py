"""The rule: the size of a customer and their payment record say what may be agreed with them.

Big customers who pay well get a discount, big ones who pay badly the market's terms and harder
payment, small ones who pay well some discount; with small ones who pay badly nothing is contracted.
Who has not been judged yet stands between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

SIZES = ("big", "small")
PAYERS = ("good", "unknown", "bad")
OPEN, HOLD, STOP = "open", "hold", "stop"
STANDINGS = (OPEN, HOLD, STOP)
POINTS = ("discount", "payment_days", "deposit")


@dataclass(frozen=True, slots=True)
class Cell:
    """What may be agreed: discount (%) and payment days at most, deposit (%) at least.

    `standing` is open, hold (each quote is approved) or stop (nothing is contracted).
    """

    discount: Decimal
    payment_days: int
    deposit: Decimal
    standing: str = OPEN

    def kept(self) -> dict[str, Any]:
        """As it lies in JSON."""
        return {**asdict(self), "discount": str(self.discount), "deposit": str(self.deposit)}


@dataclass(frozen=True, slots=True)
class Ruled:
    """Which cell holds for a customer, and in which points something goes beyond it."""

    size: str
    payer: str
    cell: Cell
    beyond: tuple[str, ...] = ()

    def kept(self) -> dict[str, Any]:
        """As a quote keeps it: codes and numbers, read in the language of whoever reads."""
        told = {"size": self.size, "payer": self.payer, "beyond": list(self.beyond)}
        return {**told, **self.cell.kept()}


USUAL: Mapping[str, Cell] = {
    "big.good": Cell(Decimal(10), 60, Decimal(0)),
    "big.unknown": Cell(Decimal(5), 30, Decimal(20)),
    "big.bad": Cell(Decimal(0), 0, Decimal(50)),
    "small.good": Cell(Decimal(5), 30, Decimal(0)),
    "small.unknown": Cell(Decimal(2), 14, Decimal(30)),
    "small.bad": Cell(Decimal(0), 0, Decimal(100), STOP),
}


def cell_of(raw: Mapping[str, Any] | None, key: str) -> Cell:
    """A cell as it was kept, or the usual one."""
    if not raw:
        return USUAL[key]
    return Cell(
        Decimal(str(raw["discount"])),
        int(raw["payment_days"]),
        Decimal(str(raw["deposit"])),
        str(raw["standing"]),
    )


def ruled_of(kept: Mapping[str, Any]) -> Ruled | None:
    """What `Ruled.kept` wrote, or None where nothing was."""
    if not kept:
        return None
    cell = cell_of(kept, "")
    return Ruled(str(kept["size"]), str(kept["payer"]), cell, tuple(kept["beyond"]))


def rule(
    cells: Mapping[str, Cell],
    *,
    is_big: bool,
    payer: str | None,
    discount: Decimal,
    payment_days: int,
    deposit: Decimal,
) -> Ruled:
    """The cell of a customer, and what of an offer goes beyond it: more off, later, less ahead."""
    size = "big" if is_big else "small"
    known = payer if payer in PAYERS else "unknown"
    cell = cells[f"{size}.{known}"]
    beyond = [
        key
        for key, is_beyond in (
            ("discount", discount > cell.discount),
            ("payment_days", payment_days > cell.payment_days),
            ("deposit", deposit < cell.deposit),
        )
        if is_beyond
    ]
    if cell.standing != OPEN:
        beyond.append(cell.standing)
    return Ruled(size, known, cell, tuple(beyond))
