"""Counting what each workspace holds, so that operators see sizes and never the data.

A recurring job counts workspaces one by one, each in a scope of its own and with a bound on how
long it may take; the numbers go to the shared tables.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.identity.models import User, UserSession
from app.jobs.kinds import Payload, Service
from app.jobs.registry import service_job
from app.records.files.models import File, FileStorage
from app.records.registry import registry
from tenants.control import Tenant, TenantSize
from tenants.database import control_session
from tenants.facts import State, TenantFacts
from tenants.history import TENANT
from tenants.scope import tenant_scope

KIND = "measure_workspaces"
EVERY = timedelta(hours=6)
AT_ONCE = 500  # Workspaces of one run; those counted longest ago come first.
BYTES = (
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
    "WHERE relnamespace = CAST(:schema AS regnamespace) AND relkind = 'r'"
)

log = structlog.get_logger(__name__)


@service_job(KIND, every=EVERY, timeout=3600)
def measure_workspaces(service: Service, _payload: Payload) -> None:
    """Count the workspaces that were counted longest ago."""
    for facts in _due():
        try:
            measure(facts, service.now)
        except SQLAlchemyError as error:  # Of one workspace; the others are counted all the same.
            log.warning("workspace_not_measured", tenant=facts.slug, error=type(error).__name__)


def measure(facts: TenantFacts, now: datetime) -> None:
    """Count one workspace, and write the numbers down."""
    with tenant_scope(facts) as session:
        numbers = _count(session, facts)
    row = {"tenant_id": facts.id, "measured_at": now, **numbers}
    with control_session() as session:
        put = insert(TenantSize).values(row)
        session.execute(put.on_conflict_do_update(index_elements=["tenant_id"], set_=row))


def _due() -> list[TenantFacts]:
    """The workspaces whose numbers are oldest, of those whose tables are today's."""
    with control_session() as session:
        rows = session.scalars(
            select(Tenant)
            .outerjoin(TenantSize, TenantSize.tenant_id == Tenant.id)
            .where(Tenant.state != State.ERASED.value, Tenant.version == TENANT.head)
            .order_by(TenantSize.measured_at.asc().nulls_first(), Tenant.id)
            .limit(AT_ONCE)
        ).all()
    return [row.facts() for row in rows]


def _count(session: Session, facts: TenantFacts) -> dict[str, Any]:
    def number(table: Any, *where: Any) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0

    kinds = registry().switched_on(facts)
    seen = select(func.max(UserSession.last_seen_at))
    return {
        "bytes": int(session.scalar(text(BYTES), {"schema": f'"{facts.schema}"'}) or 0),
        "records": sum(number(one.model, one.model.deleted_at.is_(None)) for one in kinds),
        "files": number(File, File.deleted_at.is_(None)),
        "file_bytes": session.scalar(select(FileStorage.used)) or 0,
        "users": number(User, User.is_active),
        "last_active_at": session.scalar(seen),
    }


JOBS = (measure_workspaces,)
