"""How many records went along with those that a bulk change deleted, or came back with them."""

from __future__ import annotations

from sqlalchemy import func, select

from app.events import Event
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.along import Numbers, numbers_in_words
from app.records.bulk.models import BulkChange, BulkRow
from app.records.registry import registry


def told_along(change: BulkChange, by: Actor) -> str:
    """One sentence with the numbers, as the question before it told them; empty where none went.

    No statement is run for a change that deletes nothing and brings nothing back.
    """
    deletion = _deletion(change, by)
    if deletion is None:
        return ""
    is_undone = deletion.id != change.id
    numbers = _numbers(change, deletion, "restored" if is_undone else "deleted", by)
    if not numbers:
        return ""
    what = numbers_in_words(numbers, by)
    if is_undone:
        return gettext("Brought back with them: %(what)s.", what=what)
    return gettext("Deleted with them: %(what)s.", what=what)


def _deletion(change: BulkChange, by: Actor) -> BulkChange | None:
    """The deletion that a change is or takes back, if it is or does."""
    found = change if change.undoes_id is None else by.session.get(BulkChange, change.undoes_id)
    return found if found is not None and found.verb == "delete" else None


def _numbers(change: BulkChange, deletion: BulkChange, verb: str, by: Actor) -> Numbers:
    """By its events, of which those of what comes back carry the batch in which it went.

    Ids follow time, so what somebody brought back before the undoing is not among them.
    """
    asked_for = select(BulkRow.record_id).where(BulkRow.change_id == change.id)
    rows = by.session.execute(
        select(Event.record_type, func.count())
        .where(
            Event.batch_id == deletion.id,
            Event.verb == verb,
            Event.actor_id == change.user_id,
            Event.id > change.id,
            Event.record_id.not_in(asked_for),
        )
        .group_by(Event.record_type)
    )
    counted = {record_type: number for record_type, number in rows}  # noqa: C416  Typed rows.
    return {
        one.key: counted[one.key]
        for one in registry()
        if one.key in counted and by.may(one.key, "read")
    }
