"""The background work of numbers."""

from __future__ import annotations

from datetime import timedelta

from app.jobs.errors import NotYet
from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.records.numbers.existing import NUMBER, end_progress, go_on, number_some, walk_of

AFTER = "end_numbering"


@job(NUMBER, aftermath=AFTER)
def number_records(by: Actor, payload: Payload) -> None:
    """Number records that were there before; what one run leaves, the next takes."""
    if by.tenant.is_read_only:
        raise NotYet("The workspace is read-only.", timedelta(hours=1))
    kind = str(payload["record_type"])
    further = number_some(by, kind, walk_of(payload))
    if further is not None:
        go_on(by, kind, further)


@job(AFTER, while_suspended=True)
def end_numbering(by: Actor, payload: Payload) -> None:
    """Where a run could not be done at all, nobody is to wait for the rest."""
    end_progress(by, str(payload["record_type"]))


JOBS = (number_records, end_numbering)
