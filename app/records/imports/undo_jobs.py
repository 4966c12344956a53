"""Undoing an import: at once for a few records, else by a job, piece by piece as it was done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.events import write_event
from app.identity.operations.notices import language_of_reader, tell
from app.jobs.enqueue import enqueue
from app.jobs.kinds import Payload
from app.jobs.progress import State as WorkState
from app.jobs.progress import Work, advance, begin_work, finish, lock_work
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _, current, gettext, using
from app.records import gate
from app.records.bulk.run import sentence
from app.records.door import may_change
from app.records.imports.keep import find_import
from app.records.imports.models import UNDONE_WITHIN, ImportRun
from app.records.imports.rest import look_again, rest
from app.records.imports.run import SUBJECT, url_of
from app.records.imports.undo import reaches_all, undo_piece, undoing, verbs_needed
from app.records.imports.who import Asked, person_of
from app.records.imports.words import told_undone
from app.records.sharing.news import tell_of_batch
from app.records.tailored import tailored
from tenants.scope import keep
from tenants.standing_now import Door

KIND = "undo_import"
GIVEN_UP = "undo_import_given_up"
AT_ONCE = 200  # Records that a request takes back itself.
PIECE = 500  # Records of one transaction of the job.


def why_not_undo(run: ImportRun, by: Actor) -> Text | None:
    """Why an import can't be taken back now, as a sentence, or None when it can."""
    is_empty = not (run.created or run.updated or run.noted)
    if run.is_dry_run or (is_empty and not (run.asked and gate.waiting(run.id, by))):
        return _("Nothing was changed, so there is nothing to undo.")
    if run.is_under_way or run.finished_at is None:
        return _("It is still under way. Cancel it first.")
    if run.undone_at is not None:
        return _("This was undone already.")
    if run.undone_by_id is not None:
        work = by.session.get(Work, run.undone_by_id)
        if work is not None and work.is_under_way:
            return _("It is being undone.")
    if by.now - run.created_at > UNDONE_WITHIN:
        return _("It is more than 30 days old, so it can't be undone any more.")
    return None


def undo_import(run_id: UUID, by: Actor) -> ImportRun:
    """Take an import back; beyond AT_ONCE records a job does it. Refused where that can't be.

    An undoing that was stopped is begun again where it stood.
    """
    run = find_import(run_id, by, lock=True)
    stands_against = why_not_undo(run, by)
    if stands_against is not None:
        raise Refused(stands_against)
    record_type = tailored(run.record_type, by)
    for verb in verbs_needed(run):
        may_change(record_type, verb, undoing(run, by))
    reaches_all(run, by)
    run.undone_by_id = new_id()
    run.withdrawn = gate.withdraw(run.id, by)
    number = run.created + run.updated + run.noted
    if number <= AT_ONCE:
        who = replace(by, batch_id=run.undone_by_id)
        while undo_piece(run, who, PIECE):
            continue
        _end(run, None, by)
        return run
    title = gettext("Undo the import of %(file)s", file=run.file_name)
    url = url_of(run, record_type)
    begin_work(by, run.undone_by_id, KIND, title, total=number, url=url)
    payload = {"run_id": str(run.id), "undo_id": str(run.undone_by_id)}
    enqueue(by, KIND, {**payload, **_as_asked(by)}, key=f"{KIND}:{run.id}")
    return run


def _as_asked(by: Actor) -> dict[str, object]:
    """How an undoing is asked for, which is not how its import was: by a token of other scopes."""
    scopes = None if by.rights.scopes is None else sorted(by.rights.scopes)
    return {"via": by.via, "language": current(), "scopes": scopes}


def _asked(run: ImportRun, payload: Payload) -> Asked:
    """How an undoing was asked for; one that says nothing of it, as its import."""
    if "via" not in payload:
        return Asked.for_import(run)
    scopes: Any = payload["scopes"]
    narrowed = None if scopes is None else frozenset(scopes)
    return Asked(str(payload["via"]), str(payload["language"]), narrowed)


@job(KIND, lease_seconds=30, timeout=4 * 3600, heavy=True, aftermath=GIVEN_UP)
def undo_rows(by: Actor, payload: Payload) -> None:
    """Take an import back as the person who asked for it, committed piece by piece.

    Where the workspace becomes read-only it stops before the next piece and waits.
    """
    run_id, undo_id = UUID(str(payload["run_id"])), UUID(str(payload["undo_id"]))
    door = Door(by.tenant)
    while True:
        is_open = door.is_open()  # Before anything is held.
        held = _hold(run_id, undo_id, by)
        if held is None:
            return
        run, work = held
        asked = _asked(run, payload)
        if not is_open:
            _rest(run, work, asked, by)
            keep(by.session)
            raise look_again()
        with using(asked.language):
            try:
                person = person_of(work.user_id, asked, by)
                with by.session.begin_nested():
                    has_more = undo_piece(run, replace(person, batch_id=undo_id), PIECE)
            except Answer as answer:
                by.session.refresh(run)
                finish(work, WorkState.FAILED, by.now, sentence(answer))
                return
            advance(work, run.undo_done + run.undo_left_out)
            if not has_more:
                _end(run, work, person)
        keep(by.session)


def _rest(run: ImportRun, work: Work, asked: Asked, by: Actor) -> None:
    text = _(
        "The undoing of the import of %(file)s waits, as the workspace is read-only. It goes on"
        " from there by itself.",
        file=run.file_name,
    )
    rest(work, text, by, via=asked.via, language=asked.language)


@job(GIVEN_UP, max_attempts=20)
def undo_given_up(by: Actor, payload: Payload) -> None:
    """End an undoing whose job became a dead letter; it can be begun again where it stood."""
    held = _hold(UUID(str(payload["run_id"])), UUID(str(payload["undo_id"])), by)
    if held is not None:
        with using(_asked(held[0], payload).language):
            error = gettext("It failed again and again and was given up. What was done stands.")
            finish(held[1], WorkState.FAILED, by.now, error)


def _hold(run_id: UUID, undo_id: UUID, by: Actor) -> tuple[ImportRun, Work] | None:
    work = lock_work(by.session, undo_id)
    run = by.session.get(ImportRun, run_id, with_for_update=True, populate_existing=True)
    if work is None or run is None or not work.is_under_way or run.undone_by_id != undo_id:
        return None
    return run, work


def _end(run: ImportRun, work: Work | None, by: Actor) -> None:
    """Note that an import was taken back, in the audit too, and tell who asked for it."""
    run.undone_at = by.now
    facts = {"record_type": run.record_type, "file": run.file_name, "undone": run.undo_done}
    changes = {key: [None, value] for key, value in facts.items()}
    write_event(replace(by, batch_id=None), SUBJECT, run.id, "import_undone", changes=changes)
    if run.undone_by_id is not None:
        tell_of_batch(by, run.undone_by_id)
    if work is None:
        return
    finish(work, WorkState.DONE, by.now)
    if work.user_id is not None:
        with using(language_of_reader(by, work.user_id, by.via, current())):
            text = told_undone(run, by)
        tell(by, work.user_id, text, url=work.url, icon="arrow-back-up")


JOBS = (undo_rows, undo_given_up)
