"""Counting what each workspace holds, so that operators see sizes and never the data.

A recurring job counts workspaces one by one, each in a scope of its own and with a bound on how
long it may take; the numbers go to the shared tables.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, or_, select, text, true
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
EVERY = timedelta(minutes=10)
FRESH = timedelta(minutes=10)  # What was counted within this is not counted again.
HOURLY = timedelta(hours=1)  # Who looks at none of them finds numbers no older.
ON_A_PAGE = 10  # Workspaces that the console counts itself before it shows the list.
BOUND = 200  # Milliseconds that a question may take that is asked for a page.
TOGETHER = 2  # Seconds after which a page begins no further workspace.
AT_ONCE = 500  # Workspaces of one run; those counted longest ago come first.
BYTES = (
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
    "WHERE relnamespace = CAST(:schema AS regnamespace) AND relkind = 'r'"
)

_missed: dict[UUID, datetime] = {}  # Those that took too long for a page, and when.

log = structlog.get_logger(__name__)


@service_job(KIND, every=EVERY, timeout=3600)
def measure_workspaces(service: Service, _payload: Payload) -> None:
    """Count the workspaces that were counted longest ago."""
    for facts in _due(service.now - HOURLY, AT_ONCE):
        try:
            measure(facts, service.now)
        except SQLAlchemyError as error:  # Of one workspace; the others are counted all the same.
            log.warning("workspace_not_measured", tenant=facts.slug, error=type(error).__name__)


def measure(facts: TenantFacts, now: datetime, *, bound: int | None = None) -> None:
    """Count one workspace, and write the numbers down; within `bound` milliseconds a question."""
    with tenant_scope(facts) as session:
        if bound is not None:
            session.execute(select(func.set_config("statement_timeout", str(bound), True)))
        numbers = _count(session, facts)
    row = {"tenant_id": facts.id, "measured_at": now, **numbers}
    with control_session() as session:
        put = insert(TenantSize).values(row)
        session.execute(put.on_conflict_do_update(index_elements=["tenant_id"], set_=row))


def count_some(now: datetime, *, only: UUID | None = None) -> None:
    """Count the few workspaces whose numbers are oldest, or `only` one, before they are shown.

    One that can't be counted, or not soon enough, keeps the numbers that it has.
    """
    end = monotonic() + TOGETHER
    for facts in _due(now - FRESH, ON_A_PAGE, only):
        if monotonic() > end or now - _missed.get(facts.id, now - FRESH) < FRESH:
            continue
        try:
            measure(facts, now, bound=BOUND)
        except SQLAlchemyError as error:
            _missed[facts.id] = now
            log.warning("workspace_not_measured", tenant=facts.slug, error=type(error).__name__)


def _due(before: datetime, most: int, only: UUID | None = None) -> list[TenantFacts]:
    """The workspaces with the oldest numbers of `before`, of those whose tables are today's."""
    wanted = Tenant.id == only if only is not None else true()
    with control_session() as session:
        rows = session.scalars(
            select(Tenant)
            .outerjoin(TenantSize, TenantSize.tenant_id == Tenant.id)
            .where(
                Tenant.state != State.ERASED.value,
                Tenant.version == TENANT.head,
                or_(TenantSize.measured_at.is_(None), TenantSize.measured_at <= before),
                wanted,
            )
            .order_by(TenantSize.measured_at.asc().nulls_first(), Tenant.id)
            .limit(most)
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
