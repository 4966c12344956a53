"""What is told of a record that is not there: who deleted it when, and the way to bring it back."""

from __future__ import annotations

from uuid import UUID

from app.identity.moments import as_moment
from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.access import may_do
from app.records.trash import fetch_deleted
from app.records.types import RecordType


def gone(record_type: RecordType, record_id: UUID, by: Actor) -> Missing:
    """The answer about a record that `by` finds no more.

    Only to who could read it before it tells more than that it isn't there.
    """
    record = fetch_deleted(record_type, record_id, by)
    if record is None or record.deleted_at is None:
        return Missing(_("There is no such record."))
    name, when = record_type.title_of(record), as_moment(record.deleted_at, by)
    deleted_by = record.deleted_by_id
    who = names_of(by, {deleted_by}).get(deleted_by) if deleted_by else None
    if who:
        told = _("%(name)s was deleted by %(who)s (%(when)s).", name=name, who=who, when=when)
    else:
        told = _("%(name)s was deleted (%(when)s).", name=name, when=when)
    answer = Missing(told)
    if may_do(record_type, record, "delete", by):
        back = f"/{record_type.collection}/{record_id}/restore"
        answer.way_out = (back, _("Bring it back"))
    return answer
