"""The background work of numbers."""

from __future__ import annotations

from app.jobs.enqueue import enqueue
from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.records.numbers.operations import NUMBER, number_some


@job(NUMBER)
def number_records(by: Actor, payload: Payload) -> None:
    """Number records that were there before; what one run leaves, the next takes."""
    kind = str(payload["record_type"])
    if number_some(by, kind):
        enqueue(by, NUMBER, {"record_type": kind}, key=f"{NUMBER}:{kind}")


JOBS = (number_records,)
