"""Whether each number of a report can open its rows: a list takes only so many conditions."""

from __future__ import annotations

from collections.abc import Iterable

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.filters import DEEPEST, MOST, Node, leaves
from app.records.filters.node import depth
from app.reports.engine.drill import fixed
from app.reports.engine.kinds import DATES, NUMBERS
from app.reports.engine.meaning import Dimension, Meaning


def demand_openable(meaning: Meaning) -> None:
    """Refused where a list could not hold the conditions of one of a report's numbers.

    Those are counted as they are spelt for readers on another clock, where one on a date is two or
    three, with what the groups and the largest rate add.
    """
    rates = [(*one.asked.whole, *one.asked.part) for one in meaning.measures]
    every = (*meaning.filters, *(node for nodes in rates for node in nodes))
    for one in every:
        more = depth(_spelt(meaning, one)) - depth(one)
        if depth(one) + more > DEEPEST:
            message = _("Groups of conditions go %(most)s deep at most.", most=DEEPEST - more)
            raise Refused(message)
    size = _size(meaning, meaning.filters) + sum(_most_of(one) for one in meaning.dimensions)
    size += max((_size(meaning, nodes) for nodes in rates), default=0)
    if size > MOST:
        raise Refused(
            _(
                "This report has too many conditions: its numbers could not be opened as lists."
                " Leave some out, or group by fewer fields."
            )
        )


def _spelt(meaning: Meaning, node: Node) -> Node:
    return fixed(meaning.record_type, node, meaning.firm)


def _size(meaning: Meaning, nodes: Iterable[Node]) -> int:
    return sum(1 for _one in leaves(_spelt(meaning, node) for node in nodes))


def _most_of(dimension: Dimension) -> int:
    """The most conditions that a member of a group adds; see `rows_behind`."""
    is_record = bool(dimension.field.to) and dimension.field.to != "user"
    if dimension.is_limited:
        return 4 if is_record else 2
    if is_record:
        return 3
    return 2 if dimension.kind in (*DATES, *NUMBERS) else 1
