"""Tables that go out as a paper: whoever makes papers of them says how, at start-up.

Reports have tables and documents have the letterhead; neither knows the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.kernel.actor import Actor

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its heading; numbers stand to the right, a wide one takes what room is left."""

    label: str
    number: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The texts of a row; a total is told from what it adds up."""

    cells: Sequence[str]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class TablePaper:
    """A table with all that stands on its paper.

    The first `names` columns say what a row is: they stand again beside each part of a table that
    is too wide for one sheet.
    """

    title: str
    note: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    totals: Sequence[str] = ()
    names: int = 1


Press = Callable[[TablePaper, Actor], bytes]

_press: Press | None = None


def install(press: Press) -> None:
    """Fix how papers are made; start-up calls it once per process."""
    global _press  # noqa: PLW0603  Fixed from here on, as the registry is.
    _press = press


def paper_of(table: TablePaper, by: Actor) -> bytes:
    """The PDF of a table in the language in use; Refused where it is more than a paper takes."""
    if _press is None:
        raise RuntimeError("Start-up did not say how papers are made.")
    return _press(table, by)
