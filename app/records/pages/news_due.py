"""Reminders in the bell: what is due and when, as long as it is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.identity.models import Notice
from app.identity.news import DUE
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.access import permitted, sees
from app.records.types import RecordType
from app.web.formats import formats


def due_lines(record_type: RecordType, notices: Sequence[Notice], by: Actor) -> dict[UUID, str]:
    """When what some notices remind of is due, in words, by the ids of the records.

    What is done, no longer the reader's, or hidden from them is left out. One statement, and none
    where nothing is to be brought to mind.
    """
    due, done = record_type.board.next, record_type.board.done
    ids = {one.record_id for one in notices if one.record_id and DUE in (one.kinds or ())}
    if not ids or due is None or done is None or not sees(record_type, due.key, by):
        return {}
    model: Any = record_type.model
    rows = by.session.execute(
        select(model.id, record_type.title.label("title"), due.label("due")).where(
            model.id.in_(ids),
            permitted(record_type, by),
            model.owner_id == by.user_id,
            done.is_(None),
            due.is_not(None),
        )
    )
    write = formats(by)
    return {
        row.id: gettext(
            "Due %(when)s: %(name)s", when=write.moment(row.due, by.today()), name=row.title
        )
        for row in rows
    }
