"""Doing an import piece by piece: each piece, its counts and how far it came are one transaction.

So a worker that is killed leaves nothing half done and its successor goes on where the last commit
stood: nothing is lost and nothing comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.events import write_event
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.operations.notices import language_of_reader, tell
from app.jobs.progress import State as WorkState
from app.jobs.progress import Work, advance, finish, lock_work
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing, NotPermitted
from app.kernel.language import _, gettext, using
from app.kernel.stamps import READ as STAMPS
from app.records.bulk.run import sentence
from app.records.imports.check import check_mapping
from app.records.imports.chunk import do_rows
from app.records.imports.failed import keep_failures
from app.records.imports.given import room_of
from app.records.imports.mapping import Mapping, from_json
from app.records.imports.models import ImportRun, State
from app.records.imports.outcome import Outcome
from app.records.imports.pieces import Piece, pieces
from app.records.imports.plan import make_plan
from app.records.imports.reading import read_table
from app.records.imports.table import How, Table
from app.records.imports.words import told
from app.records.picklists import picklists_of
from app.records.sharing.news import tell_of_batch
from app.records.tailored import tailored
from app.records.types import RecordType
from tenants.scope import keep

KIND = "import_rows"
SUBJECT = "import"
Hears = Callable[[ImportRun], None]
OF_ONE_JOB = 100_000  # Rows, after which a fresh job goes on and others have their turn.


def open_table(run: ImportRun, by: Actor, how: How | None = None) -> Table:
    """The table of a kept file; Missing when the file is gone, Refused when it is no table."""
    if how is None and run.how:
        how = How.from_json(run.how)
    try:
        return read_table(room_of(by).path(run.file), run.file_name, how)
    except FileNotFoundError:
        raise Missing(_("This file is not there any more. Give it again.")) from None


def url_of(run: ImportRun, record_type: RecordType) -> str:
    """The page of an import."""
    return f"/{record_type.collection}/import/{run.id}"


def do_piece(run: ImportRun, piece: Piece, names: Sequence[str], by: Actor) -> None:
    """Take in the rows of a piece and count what became of them; of a dry run only that stays."""
    mapping = from_json(run.mapping)
    do = try_piece if run.is_dry_run else _take_in
    outcome = do(run, mapping, piece, names, by)
    keep_failures(run, outcome.failures, by)
    run.created += outcome.created
    run.updated += outcome.updated
    run.skipped += outcome.skipped + piece.skipped
    run.duplicate += outcome.duplicate
    run.noted += outcome.noted
    run.failed += outcome.failed
    run.line = piece.line


def try_piece(
    run: ImportRun, mapping: Mapping, piece: Piece, names: Sequence[str], by: Actor
) -> Outcome:
    """What would become of the rows of a piece."""
    trial = by.session.begin_nested()
    try:
        return _take_in(run, mapping, piece, names, by)
    finally:
        trial.rollback()
        by.session.info.pop(STAMPS, None)  # A tag that was made for the trial is gone again.


def _take_in(
    run: ImportRun, mapping: Mapping, piece: Piece, names: Sequence[str], by: Actor
) -> Outcome:
    record_type = tailored(run.record_type, by)
    check_mapping(record_type, mapping, names, by)
    plan = make_plan(record_type, mapping, names, picklists_of(by.session, record_type))
    return do_rows(plan, piece.rows, replace(by, batch_id=run.id, via="import"))


def go_on(
    run_id: UUID,
    by: Actor,
    *,
    most: int | None = None,
    told_of: Hears | None = None,
) -> bool:
    """Take in the next rows of an import, `most` or those of one job; True while there may be more.

    Each piece is committed. Whoever cancels it waits for a piece; `told_of` hears of each.
    """
    run = _hold(run_id, by)
    if run is None:
        return False
    with using(run.language):
        try:
            return _go_on(run, by, most or OF_ONE_JOB, told_of)
        except Answer as answer:
            by.session.rollback()
            _end(run_id, State.FAILED, by, sentence(answer))
            return False


def _go_on(run: ImportRun, by: Actor, most: int, told_of: Hears | None) -> bool:
    run_id, at, read = run.id, run.line, 0
    table = open_table(run, by)
    mapping = from_json(run.mapping)
    if not run.total:
        run.total = sum(1 for _row in table.rows())
    _advance(run, by)
    for piece in pieces(table, mapping, at):
        held = _hold(run_id, by)
        if held is None or held.line != at:  # It was cancelled, or somebody else goes on with it.
            _tell_news(run_id, by)
            return False
        do_piece(held, piece, table.names, importer_of(held, by))
        _advance(held, by)
        at, read = piece.line, read + piece.size
        if told_of is not None:
            told_of(held)
        if read >= most:
            _tell_news(run_id, by)
            return True
    _tell_news(run_id, by)
    _end(run_id, State.DONE, by)
    return False


def _hold(run_id: UUID, by: Actor) -> ImportRun | None:
    """The import, held until the transaction ends, while it is under way; else None."""
    work = lock_work(by.session, run_id)
    run = by.session.get(ImportRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or work is None or not run.is_under_way:
        return None
    if not work.is_under_way:  # It was cancelled, of which only its work was told.
        run.state, run.finished_at = State.CANCELLED, work.finished_at
        return None
    return run


def _advance(run: ImportRun, by: Actor) -> None:
    """Say how far it came, for all to see."""
    run.state = State.RUNNING
    work = by.session.get(Work, run.id)
    if work is not None:
        work.total = run.total
        advance(work, run.done)
    keep(by.session)


@dataclass(frozen=True, slots=True)
class Asked:
    """How something was asked for that a worker does: by which way, in which language, how narrow.

    `scopes` are those of the token by which it was asked for, None where there was none.
    """

    via: str
    language: str
    scopes: frozenset[str] | None

    @staticmethod
    def for_import(run: ImportRun) -> Asked:
        """How an import was asked for."""
        scopes = None if run.scopes is None else frozenset(run.scopes)
        return Asked(run.via, run.language, scopes)


def importer_of(run: ImportRun, by: Actor) -> Actor:
    """Who asked for an import; see `person_of`."""
    return person_of(run.user_id, Asked.for_import(run), by)


def person_of(user_id: UUID | None, asked: Asked, by: Actor) -> Actor:
    """A person with the rights of this moment, narrowed as they were when they asked.

    NotPermitted when they may not sign in.
    """
    by.session.info.pop(STAMPS, None)  # What was remembered of rules and fields may have changed.
    user = by.session.get(User, user_id, populate_existing=True) if user_id else None
    if user is None or not user.is_active:
        raise NotPermitted(_("Whoever asked for it may not sign in."))
    return actor_for(
        by.session, by.tenant, user, by.now, asked.via, asked.language, scopes=asked.scopes
    )


def _tell_news(run_id: UUID, by: Actor) -> None:
    """Let owners and followers learn what this run of the job did with their records."""
    run = by.session.get_one(ImportRun, run_id)
    if not run.is_dry_run:
        tell_of_batch(importer_of(run, by), run_id)


def _end(run_id: UUID, state: State, by: Actor, error: str | None = None) -> None:
    run = _hold(run_id, by)
    if run is not None:
        end(run, by.session.get(Work, run_id), state, by, error)


def end(
    run: ImportRun, work: Work | None, state: State, by: Actor, error: str | None = None
) -> None:
    """Note how an import ended, in the audit too, and tell whoever asked for it."""
    run.state, run.finished_at, run.error = state, by.now, error
    if not run.is_dry_run and run.done:
        _note(run, by)
    if work is None:
        return  # It was done while they waited.
    finish(work, WorkState.DONE if state is State.DONE else WorkState.FAILED, by.now, error)
    if run.user_id is not None:
        with using(language_of_reader(by, run.user_id, run.via, run.language)):
            text = told(run, by)
        is_well = state is State.DONE and not run.failed
        icon = "circle-check" if is_well else "alert-circle"
        tell(by, run.user_id, f"{text} {error}" if error else text, url=work.url, icon=icon)


def _note(run: ImportRun, by: Actor) -> None:
    """Write into the audit how much of what came in."""
    facts = {"record_type": run.record_type, "file": run.file_name, "created": run.created}
    facts |= {"updated": run.updated, "failed": run.failed}
    changes = {key: [None, value] for key, value in facts.items()}
    who = replace(by, batch_id=None, user_id=run.user_id)
    write_event(who, SUBJECT, run.id, "imported", changes=changes)


def given_up(run_id: UUID, by: Actor) -> None:
    """End an import whose job became a dead letter; what it did stands and can be undone."""
    run = _hold(run_id, by)
    if run is not None:
        with using(run.language):
            error = gettext("It failed again and again and was given up. What was done stands.")
            end(run, by.session.get(Work, run_id), State.FAILED, by, error)
