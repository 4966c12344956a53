"""A page of a search: few hits are sorted; of many, those that lie next in the order are met soon.

A word that many bear is met soon on the way, and to find all who bear it would take long; one that
few bear is found by its index, and would not be met on the way of a million rows. The database
guesses badly which of both a part of a word is, so it is not asked. Up to PROBED hits are found by
index. Where there are more, AHEAD rows are looked at on the way until enough of them are hits, and
only where they hold too few are all hits gathered and sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    false,
    func,
    literal,
    select,
    true,
    tuple_,
    union_all,
)

from app.records.access import live
from app.records.query.columns import Reaches, columns
from app.records.query.few import unindexed
from app.records.types import RecordType

PROBED = 1_000
AHEAD = 6_000


@dataclass(frozen=True, slots=True)
class Sought:
    """A page of a search: the order of its rows, the place behind which it begins, how many.

    `keys` and `reaches` are what `columns` takes; `key` orders the rows, `downwards` where it
    falls. With `are_many` more hits than PROBED are known of, and none are counted.
    """

    keys: tuple[str, ...]
    reaches: Reaches | None
    key: ColumnElement[Any]
    downwards: bool
    place: tuple[Any, Any] | None
    wanted: int
    are_many: bool = False


def page_of_search(
    record_type: RecordType, sought: Sought, fits_all: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """The rows of which `fits_all` holds, in one statement."""
    row_id, key, downwards, wanted = (
        record_type.model.id,
        sought.key,
        sought.downwards,
        sought.wanted,
    )
    beyond: list[ColumnElement[bool]] = []
    if sought.place is not None:
        place = tuple_(*sought.place)
        pair = tuple_(key, row_id)
        beyond = [pair < place if downwards else pair > place]

    def turned(*order: Any) -> list[Any]:
        return [one.desc() if downwards else one for one in order]

    hit = select(row_id, key.label("sort_key"))
    hit = hit.where(*fits_all, *beyond)
    ahead = select(row_id, key.label("sort_key")).where(live(record_type), *beyond)
    ahead = ahead.order_by(*turned(key, row_id)).limit(AHEAD)
    row = ahead.subquery("ahead")
    fits = select(literal(1)).where(row_id == row.c.id, *fits_all)
    met = select(row.c.id).select_from(row.join(fits.limit(1).lateral("fits"), true()))
    near = met.order_by(*turned(row.c.sort_key, row.c.id)).limit(wanted).cte("near")
    is_enough = select(func.count()).select_from(near).scalar_subquery() >= wanted

    every = hit.order_by(*turned(unindexed(key), row_id)).limit(wanted)
    # Each is run only where its condition, which looks at no row, holds.
    parts: list[tuple[Select[Any], ColumnElement[bool]]] = [
        (select(near.c.id), is_enough),
        (every, ~is_enough),
    ]
    if not sought.are_many:
        probe = hit.limit(PROBED + 1).cte("probe")
        are_few = select(func.count()).select_from(probe).scalar_subquery() <= PROBED
        few = select(probe.c.id).order_by(*turned(probe.c.sort_key, probe.c.id)).limit(wanted)
        rest = [(part, case((are_few, false()), else_=holds)) for part, holds in parts]
        parts = [(few, are_few), *rest]
    named = ((part.subquery(f"part_{n}"), holds) for n, (part, holds) in enumerate(parts))
    ids = union_all(*(select(part.c.id).where(holds) for part, holds in named))

    statement = columns(record_type, sought.keys, sought.reaches)
    statement = statement.add_columns(key.label("sort_key")).where(row_id.in_(ids))
    return statement.order_by(*turned(unindexed(key), row_id))
