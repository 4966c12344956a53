"""One job for each workspace, as an operator asks for it once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.kernel.rows import rows_written
from tenants.control import Job, Tenant


def enqueue_everywhere(
    session: Session,
    kind: str,
    now: datetime,
    *,
    tenant_id: UUID | None = None,
    about: UUID | None = None,
) -> int:
    """Enqueue a kind in every workspace that is not erased, or in one; answers with how many.

    Where such a job waits already, it stands for both. What it is `about` stands in its payload.
    """
    asked = select(Tenant.id, Tenant.db_role).where(Tenant.state != "erased").order_by(Tenant.id)
    if tenant_id is not None:
        asked = asked.where(Tenant.id == tenant_id)
    rows = [
        {
            "id": new_id(),
            "tenant_id": one.id,
            "db_role": one.db_role,
            "kind": kind,
            "payload": {} if about is None else {"about": str(about)},
            "key": f"everywhere:{kind}" if about is None else f"everywhere:{kind}:{about}",
            "run_at": now,
            "created_at": now,
        }
        for one in session.execute(asked)
    ]
    if not rows:
        return 0
    return rows_written(session.execute(insert(Job).values(rows).on_conflict_do_nothing()))
