"""Through what a list is looked at, as its address says: its rows, a board, a calendar.

The path says which (`/accounts/board`), and what is kept or sent elsewhere says it as an argument:
`lens=board&by=x_region`, `lens=calendar&by=due_at&span=week`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

ROWS, BOARD, CALENDAR = "", "board", "calendar"
MONTH, WEEK, DAY = "month", "week", "day"
SPANS = (MONTH, WEEK, DAY)
ARGUMENTS = ("lens", "by", "span")
DATE = "on"  # The argument of the day that a calendar shows: a place, and no part of what is kept.
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class Lens:
    """A board's columns are of the choice `by`, a calendar's days of the date `by`.

    Without it they are those that are usual for the type. `span` is how much a calendar shows.
    """

    name: str = ROWS
    by: str = ""
    span: str = MONTH

    def named(self) -> list[tuple[str, str]]:
        """Its name as an argument; rows are not said."""
        return [("lens", self.name)] if self.name else []

    def details(self) -> list[tuple[str, str]]:
        """All else of it as arguments; what is usual is not said."""
        found = [("by", self.by)] if self.by else []
        return [*found, ("span", self.span)] if self.span != MONTH else found


AS_ROWS = Lens()


def read_lens(arguments: Mapping[str, str]) -> Lens:
    """The lens that the arguments of an address ask for; what makes no sense is left out."""
    name = arguments.get("lens", ROWS)
    if name not in (BOARD, CALENDAR):
        return AS_ROWS
    key, span = arguments.get("by", ""), arguments.get("span", "")
    by = key if KEY.fullmatch(key) else ""
    return Lens(name, by, span if name == CALENDAR and span in SPANS else MONTH)
