"""The background work of assignment."""

from __future__ import annotations

from uuid import UUID

from app.jobs.enqueue import enqueue
from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.records.assignment.automatic import CHUNK, assign_some
from app.records.assignment.soon import ASSIGN


@job(ASSIGN)
def assign_records(by: Actor, payload: Payload) -> None:
    """Assign what was created without an owner; what one run leaves, the next takes."""
    ids = payload["ids"]
    if not isinstance(ids, list):
        raise TypeError("The ids of records are a list.")
    kind = str(payload["record_type"])
    assign_some(by, kind, [UUID(str(one)) for one in ids[:CHUNK]])
    if ids[CHUNK:]:
        enqueue(by, ASSIGN, {"record_type": kind, "ids": ids[CHUNK:]})


JOBS = (assign_records,)
