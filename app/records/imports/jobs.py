"""The job of an import: so many rows each, and the next one enqueued with it."""

from __future__ import annotations

from uuid import UUID

from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.records.imports.begin import enqueue_step
from app.records.imports.models import ImportRun, State
from app.records.imports.rest import look_again
from app.records.imports.run import KIND, given_up, go_on

GIVEN_UP = "import_given_up"


@job(KIND, lease_seconds=30, timeout=4 * 3600, heavy=True, aftermath=GIVEN_UP)
def import_rows(by: Actor, payload: Payload) -> None:
    """Take in the next rows of an import as the person who asked for it, and see to the rest."""
    run_id = UUID(str(payload["run_id"]))
    run = by.session.get(ImportRun, run_id)
    if run is None or run.step != payload["step"]:
        return
    has_more = go_on(run_id, by)
    run = by.session.get_one(ImportRun, run_id, with_for_update=True, populate_existing=True)
    if has_more:
        run.step += 1
        enqueue_step(run, by)
    elif run.state == State.WAITING:
        raise look_again()


@job(GIVEN_UP, max_attempts=20)
def import_given_up(by: Actor, payload: Payload) -> None:
    """End an import whose job became a dead letter, and tell whoever asked for it."""
    given_up(UUID(str(payload["run_id"])), by)


JOBS = (import_rows, import_given_up)
