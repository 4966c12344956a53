"""The workspaces as an operator sees them: state, version, and how their jobs do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.jobs.overview import count_by_tenant
from tenants.control import SERVICE, Tenant
from tenants.facts import State
from tenants.history import TENANT

PAGE = 50


@dataclass(frozen=True, slots=True)
class Tenancy:
    """One workspace in the operator's list."""

    slug: str
    name: str
    state: str
    plan: str
    version: str
    behind: int  # How many migrations it has yet to get.
    waiting: int
    dead: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of workspaces; `next_after` is the slug that the next page begins after."""

    tenancies: list[Tenancy]
    total: int
    behind: int
    service_waiting: int
    service_dead: int
    next_after: str | None


def overview(session: Session, *, search: str = "", after: str = "") -> Overview:
    """One page of workspaces by slug, those erased left out."""
    alive = Tenant.state != State.ERASED.value
    query = select(Tenant).where(alive).order_by(Tenant.slug)
    if search:
        query = query.where(
            or_(
                Tenant.slug.contains(search.lower(), autoescape=True),
                Tenant.name.icontains(search, autoescape=True),
            )
        )
    if after:
        query = query.where(Tenant.slug > after)
    rows = session.scalars(query.limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    counts = count_by_tenant(session, [SERVICE, *(row.id for row in shown)])
    versions = [step.revision for step in TENANT.line]
    return Overview(
        tenancies=[
            _tenancy(
                row, versions, counts.get((row.id, "ready"), 0), counts.get((row.id, "dead"), 0)
            )
            for row in shown
        ],
        total=session.scalar(select(func.count()).select_from(Tenant).where(alive)) or 0,
        behind=session.scalar(
            select(func.count()).select_from(Tenant).where(alive, Tenant.version != TENANT.head)
        )
        or 0,
        service_waiting=counts.get((SERVICE, "ready"), 0),
        service_dead=counts.get((SERVICE, "dead"), 0),
        next_after=shown[-1].slug if len(rows) > PAGE else None,
    )


def _tenancy(row: Tenant, versions: Sequence[str], waiting: int, dead: int) -> Tenancy:
    passed = versions.index(row.version) + 1 if row.version in versions else 0
    return Tenancy(
        slug=row.slug,
        name=row.name,
        state=row.state,
        plan=row.plan,
        version=row.version,
        behind=len(versions) - passed,
        waiting=waiting,
        dead=dead,
        created_at=row.created_at,
    )
