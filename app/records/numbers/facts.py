"""What a record type declares of the numbers of its records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Resets(StrEnum):
    """When numbers begin with 1 again."""

    NEVER = "never"
    YEAR = "year"
    FISCAL = "fiscal"


@dataclass(frozen=True, slots=True)
class Numbered:
    """Records get a number in `field`, a text that no two of them share, unless they bring one.

    `pattern` and `resets` hold until a workspace chooses others; where it `is_on` from the first,
    nobody has to switch it on. Numbers that are `without_gaps` are given one by one as records are
    committed, as law wants it of papers; of all others an import takes a block, and what it does
    not use is left out.
    """

    field: Any
    pattern: str
    resets: Resets = Resets.NEVER
    is_on: bool = False
    without_gaps: bool = True
