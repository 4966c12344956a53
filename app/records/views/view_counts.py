"""How many rows saved views have: asked for once the page stands, and kept for a minute."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.pages.counts import count_lists
from app.records.pages.state import read_state
from app.records.query import Query, conditions
from app.records.types import RecordType
from app.records.views.opened import saved_arguments
from app.records.views.shelf import shelf

REMEMBERED = timedelta(seconds=60)
KEPT = 1024  # Readers and types.
MOST = 30  # Views that are counted; who has more sees no numbers at the last ones.

_kept: OrderedDict[tuple[object, ...], tuple[datetime, dict[UUID, int]]] = OrderedDict()
_lock = Lock()


def count_views(record_type: RecordType, by: Actor) -> dict[UUID, int]:
    """The numbers of the reader's views of a type, in one statement, up to the cap and one.

    A view that asks for a field which its reader may not see has none.
    """
    views = shelf(by).of(record_type.key)[:MOST]
    key = (
        by.tenant.id,
        by.user_id,
        record_type.key,
        tuple(views),
        by.rights.reach(record_type.key, "read"),
        by.previews and by.role_id,
    )
    with _lock:
        found = _kept.get(key)
    if found is not None and by.now < found[0]:
        return found[1]
    lists: dict[str, Query] = {}
    for view in views:
        try:
            asked = read_state(record_type, saved_arguments(view)).asked
            conditions(record_type, asked, by)
        except Refused:
            continue
        lists[view.id.hex] = Query(q=asked.q, filters=asked.filters)
    counts = {UUID(name): n for name, n in count_lists(record_type, lists, by).items()}
    with _lock:
        _kept[key] = (by.now + REMEMBERED, counts)
        _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return counts
