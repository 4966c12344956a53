"""One piece of an import: its rows taken in, counted, and noted how far it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from app.jobs.progress import Work, advance, lock_work
from app.kernel.actor import Actor
from app.kernel.rows import expect_many
from app.kernel.stamps import READ as STAMPS
from app.records.imports.check import check_mapping
from app.records.imports.chunk import do_rows
from app.records.imports.failed import keep_failures
from app.records.imports.mapping import Mapping, from_json
from app.records.imports.models import ImportRun, State
from app.records.imports.outcome import Outcome
from app.records.imports.pieces import Piece
from app.records.imports.plan import Plan, make_plan
from app.records.imports.twins import keep_twins
from app.records.tailored import tailored
from tenants.scope import keep

Names = dict[str, set[str]]  # What records are called, folded, by their type.


def do_piece(
    run: ImportRun, piece: Piece, names: Sequence[str], by: Actor, met: Names | None = None
) -> None:
    """Take in the rows of a piece and count what became of them; of a dry run only that stays."""
    expect_many(by.session)
    mapping = from_json(run.mapping)
    do = try_piece if run.is_dry_run else _take_in
    count(run, piece, do(run, mapping, piece, names, by), by, met)


def count(
    run: ImportRun, piece: Piece, outcome: Outcome, by: Actor, met: Names | None = None
) -> None:
    """Add what became of the rows of a piece, and keep those that failed or were left out.

    What a dry run made along it makes again in each piece: `met` are the names of earlier ones.
    """
    keep_failures(run, outcome.failures, by)
    keep_twins(run, outcome.twins, by)
    _count_made(run, outcome, met)
    run.created += outcome.created
    run.updated += outcome.updated
    run.skipped += outcome.skipped + piece.skipped
    run.duplicate += outcome.duplicate
    run.noted += outcome.noted
    run.asked += outcome.asked
    run.joined += outcome.joined
    run.left_out += outcome.left_out
    run.failed += outcome.failed
    run.line = piece.line


def _count_made(run: ImportRun, outcome: Outcome, met: Names | None) -> None:
    made = dict(run.made)
    for kind, names in outcome.names.items():
        known = set() if met is None else met.setdefault(kind, set())
        new = len(names - known)
        known |= names
        if new:
            made[kind] = made.get(kind, 0) + new
    run.made = made


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
    return do_rows(plan_of(run, mapping, names, by), piece.rows, in_batch(run, by))


def plan_of(run: ImportRun, mapping: Mapping, names: Sequence[str], by: Actor) -> Plan:
    """What the rows are read by; Refused where the mapping does not fit the table or `by`."""
    record_type = tailored(run.record_type, by)
    check_mapping(record_type, mapping, names, by)
    return make_plan(record_type, mapping, names, by)


def in_batch(run: ImportRun, by: Actor) -> Actor:
    """Whoever asked for the import, as they act in it."""
    return replace(by, batch_id=run.id, via="import")


def hold(run_id: UUID, by: Actor) -> ImportRun | None:
    """The import, held until the transaction ends, while it is under way; else None."""
    work = lock_work(by.session, run_id)
    run = by.session.get(ImportRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or work is None or not run.is_under_way:
        return None
    if not work.is_under_way:  # It was cancelled, of which only its work was told.
        run.state, run.finished_at = State.CANCELLED, work.finished_at
        return None
    return run


def advance_to(run: ImportRun, by: Actor) -> None:
    """Say how far it came, for all to see."""
    run.state = State.RUNNING
    work = by.session.get(Work, run.id)
    if work is not None:
        work.total = run.total
        advance(work, run.done)
    keep(by.session)
