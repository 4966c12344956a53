"""A list by groups for programs: each value with its number of records and its sums."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.access import readable_fields
from app.records.api.asked import Arguments
from app.records.api.shape import money
from app.records.fields import Field
from app.records.filters import once_each, read_filters
from app.records.query import Query, groups, read_grouping
from app.records.query.amounts import adds_up
from app.records.types import RecordType
from app.records.values import as_json

ARGUMENTS = ("q", "group", "sum")


def grouped(arguments: Arguments, record_type: RecordType, by: Actor) -> dict[str, Any]:
    """The groups that an address asks for, and the sums of all; Refused for what has no meaning."""
    once_each(arguments)
    grouping = read_grouping(record_type, arguments.get("group", ""), by)
    summed = _summed(record_type, arguments.get("sum", ""), by)
    query = Query(q=arguments.get("q", ""), filters=read_filters(arguments, ARGUMENTS))
    found = groups(record_type, query, by, grouping, summed)

    def sums(totals: tuple[Decimal | None, ...]) -> dict[str, Any]:
        return {one.key: _sum(one, total, by) for one, total in zip(summed, totals, strict=True)}

    rows = []
    for group in found.shown:
        row = {"value": as_json(group.value), "count": group.count, "sums": sums(group.sums)}
        if grouping.field.to:
            row |= {"title": group.title, "is_hidden": group.is_hidden}
        rows.append(row)
    totals = {"groups": found.number, "total": found.count, "sums": sums(found.sums)}
    return {"data": rows, **totals}


def _summed(record_type: RecordType, text: str, by: Actor) -> list[Field]:
    """The fields to add up; Refused for one that can't be, or may not be read."""
    fields = {one.key: one for one in readable_fields(record_type, by) if adds_up(one)}
    keys = list(dict.fromkeys(text.split(","))) if text else []
    if any(key not in fields for key in keys):
        raise Refused(_("This can't be added up."), field="sum")
    return [fields[key] for key in keys]


def _sum(field: Field, total: Decimal | None, by: Actor) -> Any:
    """A sum as records show what they hold of its field: an amount with its currency."""
    if total is None or field.kind not in ("money", "amount"):
        return as_json(total)
    return money(total, by.tenant.currency)
