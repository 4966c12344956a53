"""Which records a rule takes from their owners, and which it warns of, as conditions in SQL.

A rule counts days from the last that happened: from what it looks at (the last activity, a date)
and from when the owner got the record. So who has claimed one a short while ago keeps it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, false, func, select, true

from app.events import Event
from app.identity.models import Team, User
from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Refused
from app.records.filters import Filter
from app.records.filters.conditions import where
from app.records.pool.caps import spared_by
from app.records.pool.models import PoolRule, PoolWarning
from app.records.types import RecordType

IDLE, KEPT, ENDED = "idle", "kept", "ended"


def overdue(rule: PoolRule, record_type: RecordType, by: Actor) -> list[ColumnElement[bool]]:
    """The records that the rule takes now: their days are over, and their owners were warned."""
    conditions = counted(rule, record_type, rule.days, by)
    if rule.warn_days:
        warned = exists().where(
            PoolWarning.rule_id == rule.id,
            PoolWarning.record_id == record_type.model.id,
            PoolWarning.at <= by.now - timedelta(days=rule.warn_days),
        )
        conditions.append(warned)
    return conditions


def soon(rule: PoolRule, record_type: RecordType, by: Actor) -> list[ColumnElement[bool]]:
    """The records whose owners are to be warned, or were."""
    return counted(rule, record_type, rule.days - rule.warn_days, by)


def counted(
    rule: PoolRule, record_type: RecordType, days: int, by: Actor
) -> list[ColumnElement[bool]]:
    """The records for which so many days are over, whoever was warned.

    Where nobody can tell any more what the rule spares, it spares all, rather than take too much.
    """
    model, before = record_type.model, by.now - timedelta(days=days)
    given_since = exists().where(
        Event.record_type == record_type.key,
        Event.record_id == model.id,
        Event.at >= before,
        Event.changes.has_key("owner_id"),
    )
    spared = spared_by(record_type, rule.spared, by, unread=(true(),))
    conditions = [
        model.deleted_at.is_(None),
        model.owner_id.is_not(None),
        model.created_at < before,
        *_looked_at(rule, record_type, before, by),
        *_of_group(rule, model),
        *(one.is_not(true()) for one in spared),
    ]
    return [*conditions, ~given_since]


def _looked_at(
    rule: PoolRule, record_type: RecordType, before: datetime, by: Actor
) -> list[ColumnElement[bool]]:
    """What the rule asks of the record itself."""
    model, pool = record_type.model, record_type.pool
    if rule.kind == KEPT:
        return []
    if rule.kind == IDLE and pool is not None and pool.activity is not None:
        return [func.coalesce(pool.activity, model.created_at) < before]
    day = before.astimezone(ZoneInfo(by.tenant.zone)).date()
    past = Filter(rule.field or "", "lte", day.isoformat())
    try:
        everyone = service_actor(by.session, by.tenant, by.now, via=by.via)
        return where(record_type, [past], everyone, record_type.by_key.keys())
    except Refused:  # The field was retired: the rule finds nothing, rather than more than meant.
        return [false()]


def _of_group(rule: PoolRule, model: Any) -> list[ColumnElement[bool]]:
    """Whose records: those of a role, or of a team and those below it; all where none is named."""
    if rule.group_id is None:
        return []
    if rule.group_kind == "role":
        people = select(User.id).where(User.role_id == rule.group_id)
    else:
        below = Team.path.contains(str(rule.group_id), autoescape=True)
        people = select(User.id).join(Team, Team.id == User.team_id).where(below)
    return [model.owner_id.in_(people)]
