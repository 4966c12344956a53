"""The workspaces as an operator sees them: what they are and hold, and how their jobs do.

Nothing here opens a workspace: what they hold was counted by a job, and is numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.jobs.overview import count_by_tenant
from app.kernel.ids import parse_id
from tenants.billing.models import Subscription
from tenants.billing.unpaid import START
from tenants.control import SERVICE, Tenant, TenantSize
from tenants.facts import State
from tenants.history import TENANT
from tenants.lifecycle import CLOSED
from tenants.plans import TRIAL

PAGE = 50
GRACE = "grace"  # Active, with a bill that is open: `pay_by` says how long yet.
ALIVE = Tenant.state != State.ERASED.value
BETWEEN = "~"  # Between the two parts of a place in the list; neither holds it.


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the list: what it goes by, and how a place in it is written and read."""

    key: ColumnElement[Any]
    is_descending: bool = True
    read: Any = int
    write: Any = str


SORTS: Mapping[str, Sort] = {
    "slug": Sort(Tenant.slug.expression, is_descending=False, read=str),
    "created": Sort(
        Tenant.created_at.expression, read=datetime.fromisoformat, write=datetime.isoformat
    ),
    "active": Sort(
        func.coalesce(TenantSize.last_active_at, Tenant.created_at),
        read=datetime.fromisoformat,
        write=datetime.isoformat,
    ),
    "users": Sort(func.coalesce(TenantSize.users, 0)),
    "records": Sort(func.coalesce(TenantSize.records, 0)),
    "size": Sort(func.coalesce(TenantSize.bytes + TenantSize.file_bytes, 0)),
}


@dataclass(frozen=True, slots=True)
class Tenancy:
    """One workspace in the operator's list; `size` is None until it was counted."""

    id: UUID
    slug: str
    name: str
    state: str
    plan: str
    version: str
    behind: int  # How many migrations it has yet to get.
    waiting: int
    dead: int
    created_at: datetime
    trial_ends_at: datetime | None
    standing: str  # Its state, or GRACE.
    size: TenantSize | None

    @property
    def is_well(self) -> bool:
        """True where nothing wants an operator's eye."""
        return not self.behind and not self.dead


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of workspaces; `next_after` is the place that the next page begins after."""

    tenancies: list[Tenancy]
    total: int
    erased: int
    behind: int
    service_waiting: int
    service_dead: int
    next_after: str | None


def overview(
    session: Session, *, search: str = "", state: str = "", sort: str = "slug", after: str = ""
) -> Overview:
    """One page of workspaces, those erased left out; what is no state or order counts as none."""
    order = SORTS.get(sort, SORTS["slug"])
    query = _listed(search, state).add_columns(order.key.label("place"))
    place = _place(order, after)
    if place is not None:
        here = tuple_(order.key, Tenant.id)
        query = query.where(here < place if order.is_descending else here > place)
    ways = [order.key, Tenant.id]
    query = query.order_by(*(one.desc() if order.is_descending else one for one in ways))
    rows = session.execute(query.limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    counts = count_by_tenant(session, [SERVICE, *(row[0].id for row in shown)])
    last = shown[-1] if len(rows) > PAGE else None
    return Overview(
        tenancies=[tenancy_of(row[0], row[1], counts) for row in shown],
        total=session.scalar(select(func.count()).select_from(Tenant).where(ALIVE)) or 0,
        erased=session.scalar(select(func.count()).select_from(Tenant).where(~ALIVE)) or 0,
        behind=session.scalar(
            select(func.count()).select_from(Tenant).where(ALIVE, Tenant.version != TENANT.head)
        )
        or 0,
        service_waiting=counts.get((SERVICE, "ready"), 0),
        service_dead=counts.get((SERVICE, "dead"), 0),
        next_after=f"{order.write(last.place)}{BETWEEN}{last[0].id}" if last else None,
    )


def _listed(search: str, state: str) -> Select[Any]:
    held = TenantSize.tenant_id == Tenant.id
    query: Any = select(Tenant, TenantSize).outerjoin(TenantSize, held).where(ALIVE)
    if state in {GRACE, State.ACTIVE.value}:
        owes = Tenant.pay_by.is_not(None)
        query = query.where(Tenant.state == State.ACTIVE.value, owes if state == GRACE else ~owes)
    elif state in {one.value for one in State}:
        query = query.where(Tenant.state == state)
    if search:
        query = query.where(
            or_(
                Tenant.slug.contains(search.lower(), autoescape=True),
                Tenant.name.icontains(search, autoescape=True),
            )
        )
    listed: Select[Any] = query
    return listed


def _place(order: Sort, after: str) -> tuple[Any, UUID] | None:
    """A place in the list as it was written into an address; None for what is none."""
    value, _between, raw_id = after.rpartition(BETWEEN)
    tenant_id = parse_id(raw_id)
    if tenant_id is None:
        return None
    try:
        return order.read(value), tenant_id
    except ValueError:
        return None


def tenancy_of(
    row: Tenant, size: TenantSize | None, counts: Mapping[tuple[UUID, str], int]
) -> Tenancy:
    """A workspace's row with its size and the numbers of its jobs."""
    return Tenancy(
        id=row.id,
        slug=row.slug,
        name=row.name,
        state=row.state,
        plan=row.plan,
        version=row.version,
        behind=behind(row.version),
        waiting=counts.get((row.id, "ready"), 0),
        dead=counts.get((row.id, "dead"), 0),
        created_at=row.created_at,
        trial_ends_at=row.trial_ends_at,
        standing=standing_of(row),
        size=size,
    )


def standing_of(row: Tenant) -> str:
    """Where a workspace stands as the console tells it: its state, or GRACE."""
    owes = row.state == State.ACTIVE.value and row.pay_by is not None
    return GRACE if owes else row.state


def oldest_count(found: Sequence[Tenancy]) -> datetime | None:
    """When the numbers of a page were counted at the latest; None where none were."""
    return min((one.size.measured_at for one in found if one.size is not None), default=None)


def behind(version: str) -> int:
    """How many migrations a workspace at `version` has yet to get."""
    line: Sequence[str] = [step.revision for step in TENANT.line]
    return len(line) - (line.index(version) + 1 if version in line else 0)


def find_tenancy(session: Session, slug: str, *, lock: bool = False) -> Tenant | None:
    """The row of the workspace with this slug, or None; an erased one has none any more."""
    query = select(Tenant).where(Tenant.slug == slug, ALIVE)
    return session.scalars(query.with_for_update() if lock else query).first()


def may_go_on(tenant: Tenant, row: Subscription | None) -> bool:
    """True for a trial, and for one that is over and that no subscription has followed."""
    if tenant.state == State.TRIAL:
        return True
    has_paid = row is not None and row.status != "none" and row.waits != START
    was_trial = tenant.plan == TRIAL and tenant.trial_ends_at is not None
    return tenant.state in CLOSED and was_trial and not has_paid


def versions(session: Session) -> list[tuple[str, int, int]]:
    """How many workspaces stand at each migration: version, number, how far behind."""
    rows = session.execute(
        select(Tenant.version, func.count()).where(ALIVE).group_by(Tenant.version)
    )
    found = [(version, number, behind(version)) for version, number in rows]
    return sorted(found, key=lambda one: one[2])
