"""The first rows of several lists at once, such as the groups of one that are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import literal, null, select, union_all
from sqlalchemy.engine import Row

from app.kernel.actor import Actor
from app.records.access import permitted
from app.records.query.asked import Query
from app.records.query.columns import columns, read_reaches, readers
from app.records.query.narrowing import conditions
from app.records.query.order import default_sort, sort_key
from app.records.types import RecordType


def first_rows(
    record_type: RecordType, lists: Sequence[Query], by: Actor, keys: Sequence[str], limit: int
) -> list[list[Row[Any]]]:
    """At most `limit` rows of each list, all in the order of the first, in two statements.

    The rows are as those of `page`. The order must be one of a key that every row has.
    """
    model = record_type.model
    key, is_descending = sort_key(record_type, lists[0].sort or default_sort(record_type, by), by)
    legs = []
    for place, one in enumerate(lists):
        order = [part.desc() if is_descending else part for part in (key, model.id)]
        leg = select(model.id, literal(place).label("place"), key.label("sort_key"))
        leg = leg.where(*conditions(record_type, one, by)).order_by(*order).limit(limit)
        legs.append(select(leg.subquery(f"leg_{place}")))
    met = union_all(*legs).subquery("met").c
    order = [part.desc() if is_descending else part for part in (met.sort_key, met.id)]
    ids: list[list[UUID]] = [[] for _one in lists]
    for record_id, place in by.session.execute(
        select(met.id, met.place).order_by(met.place, *order)
    ):
        ids[place].append(record_id)
    statement = columns(record_type, tuple(keys), read_reaches(by))
    statement = statement.add_columns(null().label("sort_key"))
    every = [one for some in ids for one in some]
    statement = statement.where(model.id.in_(every), permitted(record_type, by))
    rows = {row.id: row for row in by.session.execute(statement, readers(by))}
    return [[rows[one] for one in some if one in rows] for some in ids]
