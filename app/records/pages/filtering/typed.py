"""What stands in the builder: rows and groups, read from its form and turned into filters.

A row at the path `1.0` sends `c.1.0.f` (field), `c.1.0.w` (way) and `c.1.0.v` (values), one of
amounts `c.1.0.c` (currency), a group at `1` sends `c.1.how`. The whole is a group itself, whose
path is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from app.kernel.language import Text
from app.kernel.whole import whole
from app.records.filters import DEEPEST, MOST, Filter, Group, Node

PREFIX = "c"
HOWS = ("and", "or", "not")
Arguments = MultiDict[str, str]


@dataclass(slots=True)
class Row:
    """One condition as it stands in the form; `kept` is a filter that the form has no control for.

    `was` is what its controls were made for (see `RowShown.was`), `error` what was said of it, and
    `currency` that of its amounts.
    """

    key: str = ""
    way: str = ""
    values: list[str] = field(default_factory=list)
    kept: Filter | None = None
    was: str = ""
    error: Text | str = ""
    is_new: bool = False
    currency: str = ""


@dataclass(slots=True)
class Rows:
    """A group of rows and groups."""

    how: str = "and"
    parts: list[Row | Rows] = field(default_factory=list)

    def at(self, path: str) -> Row | Rows | None:
        """The row or the group at a path, or None."""
        found: Row | Rows = self
        for step in filter(None, path.split(".")):
            number = -1 if (spelled := whole(step)) is None else spelled
            if not isinstance(found, Rows) or not 0 <= number < len(found.parts):
                return None
            found = found.parts[number]
        return found

    def rows(self) -> Iterator[Row]:
        """Every row, in order."""
        for part in self.parts:
            if isinstance(part, Row):
                yield part
            else:
                yield from part.rows()


def read_rows(arguments: Arguments) -> Rows:
    """The rows that a form sent; what is no row of ours is left out."""
    tree: dict[str, Any] = {}
    for name in list(arguments)[: MOST * 10]:
        steps = name.split(".")
        if steps[0] != PREFIX or len(steps) > DEEPEST + 3:
            continue
        node = tree
        for step in steps[1:-1]:
            node = node.setdefault(step, {})
        node[f"={steps[-1]}"] = arguments.getlist(name)
    return _rows(tree)


def mark_of(prefix: str) -> str:
    """What the orders of buttons begin with that belong to rows of another prefix than PREFIX."""
    return "" if prefix == PREFIX else f"{prefix}|"


def arguments_of(prefix: str, arguments: Arguments) -> Arguments:
    """What a form sent for the rows of one prefix, as if they were the only ones."""
    found: Arguments = MultiDict()
    for name, value in arguments.items(multi=True):
        first, dot, rest = name.partition(".")
        if first == prefix and dot:
            found.add(f"{PREFIX}.{rest}", value)
    mark, _bar, order = arguments.get("do", "").rpartition("|")
    if mark == mark_of(prefix).rstrip("|"):
        found["do"] = order
    return found


def _rows(tree: dict[str, Any]) -> Rows:
    how = next(iter(tree.get("=how", [])), "and")
    steps = sorted((one for one in tree if whole(one) is not None), key=int)
    parts: list[Row | Rows] = []
    for step in steps:
        inner = tree[step]
        parts.append(_row(inner) if "=f" in inner else _rows(inner))
    return Rows(how if how in HOWS else "and", parts)


def _row(tree: dict[str, Any]) -> Row:
    key, way = tree["=f"][0], next(iter(tree.get("=w", [])), "")
    values = [one for one in tree.get("=v", []) if one != ""]
    operator = next(iter(tree.get("=op", [])), "")
    kept = Filter(key, operator, values[0] if values else "") if operator else None
    was, currency = (next(iter(tree.get(f"={one}", [])), "") for one in ("was", "c"))
    return Row(key, way, values, kept, was, currency=currency)


def rows_of(filters: tuple[Node, ...], row: Callable[[Filter], Row]) -> Rows:
    """The rows that show some filters; `row` makes the one of each condition."""
    if len(filters) == 1 and isinstance(filters[0], Group):
        return _group(filters[0], row)
    return _group(Group("and", filters), row)


def _group(group: Group, row: Callable[[Filter], Row]) -> Rows:
    parts = (row(one) if isinstance(one, Filter) else _group(one, row) for one in group.parts)
    return Rows(group.how, list(parts))


def filters_of(rows: Rows, meaning: Callable[[Row], Filter | None]) -> tuple[Node, ...]:
    """The filters that the rows ask for; a row without a meaning yet asks for nothing."""
    found = _node(rows, meaning)
    if found is None:
        return ()
    return found.parts if isinstance(found, Group) and found.how == "and" else (found,)


def _node(part: Row | Rows, meaning: Callable[[Row], Filter | None]) -> Node | None:
    if isinstance(part, Row):
        return meaning(part)
    inner = tuple(one for one in (_node(each, meaning) for each in part.parts) if one is not None)
    if not inner:
        return None
    return inner[0] if len(inner) == 1 and part.how != "not" else Group(part.how, inner)


def edit(rows: Rows, order: str) -> None:
    """Do what a button asked: `add`, `group` (in the group at a path) or `drop` (what is there)."""
    verb, _dot, path = order.partition(".")
    if verb == "drop":
        above, _dot, last = path.rpartition(".")
        within = rows.at(above)
        if isinstance(within, Rows) and rows.at(path) is not None and path:
            del within.parts[int(last)]
        return
    within = rows.at(path)
    if isinstance(within, Rows) and verb in ("add", "group"):
        fresh = Row(is_new=True)
        within.parts.append(fresh if verb == "add" else Rows("or", [fresh]))
