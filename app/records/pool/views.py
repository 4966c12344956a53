"""How many records of the pool somebody opens a day, where a workspace set a cap on that.

A record counts once a day. It is counted before it is shown, in a transaction of its own and under
one key for everybody who counts there, so that the cap holds however many workers there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.identity.limits import TooMany
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import _, ngettext
from app.records.model import Record
from app.records.pool.policy import policy
from app.records.types import RecordType
from tenants.control import Hit
from tenants.database import counting_session


@dataclass(frozen=True, slots=True)
class Views:
    """How many records somebody opened today of those they may."""

    opened: int
    most: int

    @property
    def left(self) -> int:
        """How many more they may open."""
        return max(self.most - self.opened, 0)


class ViewedEnough(TooMany):
    """Somebody opened as many records of the pool as they may in a day: 429 until midnight."""

    title = _("That is all of the pool for today")

    def __init__(self, record_type: RecordType, most: int, retry_after: int) -> None:
        one, many = record_type.words.count
        what = ngettext(one, many, most)
        message = _(
            "You have opened as many of the pool today as you may: %(what)s. Tomorrow you can open "
            "more.",
            what=what,
        )
        Answer.__init__(self, message)
        self.retry_after = retry_after


def open_in_pool(record_type: RecordType, record: Record, by: Actor) -> Views | None:
    """Count that `by` opens a record of the pool; None where nobody counts.

    ViewedEnough where it would be one too many. Who looks as somebody else is not counted.
    """
    if record_type.pool is None or record.owner_id is not None:
        return None
    most = most_views(record_type, by)
    if most is None or by.previews is not None or by.user_id is None:
        return None
    here = by.now.astimezone(ZoneInfo(by.tenant.zone))
    with counting_session() as session:
        opened = _count(session, _keys(record_type, most, by), record.id, here)
    if opened is None:
        raise ViewedEnough(record_type, most, _until_midnight(here))
    return Views(opened, most)


def most_views(record_type: RecordType, by: Actor) -> int | None:
    """How many records of the pool `by` may open a day; None for as many as they like."""
    caps = policy(by).caps_on(record_type.key)
    mine = [one.most_views for one in caps if one.group_id in by.groups]
    return min((one for one in mine if one is not None), default=None)


def _keys(record_type: RecordType, most: int, by: Actor) -> list[str]:
    """The key of somebody's day, and one for each record that they may open; none names anybody."""
    told = f"{by.tenant.id}|pool|{record_type.key}|{by.user_id}"
    key = f"pool:{sha256(told.encode()).hexdigest()}"
    return [key, *(f"{key}:{place}" for place in range(most))]


def _count(session: Session, keys: list[str], record_id: UUID, here: datetime) -> int | None:
    """Count the record unless it was today; what the day has reached, or None beyond its end.

    The first key counts, each other one holds a mark of the record that came at its place.
    """
    day, mark = here.date().toordinal(), record_id.int % 2**31
    first = insert(Hit).values(key=keys[0], window=day, n=0)
    session.execute(first.on_conflict_do_nothing())
    # The row of the day is held, so that those who open at one moment are counted one by one.
    held = select(Hit.n).where(Hit.key == keys[0], Hit.window == day).with_for_update()
    opened: int = session.execute(held).scalar_one()
    if opened == 0:
        session.execute(delete(Hit).where(Hit.key.in_(keys), Hit.window < day))
    marks = select(Hit.n).where(Hit.key.in_(keys[1 : opened + 1]), Hit.window == day)
    if mark in session.scalars(marks).all():
        return opened
    if opened + 1 >= len(keys):
        return None
    rows = [
        {"key": keys[opened + 1], "window": day, "n": mark},
        {"key": keys[0], "window": day, "n": opened + 1},
    ]
    kept = insert(Hit).values(rows)
    changed = kept.on_conflict_do_update(
        index_elements=[Hit.key, Hit.window], set_={"n": kept.excluded.n}
    )
    session.execute(changed)
    return opened + 1


def _until_midnight(here: datetime) -> int:
    """Seconds until the day is over on the workspace's clock."""
    midnight = datetime.combine(here.date() + timedelta(days=1), time.min, here.tzinfo)
    return max(1, int((midnight - here).total_seconds()))
