"""Erasing for good: the rows of deleted records, and what their events told of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.events import Event, write_event
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.language import _, ngettext
from app.records.access import may_do
from app.records.belongings import drop_belongings
from app.records.history import account_of
from app.records.merge.absorbed import with_absorbed
from app.records.model import Record
from app.records.registry import registry
from app.records.trash import below
from app.records.types import RecordType
from app.web.formats import formats


def erase_record(record_type: RecordType, record: Record, by: Actor) -> None:
    """Remove a deleted record and what was deleted with it, before its days are over.

    Its events stay, without what they told of its values. NotPermitted without the permission,
    Refused while something else refers to it.
    """
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))
    if not by.may("trash", "erase") or not may_do(record_type, record, "delete", by):
        raise NotPermitted(_("Your role does not allow this on this record."))
    if record.deleted_at is None or record.delete_batch_id is None:
        raise Missing(_("There is no such record."))
    gone = [(record_type, record), *below(record_type, record, by, record.delete_batch_id)]
    gone += [found for its_type, one in gone for found in _absorbed(its_type, one, by)]
    ids: dict[str, set[UUID]] = {}
    for its_type, one in gone:
        ids.setdefault(its_type.key, set()).add(one.id)
    _refuse_referred_to(record_type, record, ids, by)
    batch = by if by.batch_id else by.in_batch(record.delete_batch_id)
    for its_type, one in gone:
        _forget_values(its_type, one.id, by)
        account_id = account_of(its_type, one)
        write_event(batch, its_type.key, one.id, "erased", account_id=account_id)
    _remove(ids, by)
    for _its_type, one in gone:
        by.session.expunge(one)


def _absorbed(
    record_type: RecordType, record: Record, by: Actor
) -> list[tuple[RecordType, Record]]:
    """What was merged into a record, which is the same under other ids: it goes with it."""
    ids = with_absorbed(record_type, record.id, by)[1:]
    model = record_type.model
    found = by.session.scalars(select(model).where(model.id.in_(ids))) if ids else ()
    return [(record_type, one) for one in found]


def _remove(ids: Mapping[str, set[UUID]], by: Actor) -> None:
    """Remove the rows of records, by type, and what is kept under their ids."""
    for record_type in reversed(list(registry())):  # What refers to others stands behind them.
        if mine := ids.get(record_type.key):
            table: Any = record_type.model.__table__
            by.session.execute(table.delete().where(table.c.id.in_(mine)))
            drop_belongings(record_type.key, mine, by)


def _forget_values(record_type: RecordType, record_id: UUID, by: Actor) -> None:
    """Empty what the events of a record told of its values: that is the person's to erase."""
    mine = (Event.record_type == record_type.key, Event.record_id == record_id)
    by.session.execute(update(Event).where(*mine).values(changes={}))


def _refuse_referred_to(
    record_type: RecordType, record: Record, ids: Mapping[str, set[UUID]], by: Actor
) -> None:
    """Refused, telling how many of what, when something that stays refers to what would go."""
    told = []
    for other in registry():
        staying = other.model.id.not_in(ids.get(other.key, ()))
        number = 0
        for field in other.fields:
            if field.to and field.to in ids:
                referring = field.expression.in_(ids[field.to])
                counted = select(func.count()).select_from(other.model).where(referring, staying)
                number += by.session.scalar(counted) or 0
        if number:
            told.append(ngettext(*other.words.count, number, n=formats(by).number(number)))
    if told:
        raise Refused(
            _(
                "“%(name)s” can't be erased yet, as something else refers to it: %(what)s.",
                name=record_type.title_of(record),
                what=formats(by).listed(told),
            )
        )
