"""What became of a customer's records, told on the timeline of that customer, each as one line.

Types name the events that matter so much as their `milestones`. Nothing is told of a record that
the reader may not open, nor of one that concerns another customer by now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select, tuple_

from app.events import Event
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.access import permitted, sees
from app.records.called import BETWEEN, called, says_number
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
    kinds = {one.key: one for one in _kinds_of(record_type, by)}
    its = Event.account_id.in_(with_absorbed(record_type, record.id, by))
    known = Event.record_type.in_(kinds)
    if by.session.execute(select(Event.id).where(its, known).limit(1)).first() is None:
        return []  # Of most new customers there is nothing: no table of records is asked.
    statement = (
        select(Event.id, Event.record_type, Event.record_id, Event.verb, Event.changes)
        .add_columns(Event.at, Event.via, User.name)
        .outerjoin(User, User.id == Event.actor_id)
        .where(its, or_(*(_told_of(kind, record, by) for kind in kinds.values())))
    )
    if asked.before is not None:
        statement = statement.where(tuple_(Event.at, Event.id) < asked.before)
    statement = statement.order_by(Event.at.desc(), Event.id.desc()).limit(asked.limit + 1)
    rows = by.session.execute(_with_records(statement, kinds.values(), by)).all()
    customer = record_type.title_of(record)
    return [
        Entry(row.at, row.id, TEMPLATE, _line(row, kinds[row.record_type], customer, by))
        for row in rows
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


def _with_records(
    statement: Select[Any], kinds: Iterable[RecordType], by: Actor
) -> Select[tuple[Any, ...]]:
    """The events with what their records are called and what these come to, for each type.

    That they may be opened is asked with the events, and these are few by now.
    """
    told = statement.subquery("told")
    whole = select(*told.c).select_from(told)
    for kind in kinds:
        model, amount = kind.model, _amount_of(kind, by)
        is_its = and_(told.c.record_type == kind.key, told.c.record_id == model.id)
        name = called(kind, model, with_number=says_number(kind, by))
        whole = whole.outerjoin(model, is_its).add_columns(name.label(f"{kind.key}_called"))
        if amount is not None:
            whole = whole.add_columns(amount.fetched.label(f"{kind.key}_amount"))
    return whole.order_by(told.c.at.desc(), told.c.id.desc())


def _amount_of(kind: RecordType, by: Actor) -> Field | None:
    """The sum that stands below the title of such records, where `by` sees it."""
    keys = [one.key for one in kind.subtitle if one.key in kind.prices]
    return next((kind.prices[key] for key in keys if sees(kind, key, by)), None)


def _line(row: Any, kind: RecordType, customer: str, by: Actor) -> Milestone:
    """One line; where a number says which record it is, the customer's name goes without saying."""
    name = (getattr(row, f"{kind.key}_called") or "").removesuffix(f"{BETWEEN}{customer}")
    amount = _amount_of(kind, by)
    action = next((one for one in kind.actions if one.event == row.verb), None)
    told: Text | str | None = told_elsewhere(row.verb, row.changes)
    if action is not None:
        told = told_with_name(kind, action, row.changes, by)
    elif row.verb == CREATED:
        told = gettext("added: %(kind)s", kind=kind.words.one)
    return Milestone(
        who=row.name or "",
        verb=told or row.verb,
        icon=kind.icon,
        name=name or str(kind.words.one),
        url=f"/{kind.collection}/{row.record_id}",
        amount=shown_text(amount, getattr(row, f"{kind.key}_amount"), by) if amount else "",
        via=VIAS.get(row.via),
        time=formats(by).time(row.at),
        at=row.at.isoformat(),
    )


def _tells(record_type: RecordType, by: Actor) -> bool:
    return not is_read_in_pool(record_type, by) and any(True for _one in _kinds_of(record_type, by))


SOURCE = Source("", (("business", _("Business")),), milestones_of, tells=_tells)
