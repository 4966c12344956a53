"""Putting work into the queue, in the transaction of the change that causes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from tenants.control import SERVICE, Job
from tenants.engine import LOGIN

PAYLOAD_BYTES = 1_000_000  # What is larger belongs into a row or a file that the job reads.


def enqueue(
    by: Actor,
    kind: str,
    payload: Mapping[str, object],
    *,
    run_at: datetime | None = None,
    key: str | None = None,
    job_id: UUID | None = None,
) -> UUID:
    """Enqueue a job of `by`'s workspace in `by`'s transaction and answer with its id.

    With `key`, nothing is added while a job with this key waits already (the id is then nobody's);
    jobs of one key run one after the other. The database refuses a row for another tenant's role.
    """
    row = _row(kind, payload, run_at=run_at, moment=by.now, key=key)
    row |= {"tenant_id": by.tenant.id, "db_role": by.tenant.db_role}
    if job_id is not None:
        row["id"] = job_id
    return _insert(by.session, row)


def enqueue_service(
    session: Session,
    kind: str,
    payload: Mapping[str, object],
    *,
    run_at: datetime | None = None,
    key: str | None = None,
) -> UUID:
    """Enqueue a job of the service itself in a transaction on the shared tables."""
    row = _row(kind, payload, run_at=run_at, moment=clock.now(), key=key)
    row |= {"tenant_id": SERVICE, "db_role": LOGIN}
    return _insert(session, row)


def _row(
    kind: str,
    payload: Mapping[str, object],
    *,
    run_at: datetime | None,
    moment: datetime,
    key: str | None,
) -> dict[str, object]:
    """The columns that do not depend on whose job it is."""
    text = json.dumps(dict(payload), allow_nan=False)
    if len(text) > PAYLOAD_BYTES:
        raise ValueError(f"The payload of a {kind} job is too large: {len(text)} characters.")
    return {
        "id": new_id(),
        "kind": kind,
        "payload": json.loads(text),
        "run_at": run_at or moment,
        "key": key,
        "created_at": moment,
    }


def _insert(session: Session, row: dict[str, object]) -> UUID:
    """Insert without reading back: a tenant's role may read nothing of the queue."""
    session.execute(insert(Job).values(row).on_conflict_do_nothing())
    job_id = row["id"]
    assert isinstance(job_id, UUID)  # noqa: S101 - narrows what _row made.
    return job_id
