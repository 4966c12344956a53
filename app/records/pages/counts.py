"""The numbers over a list, in one statement; beyond the cap they are remembered for a minute.

A list of more than COUNT_CAP rows shows "10,000+" and stays so for long, while counting up to the
cap is the dearest part of a page. Smaller lists are counted anew each time, so their numbers agree
with what is shown.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import func, literal, select

from app.kernel.actor import Actor
from app.records.access import permitted, sees
from app.records.query import COUNT_CAP, Query, conditions
from app.records.types import RecordType

REMEMBERED = timedelta(seconds=60)
KEPT = 4096
ATTENTION_CAP = 999

_beyond: OrderedDict[tuple[Any, ...], datetime] = OrderedDict()
_lock = Lock()


def count_lists(
    record_type: RecordType, lists: dict[str, Query], by: Actor, *, attention: bool = False
) -> dict[str, int]:
    """How many rows each of `lists` has, up to COUNT_CAP + 1, by the same keys.

    With `attention`, `attention` counts the records whose moment of attention is past.
    """
    found: dict[str, int] = {}
    wanted: dict[str, Any] = {}
    for name, asked in lists.items():
        if _is_beyond(_key(record_type, asked, by), by.now):
            found[name] = COUNT_CAP + 1
        else:
            rows = select(literal(1)).select_from(record_type.model)
            wanted[name] = rows.where(*conditions(record_type, asked, by)).limit(COUNT_CAP + 1)
    watched = record_type.attention
    if attention and watched is not None and sees(record_type, watched.key, by):
        rows = select(literal(1)).select_from(record_type.model)
        overdue = (permitted(record_type, by), watched < by.now)
        wanted["attention"] = rows.where(*overdue).limit(ATTENTION_CAP + 1)
    if wanted:
        counts = [
            select(func.count()).select_from(rows.subquery()).scalar_subquery().label(f"n_{name}")
            for name, rows in wanted.items()
        ]
        found.update(zip(wanted, by.session.execute(select(*counts)).one(), strict=True))
    for name, asked in lists.items():
        if found[name] > COUNT_CAP:
            _remember(_key(record_type, asked, by), by.now)
    return found


def _key(record_type: RecordType, asked: Query, by: Actor) -> tuple[Any, ...]:
    """Whose count it is: nobody sees a number that was counted with another's rights."""
    hidden = tuple(sorted(by.rights.fields)) if asked.q else ()
    rights = (by.rights.reach(record_type.key, "read"), hidden, by.user_id, by.tenant.id)
    return (*rights, record_type.key, asked.q, asked.filters)


def _is_beyond(key: tuple[Any, ...], now: datetime) -> bool:
    with _lock:
        until = _beyond.get(key)
    return until is not None and now < until


def _remember(key: tuple[Any, ...], now: datetime) -> None:
    with _lock:
        if _beyond.get(key, now) <= now:
            _beyond[key] = now + REMEMBERED
        while len(_beyond) > KEPT:
            _beyond.popitem(last=False)
