"""What became of a customer's records, told on the timeline of that customer, each as one line.

Types name the events that matter so much as their `milestones`. Nothing is told of a record that
the reader may not open, nor of one that concerns another customer by now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select, tuple_

from app.events import Event
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.access import permitted, sees
from app.records.called import called, says_number
from app.records.fields import Field
from app.records.merge.absorbed import with_absorbed
from app.records.model import Record
from app.records.pages.changes import VIAS, told_elsewhere, told_with_name
from app.records.pages.shown import shown_text
from app.records.pages.timeline import Asked, Entry, Source
from app.records.pool.reading import is_read_in_pool
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats

TEMPLATE = "records/_milestone.html"
CREATED = "created"


@dataclass(frozen=True, slots=True)
class Milestone:
    """One event of another record as its line shows it; `url` leads to that record."""

    who: str
    verb: Text | str
    icon: str
    name: str
    url: str
    amount: str
    via: Text | None
    time: str
    at: str


def milestones_of(record_type: RecordType, record: Record, by: Actor, asked: Asked) -> list[Entry]:
    """The milestones of the records of a customer before a moment, newest first."""
    kinds = list(_kinds_of(record_type, by))
    if not kinds or is_read_in_pool(record_type, by):
        return []
    its = Event.account_id.in_(with_absorbed(record_type, record.id, by))
    known = Event.record_type.in_([one.key for one in kinds])
    if by.session.execute(select(Event.id).where(its, known).limit(1)).first() is None:
        return []  # Of most new customers there is nothing: no table of records is asked.
    statement = (
        select(Event.id, Event.record_type, Event.record_id, Event.verb, Event.changes)
        .add_columns(Event.at, Event.via, User.name)
        .outerjoin(User, User.id == Event.actor_id)
        .where(its, or_(*(_told_of(kind, record, by) for kind in kinds)))
    )
    if asked.before is not None:
        statement = statement.where(tuple_(Event.at, Event.id) < asked.before)
    statement = statement.order_by(Event.at.desc(), Event.id.desc()).limit(asked.limit + 1)
    rows = by.session.execute(statement).all()
    found = {kind.key: _seen(kind, rows, by) for kind in kinds}
    return [
        Entry(row.at, row.id, TEMPLATE, _line(row, *found[row.record_type], by)) for row in rows
    ]


def _kinds_of(record_type: RecordType, by: Actor) -> Iterator[RecordType]:
    """The types whose milestones are told on records of `record_type`, as `by` sees them."""
    for one in registry():
        if not one.milestones or one.account is None or one.field(one.account.key).to is None:
            continue
        is_its = one.field(one.account.key).to == record_type.key
        may_read = by.tenant.allows(one.module) and by.may(one.key, "read")
        if is_its and may_read and sees(one, one.account.key, by):
            yield tailored(one.key, by)


def _told_of(kind: RecordType, record: Record, by: Actor) -> ColumnElement[bool]:
    """The events that are milestones of a record of `kind` which `by` may open."""
    model = kind.model
    its_account: Any = getattr(model, kind.account.key) if kind.account is not None else None
    mine = select(literal(1)).where(
        model.id == Event.record_id, its_account == record.id, permitted(kind, by)
    )
    return and_(
        Event.record_type == kind.key,
        Event.verb.in_(_verbs_for(kind, by)),
        exists(mine.correlate(Event)),
    )


def _verbs_for(kind: RecordType, by: Actor) -> list[str]:
    """The milestones of a type that tell nothing of a field which `by` may not see."""
    hidden = {
        action.event
        for action in kind.actions
        if not all(sees(kind, one.key, by) for one in action.reads)
    }
    return [verb for verb in kind.milestones if verb not in hidden]


def _seen(
    kind: RecordType, rows: Iterable[Any], by: Actor
) -> tuple[RecordType, Mapping[UUID, tuple[str, str]]]:
    """Of the records of a type among some events: what they are called, and what they come to.

    That they may be opened was asked with their events.
    """
    ids = {row.record_id for row in rows if row.record_type == kind.key}
    if not ids:
        return kind, {}
    model, amount = kind.model, _amount_of(kind, by)
    name = called(kind, model, with_number=says_number(kind, by))
    told = [amount.fetched] if amount is not None else []
    found = by.session.execute(select(model.id, name, *told).where(model.id.in_(ids))).all()
    return kind, {
        record_id: (title or "", shown_text(amount, sums[0], by) if amount is not None else "")
        for record_id, title, *sums in found
    }


def _amount_of(kind: RecordType, by: Actor) -> Field | None:
    """The sum that stands below the title of such records, where `by` sees it."""
    keys = [one.key for one in kind.subtitle if one.key in kind.prices]
    return next((kind.prices[key] for key in keys if sees(kind, key, by)), None)


def _line(
    row: Any, kind: RecordType, records: Mapping[UUID, tuple[str, str]], by: Actor
) -> Milestone:
    name, amount = records.get(row.record_id, ("", ""))
    action = next((one for one in kind.actions if one.event == row.verb), None)
    told: Text | str | None = told_elsewhere(row.verb, row.changes)
    if action is not None:
        told = told_with_name(action, row.changes)
    elif row.verb == CREATED:
        told = gettext("added: %(kind)s", kind=kind.words.one)
    return Milestone(
        who=row.name or "",
        verb=told or row.verb,
        icon=kind.icon,
        name=name or str(kind.words.one),
        url=f"/{kind.collection}/{row.record_id}",
        amount=amount,
        via=VIAS.get(row.via),
        time=formats(by).time(row.at),
        at=row.at.isoformat(),
    )


def _tells(record_type: RecordType, by: Actor) -> bool:
    return any(True for _kind in _kinds_of(record_type, by))


SOURCE = Source("", (("business", _("Business")),), milestones_of, tells=_tells)
