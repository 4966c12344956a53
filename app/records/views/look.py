"""How a list looks: its columns, how many stay, how dense, and by what its rows are grouped.

The address carries it (`cols=name:280,city,x_region:160`, `freeze=2`, `density=compact`), so that a
list can be shared as it is. A column that its reader may not see is left out, as the link may come
from somebody who may.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.whole import whole

ARGUMENTS = ("cols", "freeze", "density", "group")
DENSITIES = ("comfortable", "compact")
MOST = 40  # Columns of one list.
MOST_FROZEN = 4
NARROWEST, WIDEST = 60, 900  # Pixels.
GROUP = re.compile(r"[a-z][a-z0-9_]{0,59}(:[a-z]{1,10})?")
PART = re.compile(r"([a-z][a-z0-9_]{0,59})(?::([0-9]{1,4}))?")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One column that was asked for; a width of 0 means as its content needs."""

    key: str
    width: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """How a list looks; without `columns` it has those of its type.

    `frozen` columns, the title among them, stay where they are while the others are scrolled.
    `group` is the key of the field that its rows are grouped by, of a date with its unit:
    `created_at:month`.
    """

    columns: tuple[Chosen, ...] = ()
    frozen: int = 1
    is_compact: bool = False
    group: str = ""

    @property
    def is_sized(self) -> bool:
        """True when somebody gave a column its width."""
        return any(one.width for one in self.columns)

    def pairs(self) -> list[tuple[str, str]]:
        """It as arguments of an address; what is usual is not said."""
        found = []
        if self.columns:
            found.append(("cols", ",".join(map(_part, self.columns))))
        if self.frozen != 1:
            found.append(("freeze", str(self.frozen)))
        if self.is_compact:
            found.append(("density", "compact"))
        if self.group:
            found.append(("group", self.group))
        return found


def read_look(arguments: Mapping[str, str]) -> Look:
    """The look that the arguments of an address ask for; what makes no sense is left out."""
    freeze = whole(arguments.get("freeze", ""))
    return Look(
        columns=read_columns(arguments.get("cols", "").split(",")),
        frozen=1 if freeze is None else min(freeze, MOST_FROZEN),
        is_compact=arguments.get("density") == "compact",
        group=arguments.get("group", "") if GROUP.fullmatch(arguments.get("group", "")) else "",
    )


def read_columns(parts: list[str]) -> tuple[Chosen, ...]:
    """Columns as `key` or `key:width`, each once, at most MOST."""
    found: dict[str, Chosen] = {}
    for part in parts:
        match = PART.fullmatch(part)
        if match is not None and match[1] not in found and len(found) < MOST:
            found[match[1]] = Chosen(match[1], fitting(int(match[2] or 0)))
    return tuple(found.values())


def fitting(width: int) -> int:
    """A width that a column can have; 0 stays 0."""
    return min(max(width, NARROWEST), WIDEST) if width else 0


def _part(one: Chosen) -> str:
    return f"{one.key}:{one.width}" if one.width else one.key
