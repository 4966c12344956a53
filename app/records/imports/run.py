"""Doing an import piece by piece: each piece, its counts and how far it came are one transaction.

So a worker that is killed leaves nothing half done and its successor goes on where the last commit
stood: nothing is lost and nothing comes twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from app.events import write_event
from app.identity.operations.notices import language_of_reader, tell
from app.jobs.progress import State as WorkState
from app.jobs.progress import Work, finish
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing
from app.kernel.language import _, gettext, using
from app.records import gate
from app.records.bulk.run import sentence
from app.records.imports.beside import WORTH, side_by_side
from app.records.imports.given import room_of
from app.records.imports.mapping import from_json
from app.records.imports.models import ImportRun, State
from app.records.imports.pieces import Piece, pieces, until
from app.records.imports.reading import read_table
from app.records.imports.rest import rest
from app.records.imports.table import How, Table
from app.records.imports.taking import Names, advance_to, do_piece, hold, plan_of
from app.records.imports.who import importer_of
from app.records.imports.words import told
from app.records.sharing.news import tell_of_batch
from app.records.types import RecordType
from tenants.scope import keep
from tenants.standing_now import Door

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


def go_on(
    run_id: UUID,
    by: Actor,
    *,
    most: int | None = None,
    told_of: Hears | None = None,
) -> bool:
    """Take in the next rows of an import, `most` or those of one job; True while there may be more.

    Each piece is committed. Whoever cancels it waits for a piece; `told_of` hears of each. Where
    the workspace becomes read-only it stops before the next piece and waits (`State.WAITING`): it
    goes on from there when it is called again.
    """
    run = hold(run_id, by)
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
    run_id, read = run.id, 0
    table = open_table(run, by)
    mapping = from_json(run.mapping)
    door = _set_out(run, table, by)
    # What is held back is asked for piece by piece, one after the other.
    is_lonely = run.total >= WORTH and not run.is_dry_run and not gate.watches(by)
    is_lonely = is_lonely and plan_of(run, mapping, table.names, importer_of(run, by)).is_lonely

    def stands(piece: Piece) -> None:
        nonlocal read
        read += piece.size
        if told_of is not None:
            told_of(_as_it_stands(run_id, by))

    rows = door.while_open(until(pieces(table, mapping, run.line), most))
    if not (is_lonely and side_by_side(run, rows, table.names, stands, by)):
        at = _as_it_stands(run_id, by).line
        met: Names = {}  # Of this job alone: a dry run of more rows tells names anew.
        for piece in door.while_open(until(pieces(table, mapping, at), most - read)):
            held = hold(run_id, by)
            if held is None or held.line != at:  # It was cancelled, or somebody else goes on.
                _tell_news(run_id, by)
                return False
            do_piece(held, piece, table.names, importer_of(held, by), met)
            advance_to(held, by)
            at = piece.line
            stands(piece)
    _tell_news(run_id, by)
    if door.was_closed:
        _rest(run_id, by)
    elif read < most:
        _end(run_id, State.DONE, by)
    return not door.was_closed and read >= most


def _set_out(run: ImportRun, table: Table, by: Actor) -> Door:
    """Count the rows where nobody did, and say that they come in, where the workspace lets them."""
    if not run.total:
        run.total = sum(1 for _row in table.rows())
    door = Door(by.tenant)
    if door.is_open():
        advance_to(run, by)
    keep(by.session)
    return door


def _rest(run_id: UUID, by: Actor) -> None:
    """Note that an import waits until the workspace takes changes, and tell it once."""
    run = hold(run_id, by)
    if run is None:
        return
    run.state = State.WAITING
    work = by.session.get(Work, run_id)
    if work is not None:
        text = _(
            "The import of %(file)s waits, as the workspace is read-only. It goes on from there by"
            " itself.",
            file=run.file_name,
        )
        rest(work, text, by, via=run.via, language=run.language)
    keep(by.session)


def _as_it_stands(run_id: UUID, by: Actor) -> ImportRun:
    return by.session.get_one(ImportRun, run_id, populate_existing=True)


def _tell_news(run_id: UUID, by: Actor) -> None:
    """Let owners and followers learn what this run of the job did with their records."""
    run = by.session.get_one(ImportRun, run_id)
    if not run.is_dry_run:
        tell_of_batch(importer_of(run, by), run_id)


def _end(run_id: UUID, state: State, by: Actor, error: str | None = None) -> None:
    run = hold(run_id, by)
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
    facts |= {"asked": run.asked} if run.asked else {}
    changes = {key: [None, value] for key, value in facts.items()}
    who = replace(by, batch_id=None, user_id=run.user_id)
    write_event(who, SUBJECT, run.id, "imported", changes=changes)


def given_up(run_id: UUID, by: Actor) -> None:
    """End an import whose job became a dead letter; what it did stands and can be undone."""
    run = hold(run_id, by)
    if run is not None:
        with using(run.language):
            error = gettext("It failed again and again and was given up. What was done stands.")
            end(run, by.session.get(Work, run_id), State.FAILED, by, error)
