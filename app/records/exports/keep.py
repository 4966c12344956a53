"""Finding exports again, one's own or everyone's; stopping and deleting them; their time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import delete, select, tuple_

from app.jobs.progress import State as WorkState
from app.jobs.progress import finish, lock_work
from app.kernel.actor import Actor, Reach
from app.kernel.errors import Missing, Previewing, Refused
from app.kernel.language import _
from app.records.access import readable_keys
from app.records.exports.begin import ROOM, SUBJECT, room_of
from app.records.exports.make import still_readable
from app.records.exports.models import TOLD, UNDER_WAY, Export, State
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import EXPORT, RecordType
from tenants.files import NoRoom, folder_of

MANAGE = (SUBJECT, "manage")
MOST = 200  # Exports that a page tells of.
LEFT_OVER = timedelta(days=1)  # Older than any job: what a killed worker has left behind.


def list_exports(by: Actor, limit: int = MOST) -> list[Export]:
    """The newest exports that `by` may see: their own, or everyone's for who may manage them.

    Looking as a colleague, one's own stay the looker's: files are personal.
    """
    return [one for one in exports_of(by, limit) if sees_export(one, by)]


def exports_of(
    by: Actor, limit: int, before: tuple[datetime, UUID] | None = None
) -> Sequence[Export]:
    """The newest exports, also those that `by` does not see by now; `before` a moment and an id."""
    asked = select(Export).order_by(Export.created_at.desc(), Export.id.desc()).limit(limit)
    if not by.may(*MANAGE):
        asked = asked.where(Export.user_id == by.person_id)
    if before is not None:
        asked = asked.where(tuple_(Export.created_at, Export.id) < tuple_(*before))
    return by.session.scalars(asked).all()


def find_export(export_id: UUID, by: Actor, *, lock: bool = False) -> Export:
    """An export that `by` may see; Missing for all others. With `lock` it is held."""
    asked = select(Export).where(Export.id == export_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = by.session.scalars(asked).one_or_none()
    if found is None or not sees_export(found, by):
        raise Missing(_("There is no such page."))
    return found


def sees_export(export: Export, by: Actor) -> bool:
    """True for one's own, while one may export the type; and for who may manage everyone's.

    The file holds what its maker could read, so somebody else must read as much: all records of the
    type and of those that it names, and each of its fields. A token must read each field as well,
    of its person's own files too.
    """
    declared = registry().get(export.record_type)
    if declared is None or not by.tenant.allows(declared.module):
        return False
    if not by.may(declared.key, "read") or not by.may(declared.key, EXPORT):
        return False
    shape = tailored(declared, by)
    sees_each = set(export.keys) <= readable_keys(shape, by)
    if export.user_id is not None and export.user_id == by.person_id:
        return sees_each or by.rights.scopes is None
    named = ((kind, "read") for kind in _named(shape, export.keys))
    needed = ((declared.key, "read"), (declared.key, EXPORT), *named)
    reaches_all = all(by.rights.reach(*one) is Reach.ALL for one in needed)
    return by.may(*MANAGE) and sees_each and reaches_all


def _named(record_type: RecordType, keys: Sequence[str]) -> set[str]:
    """The types whose records a file with these fields names; people are no secret."""
    fields = (record_type.by_key.get(key) for key in keys)
    return {one.to for one in fields if one is not None and one.to} - {"user"}


def open_file(export: Export, by: Actor) -> BinaryIO:
    """The file of an export; Missing when it is not made, or gone.

    Previewing for who only looks as somebody: the audit could not tell of it. Refused where the
    role hides one of its fields by now.
    """
    if by.previews is not None:
        raise Previewing(by.previews.name)
    if export.state != State.DONE or export.expires_at is None or export.expires_at <= by.now:
        raise Missing(_("This file is not there any more. Export it anew."))
    still_readable(tailored(export.record_type, by), export.keys, by)
    try:
        return room_of(by).path(export.file).open("rb")
    except FileNotFoundError:
        raise Missing(_("This file is not there any more. Export it anew.")) from None


def cancel_export(export_id: UUID, by: Actor) -> None:
    """Stop an export that is under way; whatever makes it looks here before it goes on."""
    work = lock_work(by.session, export_id)
    export = find_export(export_id, by, lock=True)
    if not export.is_under_way:
        raise Refused(_("It has come to its end already, or can't be stopped."))
    export.state, export.finished_at = State.CANCELLED, by.now
    if work is not None and work.is_under_way:
        finish(work, WorkState.CANCELLED, by.now)


def delete_export(export_id: UUID, by: Actor) -> None:
    """Remove an export with its file; one under way is stopped. Missing when it is gone already."""
    lock_work(by.session, export_id)  # The work first and then the row, as whatever makes it.
    export = find_export(export_id, by, lock=True)
    if export.is_under_way:
        cancel_export(export_id, by)
    _remove_file(export, by)
    by.session.delete(export)


def forget_exports(by: Actor) -> None:
    """Remove files whose time is over, rows that nobody is told of any more, and what is left."""
    over = by.session.scalars(
        select(Export).where(Export.state == State.DONE, Export.expires_at <= by.now)
    )
    for export in over:
        _remove_file(export, by)
        export.state = State.EXPIRED
    by.session.flush()  # What is deleted next goes by the new states.
    by.session.execute(
        delete(Export).where(
            Export.created_at < by.now - TOLD, Export.state.not_in((*UNDER_WAY, State.DONE))
        )
    )
    kept = by.session.scalars(select(Export.file))
    try:
        folder_of(by.tenant.id, ROOM).sweep(frozenset(kept), by.now - LEFT_OVER)
    except NoRoom:
        return  # The service keeps no files at all.


def _remove_file(export: Export, by: Actor) -> None:
    room_of(by).remove(export.file)
