"""One widget in its place on a Home, and how it is kept as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from app.kernel.ids import new_id
from app.records.widgets import KINDS, LIST, VIEW, First

MOST = 24  # Widgets of one Home.
NAME = 80  # Characters.
LONGEST_OF = 80  # Characters; an id or a key.
LONGEST_QUERY = 4000
ROWS = (3, 5, 10, 20)  # Of a list.
USUAL_ROWS = 5
HALF, FULL = "half", "full"
WIDTHS = (HALF, FULL)
OF_ROWS = (VIEW, LIST)  # Kinds that show so many rows.


@dataclass(frozen=True, slots=True)
class Placed:
    """A widget of a Home; `id` tells it from the others there.

    `of` is what it shows: the id of a report that somebody keeps or the key of one that comes with
    a module, the id of a saved view, the key of a record type, or that of a module's widget; a list
    has its `query` too. Without a `name` it has that of what it shows.
    """

    id: str
    kind: str
    of: str
    name: str = ""
    is_wide: bool = False
    rows: int = USUAL_ROWS
    query: str = ""

    @property
    def what(self) -> tuple[str, str, str]:
        """What it shows, whatever it is called and wherever it stands."""
        return (self.kind, self.of, self.query)

    @property
    def has_rows(self) -> bool:
        """True of what shows some rows of a list."""
        return self.kind in OF_ROWS

    @property
    def width(self) -> str:
        """How wide it is: half of the page or all of it."""
        return FULL if self.is_wide else HALF


def fresh_id() -> str:
    """The id of a widget that is put on a Home."""
    return new_id().hex


def shipped(first: First) -> Placed:
    """A widget as a module ships it; it has the same id on every Home that shows it."""
    told = f"-{sha256(first.query.encode()).hexdigest()[:6]}" if first.query else ""
    return Placed(
        f"{first.kind}-{first.of}{told}",
        first.kind,
        first.of,
        is_wide=first.is_wide,
        query=first.query,
    )


def write(widgets: Iterable[Placed]) -> list[dict[str, Any]]:
    """Widgets as JSON."""
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "of": one.of,
            "name": one.name,
            "width": one.width,
            "rows": one.rows,
            "query": one.query,
        }
        for one in widgets
    ]


def read(kept: Iterable[Mapping[str, Any]]) -> tuple[Placed, ...]:
    """Widgets from what was kept; one of a kind that this version does not know is left out."""
    return tuple(
        Placed(
            str(one["id"]),
            str(one["kind"]),
            str(one["of"]),
            str(one.get("name", "")),
            one.get("width") == FULL,
            int(one.get("rows", USUAL_ROWS)),
            str(one.get("query", "")),
        )
        for one in kept
        if one.get("kind") in KINDS
    )
