"""The numbers over a list, in one statement; beyond the cap they are remembered for a minute.

A list of more than COUNT_CAP rows shows "10,000+" and stays so for long, while counting up to the
cap is the dearest part of a page. Smaller lists are counted anew each time, so their numbers agree
with what is shown.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select

from app.kernel.actor import Actor
from app.records.access import sees
from app.records.query import COUNT_CAP, Query, met
from app.records.types import RecordType

REMEMBERED = timedelta(seconds=60)
KEPT = 4096
ATTENTION_CAP = 999

_beyond: OrderedDict[tuple[Any, ...], datetime] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A number to count: of which rows, up to where, and under which key it is remembered.

    The rows, at most one beyond the cap, are asked for when the number is not known.
    """

    rows: Callable[[], Select[Any]]
    cap: int
    key: tuple[Any, ...]


def count_lists(
    record_type: RecordType, lists: dict[str, Query], by: Actor, *, attention: bool = False
) -> dict[str, int]:
    """How many rows each of `lists` has, up to COUNT_CAP + 1, by the same keys.

    With `attention`, `attention` counts the records whose moment of attention is past.
    """
    wanted = {
        name: _Wanted(
            partial(met, record_type, asked, by, COUNT_CAP + 1),
            COUNT_CAP,
            _key(record_type, asked, by),
        )
        for name, asked in lists.items()
    }
    watched = record_type.attention
    if attention and watched is not None and sees(record_type, watched.key, by):
        key = (*_key(record_type, Query(), by), watched.key)
        wanted["attention"] = _Wanted(
            partial(met, record_type, Query(), by, ATTENTION_CAP + 1, watched < by.now),
            ATTENTION_CAP,
            key,
        )
    found = {name: one.cap + 1 for name, one in wanted.items() if _is_beyond(one.key, by.now)}
    unknown = [name for name in wanted if name not in found]
    if unknown:
        counts = [_count(wanted[name]).label(f"n_{name}") for name in unknown]
        found.update(zip(unknown, by.session.execute(select(*counts)).one(), strict=True))
    for name in unknown:
        if found[name] > wanted[name].cap:
            _remember(wanted[name].key, by.now)
    return found


def _count(one: _Wanted) -> ScalarSelect[int]:
    """The number of rows, as a column of a statement."""
    return select(func.count()).select_from(one.rows().subquery()).scalar_subquery()


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
