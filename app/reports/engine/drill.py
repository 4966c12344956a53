"""From a number to its rows: the filters by which a list shows what the number counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.kernel.actor import Actor
from app.kernel.weeks import first_weekday
from app.records.fields import Field
from app.records.filters import Filter, Group, Node, read_list, write_list
from app.records.filters.conditions import meant
from app.records.filters.periods import PERIODS, bounds, days_before, read_days, read_span
from app.records.pool.reading import ASKED
from app.records.registry import registry
from app.records.types import RecordType
from app.reports.engine.definition import RATE
from app.reports.engine.kinds import DATES, NUMBERS
from app.reports.engine.meaning import Dimension
from app.reports.engine.result import EMPTY, OTHERS, UNOPENED, VALUE, Member, Place, Result


def rows_behind(
    result: Result, place: Place, by: Actor, measure: int | None = None
) -> tuple[Node, ...]:
    """The filters of the list of a place's rows, for `by`'s own clock.

    Of the measure with this number, where that counts only some of them, those alone.
    """
    meaning = result.meaning
    found: list[Node] = list(meaning.filters)
    for number, member in enumerate(place):
        if member is not None:
            found += _of_group(result, number, member)
    measured = result.measures[measure] if measure is not None else None
    if measured is not None and measured.asked.what == RATE:
        found += [*measured.asked.whole, *measured.asked.part]
    firm = meaning.firm
    if not _on_same_clock(by, firm) or _is_of_another_day(result, by):
        found = [fixed(meaning.record_type, one, firm) for one in found]
    if meaning.record_type.pool is not None:
        found = [_apart_from_pool(one) for one in found]
    return tuple(found)


def _apart_from_pool(node: Node) -> Node:
    """The same filter, written so that a list does not take it for the pool.

    A list opens the pool for the plain condition that there is no owner, and shows more there than
    the reader's own records, which are all that a report counts.
    """
    if node == ASKED:
        return Group("not", (Filter(ASKED.key, "isnull", "false"),))
    if isinstance(node, Group) and node.how == "and":  # An address may carry its parts one by one.
        return replace(node, parts=tuple(_apart_from_pool(one) for one in node.parts))
    return node


def _of_group(result: Result, number: int, member: Member) -> list[Node]:
    dimension = result.dimensions[number]
    key = dimension.asked.key
    if member.state == EMPTY:
        return [_is_empty(dimension)]
    if member.state == UNOPENED:
        return [Filter(key, "isnull", "false"), Group("not", _any_title(dimension))]
    if member.state == OTHERS:
        named = [one.text for one in result.members[number] if one.state == VALUE]
        found: list[Node] = [Filter(key, "nin", write_list(named)), Filter(key, "isnull", "false")]
        if dimension.field.to and dimension.field.to != "user":
            found.append(Group("or", _any_title(dimension)))
        return found
    if dimension.kind in DATES:
        first = member.value
        last = day_after(first, dimension.asked.unit, result.meaning.firm) - timedelta(days=1)
        return [Filter(key, "between", f"{first},{last}")]
    if dimension.kind in NUMBERS:
        low = Decimal(member.value)
        high = low + (dimension.asked.step or Decimal(1))
        return [Filter(key, "gte", _plain(low)), Filter(key, "lt", _plain(high))]
    return [Filter(key, "has" if dimension.is_many else "eq", member.text)]


def _is_empty(dimension: Dimension) -> Node:
    """Rows without a value; of a related record, also those that refer to none."""
    key = dimension.asked.key
    if dimension.meant.by is None:
        return Filter(key, "isnull", "true")
    return Group("not", (Filter(key, "isnull", "false"),))


def _any_title(dimension: Dimension) -> tuple[Node, ...]:
    """Conditions of which one holds of every record that the reader may open."""
    target = registry().type(dimension.field.to or "")
    key = f"{dimension.asked.key}.{target.title.key}"
    return (Filter(key, "isnull", "false"), Filter(key, "isnull", "true"))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def day_after(first: date, unit: str, by: Actor) -> date:
    """The day that follows a period."""
    if unit == "day":
        return first + timedelta(days=1)
    if unit == "fiscal_year":
        return date(first.year + 1, first.month, 1)
    return PERIODS[unit](first, 0, by)[1]


def _on_same_clock(by: Actor, firm: Actor) -> bool:
    """True for a reader whose days and weeks are the firm's."""
    country = by.tenant.country
    weeks = (first_weekday(one.language, country) for one in (by, firm))
    return str(by.zone) == str(firm.zone) and len(set(weeks)) == 1


def _is_of_another_day(result: Result, by: Actor) -> bool:
    """True for a result that was kept since: its periods were those of its own day."""
    zone = result.meaning.firm.zone
    return result.as_of.astimezone(zone).date() != by.now.astimezone(zone).date()


def fixed(record_type: RecordType, node: Node, firm: Actor) -> Node:
    """A filter whose periods are spelt as moments, so that it means the same on every clock."""
    if isinstance(node, Group):
        return replace(node, parts=tuple(fixed(record_type, one, firm) for one in node.parts))
    found = meant(record_type, node.key, firm)
    if found is None or found.field.kind not in DATES:
        return node
    return _fixed(found.field, node, firm)


def _fixed(field: Field, one: Filter, firm: Actor) -> Node:
    """The same of a condition on a date."""
    key = one.key
    if one.operator == "stale":
        first = days_before(read_days(one.text), firm)
        start = bounds(field, (first, first), firm).start
        return Group("or", (Filter(key, "isnull", "true"), Filter(key, "lt", _told(start))))
    if one.operator == "between":
        low, high = read_list(one.text)
        sides = (Filter(key, "gte", low), Filter(key, "lte", high))
        return Group("and", tuple(_fixed(field, side, firm) for side in sides))
    if one.operator in ("in", "nin"):
        is_in = one.operator == "in"
        each = (Filter(key, "eq" if is_in else "ne", text) for text in read_list(one.text))
        parts = tuple(_fixed(field, each_one, firm) for each_one in each)
        return Group("or" if is_in else "and", parts)
    return _bounded(field, one, firm)


def _bounded(field: Field, one: Filter, firm: Actor) -> Node:
    """The same of a condition on one period; a single moment is the same on every clock."""
    key = one.key
    span = read_span(field, one.text, firm) if one.operator in ("eq", "ne", *_BOUNDS) else None
    if span is None or span.end is None:
        return one
    start, end = _told(span.start), _told(span.end)
    if one.operator in _BOUNDS:
        operator, is_end = _BOUNDS[one.operator]
        return Filter(key, operator, end if is_end else start)
    if one.operator == "eq":
        return Group("and", (Filter(key, "gte", start), Filter(key, "lt", end)))
    # Not a group `not`: of a related record that would hold where there is none, too.
    without = Filter(key, "isnull", "true")
    return Group("or", (Filter(key, "lt", start), Filter(key, "gte", end), without))


# What each comparison with a period means of one of its two ends.
_BOUNDS = {"lt": ("lt", False), "gte": ("gte", False), "lte": ("lt", True), "gt": ("gte", True)}


def _told(moment: Any) -> str:
    return str(moment.isoformat())
