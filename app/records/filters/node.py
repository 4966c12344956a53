"""What a filter is: one condition, or a group of conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, true

DEEPEST = 3  # Groups within each other.
MOST = 30  # Conditions of one list.


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: the key of a field, one of OPERATORS, and the text it was asked with.

    The key of a field one step away names the reference first: `account_id.industry`.
    """

    key: str
    operator: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all (`and`), at least one (`or`) or none (`not`) must hold."""

    how: str
    parts: tuple[Node, ...]


Node = Filter | Group


def name_of(one: Filter) -> str:
    """A condition's name in an address and in an answer: `city`, `created_at__gte`."""
    return one.key if one.operator == "eq" else f"{one.key}__{one.operator}"


def depth(node: Node) -> int:
    """How many groups stand within each other."""
    return 0 if isinstance(node, Filter) else 1 + max(depth(part) for part in node.parts)


def joined(node: Node, one: Callable[[Filter], ColumnElement[bool]]) -> ColumnElement[bool]:
    """The condition that a filter means; `one` gives that of each single condition."""
    if isinstance(node, Filter):
        return one(node)
    parts = [joined(part, one) for part in node.parts]
    if node.how == "not":  # What is unknown of an empty field is no reason to leave it out.
        return and_(*(part.is_not(true()) for part in parts))
    return and_(*parts) if node.how == "and" else or_(*parts)


def leaves(nodes: Iterable[Node]) -> Iterator[Filter]:
    """Every single condition of some filters, in their order."""
    for node in nodes:
        if isinstance(node, Filter):
            yield node
        else:
            yield from leaves(node.parts)
