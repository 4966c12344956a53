"""Finding imports again, one's own or everyone's; stopping them; how long they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, tuple_

from app.jobs.progress import State as WorkState
from app.jobs.progress import Work, finish, lock_work
from app.kernel.actor import Actor, Reach, Rights
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from app.records.access import sees
from app.records.imports.given import ROOM
from app.records.imports.models import UNDER_WAY, UNDONE_WITHIN, ImportRun, State
from app.records.imports.passing import remove_when_kept
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import IMPORT
from tenants.files import NoRoom, folder_of

MANAGE = ("import", "manage")
MOST = 200  # Imports that a page tells of.
NEVER_BEGUN = timedelta(days=7)  # How long a file waits for its import to begin.
LEFT_OVER = timedelta(days=1)


def list_imports(by: Actor, limit: int = MOST) -> list[ImportRun]:
    """The newest imports that `by` may see: their own, or everyone's for who may manage them."""
    return [one for one in imports_of(by, limit) if sees_import(one, by)]


def imports_of(
    by: Actor, limit: int, before: tuple[datetime, UUID] | None = None
) -> Sequence[ImportRun]:
    """The newest imports, also those that `by` does not see by now; `before` a moment and an id."""
    asked = select(ImportRun).order_by(ImportRun.created_at.desc(), ImportRun.id.desc())
    if not by.may(*MANAGE):
        asked = asked.where(ImportRun.user_id == by.person_id)
    if before is not None:
        asked = asked.where(tuple_(ImportRun.created_at, ImportRun.id) < tuple_(*before))
    found = by.session.scalars(asked.limit(limit)).all()
    _learn_of_stops(found, by)
    return found


def find_import(run_id: UUID, by: Actor, *, lock: bool = False) -> ImportRun:
    """An import that `by` may see; Missing for all others. With `lock` it is held."""
    asked = select(ImportRun).where(ImportRun.id == run_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = by.session.scalars(asked).one_or_none()
    if found is None or not sees_import(found, by):
        raise Missing(_("There is no such page."))
    _learn_of_stops([found], by)
    return found


def open_for_change(run: ImportRun, by: Actor) -> None:
    """Hold an import that is still to begin, as it stands now; Refused for one that has begun.

    Of two who press Start at the same moment the second waits here, and then sees what the first
    one did. Missing where its file was removed meanwhile.
    """
    by.session.flush()  # What was changed of it so far is not lost by reading it again.
    lock_work(by.session, run.id)  # The work first and then the row, as whatever goes on with it.
    found = by.session.get(ImportRun, run.id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Missing(_("There is no such page."))
    if not _is_open(found):
        raise Refused(_("This file was imported already. Give it again to import it once more."))


def _is_open(run: ImportRun) -> bool:
    """True for a file of which nothing was taken in, and nothing is being tried."""
    return run.state == State.GIVEN or (run.is_dry_run and not run.is_under_way)


def sees_import(run: ImportRun, by: Actor) -> bool:
    """True for one's own, while one may import the type; and for who may manage everyone's.

    The rows of a file may hold what their reader could not see in records, so somebody else must
    reach all of them; and before it begins, when its page shows them, read every field as well.
    """
    declared = registry().get(run.record_type)
    if declared is None or not by.tenant.allows(declared.module):
        return False
    if not by.may(declared.key, IMPORT):
        return False
    if _is_own(run, by):
        return True
    needed = ((declared.key, "read"), (declared.key, IMPORT))
    if not by.may(*MANAGE) or any(by.rights.reach(*one) is not Reach.ALL for one in needed):
        return False
    return not _is_open(run) or may_read_cells(run, by)


def may_read_cells(run: ImportRun, by: Actor) -> bool:
    """True for one's own file; for that of somebody else where no field is kept from the reader."""
    if _is_own(run, by):
        return True
    record_type = tailored(run.record_type, by)
    owner = replace(by, rights=Rights(is_owner=True))  # Who sees all that is switched on.
    keys = [one.key for one in record_type.fields]
    return all(sees(record_type, key, by) for key in keys if sees(record_type, key, owner))


def _is_own(run: ImportRun, by: Actor) -> bool:
    return run.user_id is not None and run.user_id == by.person_id


def _learn_of_stops(runs: Iterable[ImportRun], by: Actor) -> None:
    """Note which were cancelled, of which only their work was told."""
    open_ones = {one.id: one for one in runs if one.is_under_way}
    if not open_ones:
        return
    works = by.session.scalars(select(Work).where(Work.id.in_(open_ones)))
    for work in works:
        if work.state == WorkState.CANCELLED:
            run = open_ones[work.id]
            run.state, run.finished_at = State.CANCELLED, work.finished_at


def cancel_import(run_id: UUID, by: Actor) -> ImportRun:
    """Stop an import that is under way; what it did so far stands and can be undone."""
    lock_work(by.session, run_id)  # The work first and then the row, as whatever goes on with it.
    run = find_import(run_id, by, lock=True)
    if not run.is_under_way:
        raise Refused(_("It has come to its end already, or can't be stopped."))
    stop(run_id, by)
    return run


def stop(run_id: UUID, by: Actor) -> None:
    """Stop an import that is under way, whoever asked for it: the command that did it has ended."""
    work = lock_work(by.session, run_id)
    run = by.session.get(ImportRun, run_id, with_for_update=True, populate_existing=True)
    if run is not None and run.is_under_way:
        run.state, run.finished_at = State.CANCELLED, by.now
        if work is not None and work.is_under_way:
            finish(work, WorkState.CANCELLED, by.now)


def drop_import(run_id: UUID, by: Actor) -> None:
    """Remove a file whose import never began, with the commit; Refused for all others."""
    run = find_import(run_id, by, lock=True)
    if not _is_open(run):
        raise Refused(_("It has come to its end already, or can't be stopped."))
    by.session.delete(run)
    for name in filter(None, (run.file, run.failures, run.twins)):
        remove_when_kept(name, by)


def forget_imports(by: Actor) -> None:
    """Remove what nobody can undo any more, files whose import never began, and what is left."""
    never = (ImportRun.state == State.GIVEN) | ImportRun.is_dry_run
    over = (ImportRun.created_at < by.now - NEVER_BEGUN) & never
    over |= ImportRun.created_at < by.now - UNDONE_WITHIN
    by.session.execute(delete(ImportRun).where(over, ImportRun.state.not_in(UNDER_WAY)))
    kept = by.session.execute(select(ImportRun.file, ImportRun.failures, ImportRun.twins))
    names = frozenset(name for row in kept for name in row)
    try:
        folder_of(by.tenant.id, ROOM).sweep(names, by.now - LEFT_OVER)
    except NoRoom:
        return  # The service keeps no files at all.
