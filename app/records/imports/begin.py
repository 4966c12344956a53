"""Beginning an import: what it shall do is checked, then it is done at once or by a worker."""

from __future__ import annotations

from datetime import datetime

from app.jobs.enqueue import enqueue
from app.jobs.progress import begin_work
from app.jobs.room import require_room
from app.kernel.actor import Actor
from app.kernel.language import current, gettext
from app.records.imports.check import check_mapping
from app.records.imports.keep import open_for_change
from app.records.imports.mapping import Mapping
from app.records.imports.models import ImportRun, State
from app.records.imports.new_options import OPTION
from app.records.imports.outcome import Outcome
from app.records.imports.pieces import Piece, beginning, without_last_group
from app.records.imports.run import KIND, end, open_table, url_of
from app.records.imports.table import How
from app.records.imports.taking import do_piece, try_piece
from app.records.sharing.news import tell_of_batch
from app.records.tailored import tailored

AT_ONCE = 200  # Rows that a request takes in itself.
TRIED = 1000  # Rows at most that `try_rows` looks at.


def begin_import(
    run: ImportRun,
    mapping: Mapping,
    by: Actor,
    *,
    how: How | None = None,
    is_dry_run: bool = False,
    by_job: bool = True,
    options: int = 0,
) -> ImportRun:
    """Take in the rows of a file that is kept; beyond AT_ONCE of them a job does it.

    A dry run does the same and leaves nothing but its counts and its failures; after it the same
    file can be begun anew. `how` says how the file is read, where that is not to be found out.
    Refused with a message per part of the mapping (see `check_mapping`), for a file that is no
    table, and for one that was begun already. With `by_job` False the caller does the rows itself.
    `options` is how many options were made for it just now; those of a dry run before count, too.
    """
    open_for_change(run, by)
    record_type = tailored(run.record_type, by)
    table = open_table(run, by, how)
    check_mapping(record_type, mapping, table.names, by)
    _renew(run, mapping, by, is_dry_run=is_dry_run)
    if options:
        run.made = {OPTION: run.made.get(OPTION, 0) + options}
    run.how = table.how.to_json()
    first, are_all = beginning(table, AT_ONCE)
    if are_all:
        run.total = len(first)
        do_piece(run, Piece.of(first, table, mapping), table.names, by)
        if not is_dry_run:
            tell_of_batch(by, run.id)
        end(run, None, State.DONE, by)
        return run
    title = _title(run)
    require_room(by)
    begin_work(by, run.id, KIND, title, total=run.total, url=url_of(run, record_type))
    if by_job:
        enqueue_step(run, by)
    return run


def enqueue_step(run: ImportRun, by: Actor, *, run_at: datetime | None = None) -> None:
    """Let a worker do the next rows; it is told which, so that it does none twice."""
    payload = {"run_id": str(run.id), "step": run.step}
    enqueue(by, KIND, payload, run_at=run_at, key=f"{KIND}:{run.id}")


def try_rows(run: ImportRun, mapping: Mapping, by: Actor, *, how: How | None = None) -> Outcome:
    """What would become of the first rows of a file, at most TRIED; nothing of it is kept."""
    record_type = tailored(run.record_type, by)
    table = open_table(run, by, how)
    check_mapping(record_type, mapping, table.names, by)
    rows, are_all = beginning(table, TRIED)
    if not are_all:
        rows = without_last_group(rows, table, mapping)
    outcome = try_piece(run, mapping, Piece.of(rows, table, mapping), table.names, by)
    outcome.is_whole = are_all
    return outcome


def _title(run: ImportRun) -> str:
    if run.is_dry_run:
        return gettext("Try the import of %(file)s", file=run.file_name)
    return gettext("Import %(file)s", file=run.file_name)


def _renew(run: ImportRun, mapping: Mapping, by: Actor, *, is_dry_run: bool) -> None:
    """The run as one that begins now, asked for by `by`."""
    run.mapping, run.is_dry_run = mapping.to_json(), is_dry_run
    run.state, run.language, run.error = State.WAITING, current(), None
    run.scopes = None if by.rights.scopes is None else sorted(by.rights.scopes)
    run.user_id, run.started_at, run.finished_at = by.user_id, by.now, None
    run.line = run.created = run.updated = run.skipped = run.duplicate = run.failed = 0
    run.noted = run.asked = run.joined = run.left_out = 0
    run.failures_size = run.twins_size = 0
    run.made = {key: number for key, number in run.made.items() if key == OPTION}
    run.step += 1
