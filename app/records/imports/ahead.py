"""What long work waits for that has not begun: imports, exports and undoing go one by one."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select

from app.identity.operations.users import names_of
from app.jobs.progress import UNDER_WAY, Work
from app.jobs.progress import State as WorkState
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.exports.keep import sees_export
from app.records.exports.models import Export
from app.records.imports.keep import sees_import
from app.records.imports.models import ImportRun, State
from app.records.registry import registry

RESTING = ("import_rows", "undo_import")  # They wait where the workspace is read-only.
KINDS = (*RESTING, "make_export")  # The heavy ones among the jobs.


def run_waits_for(run: ImportRun, by: Actor) -> str:
    """What an import waits for, as `work_waits_for` says it; nothing for one that has begun."""
    if run.state != State.WAITING:
        return ""
    own = by.session.get(Work, run.id)
    return (work_waits_for(own, by) if own is not None else "") or gettext("Waiting for its turn")


def work_waits_for(work: Work, by: Actor) -> str:
    """What work waits for, in a sentence; nothing for what has begun, is over or waits for none.

    It names nothing that `by` could not open: of all else it tells that there is something.
    """
    if work.state != WorkState.WAITING or work.kind not in KINDS:
        return ""
    if by.tenant.is_read_only and work.kind in RESTING:
        return gettext("Waits until the workspace is no longer read-only")
    ahead = _ahead(work, by)
    if ahead is None:
        return gettext("Waiting for its turn")
    return _told(ahead, by) or gettext("Waits for other long work of this workspace to end")


def _ahead(own: Work, by: Actor) -> Work | None:
    """The work that is under way, else the first of those that were asked for earlier."""
    is_earlier = Work.created_at < own.created_at
    stands = select(Work).where(
        Work.kind.in_(KINDS),
        Work.state.in_(UNDER_WAY),
        Work.id != own.id,
        or_(Work.state == WorkState.RUNNING, is_earlier),
    )
    first = ((Work.state == WorkState.RUNNING).desc(), Work.created_at, Work.id)
    return by.session.scalars(stands.order_by(*first).limit(1)).one_or_none()


def _told(work: Work, by: Actor) -> str:
    """What it is and who began it, for who may see it; else nothing."""
    is_mine = work.user_id is not None and work.user_id == by.person_id
    who = names_of(by, {work.user_id}).get(work.user_id, "") if work.user_id else ""
    run = by.session.get(ImportRun, work.id)
    if run is not None:
        return _told_import(run, "" if is_mine else who, by, is_mine=is_mine)
    undone = _undone_by(work.id, by)
    if undone is not None and sees_import(undone, by):
        what = _named(undone.record_type)
        return gettext("Waits until an import of %(what)s is taken back", what=what)
    export = by.session.get(Export, work.id)
    if export is None or not sees_export(export, by):
        return ""
    what = _named(export.record_type)
    if is_mine or not who:
        return gettext("Waits for an export of %(what)s to end", what=what)
    return gettext("Waits for the export of %(what)s that %(who)s began", what=what, who=who)


def _told_import(run: ImportRun, who: str, by: Actor, *, is_mine: bool) -> str:
    if not sees_import(run, by):
        return ""
    what = _named(run.record_type)
    if is_mine:
        return gettext("Waits for your own import of %(what)s to end", what=what)
    if not who:
        return gettext("Waits for an import of %(what)s to end", what=what)
    return gettext("Waits for the import of %(what)s that %(who)s began", what=what, who=who)


def _undone_by(work_id: UUID, by: Actor) -> ImportRun | None:
    asked = select(ImportRun).where(ImportRun.undone_by_id == work_id)
    return by.session.scalars(asked).one_or_none()


def _named(record_type: str) -> str:
    """What a type is called within a sentence: accounts, and VIP guests as they are."""
    many = str(registry().type(record_type).words.many)
    return many[:1].lower() + many[1:] if many[1:2].islower() else many
