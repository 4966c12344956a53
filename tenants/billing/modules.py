"""Which modules a tenancy has by its plan: what a smaller one took comes back with a larger one.

What was taken is read from the tenancy's own history: a module is back when the last line of it
says that the plan took it. So what its admins switched off stays off, whatever is rented; where a
smaller plan lacks it too, the history says that it was off before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.billing.history import note
from tenants.control import OperatorEvent, Tenant
from tenants.plans import PlanError, plan_of

OFF, ON = "modules_switched_off", "modules_switched_on"
LEFT_OFF = "modules_left_off"
NEWS = timedelta(days=7)  # So long a workspace is told of what came back, if it was not yet.


def match_modules(session: Session, tenant: Tenant, before: str, now: datetime) -> None:
    """Switch off what the plan has not, and on what an earlier one took and this one has.

    `before` is the plan that it had. The data of a module stays meanwhile. Nothing changes with a
    plan that is no longer offered.
    """
    try:
        allowed = plan_of(tenant.plan).modules
    except PlanError:
        return
    taken = taken_by_plan(session, tenant.id)
    note_left_off(session, tenant, before, tenant.plan, now)
    kept = [one for one in tenant.modules if one in allowed]
    back = [one for one in allowed if one in taken and one not in kept]
    put_modules(session, tenant, [*kept, *back], now)


def note_left_off(session: Session, tenant: Tenant, before: str, after: str, now: datetime) -> None:
    """Note what its admins had off under the plan `before` and what the plan `after` lacks.

    Otherwise nobody could tell later whether they did, or never had it. Call it before the modules
    are put as the plan goes.
    """
    if before == after:
        return
    taken = taken_by_plan(session, tenant.id)
    off = [
        one
        for one in modules_in(before)
        if one not in tenant.modules and one not in taken and one not in modules_in(after)
    ]
    if off:
        note(session, tenant.id, LEFT_OFF, now, modules=off)


def put_by_hand(session: Session, tenant: Tenant, after: str, now: datetime) -> None:
    """Give the tenancy the modules of the plan `after`, to which somebody puts it by hand.

    On is what is on, what a plan took, and what no plan of before had; what its admins switched off
    stays off.
    """
    before, taken = tenant.plan, taken_by_plan(session, tenant.id)
    note_left_off(session, tenant, before, after, now)
    off = {*modules_in(before), *left_off(session, tenant.id)}
    on = {*tenant.modules, *taken}
    modules = [one for one in modules_in(after) if one in on or one not in off]
    put_modules(session, tenant, modules, now)


def modules_in(plan: str) -> tuple[str, ...]:
    """The modules that a plan has; none where it is no longer offered."""
    try:
        return tuple(plan_of(plan).modules)
    except PlanError:
        return ()


def put_modules(session: Session, tenant: Tenant, modules: list[str], now: datetime) -> bool:
    """Give the tenancy these modules, as its plan goes, and note what is gone and what is new."""
    gone = [one for one in tenant.modules if one not in modules]
    new = [one for one in modules if one not in tenant.modules]
    if gone or new:
        tenant.modules = modules
    if gone:
        note(session, tenant.id, OFF, now, modules=gone)
    if new:
        note(session, tenant.id, ON, now, modules=new)
    return bool(gone or new)


def taken_by_plan(session: Session, tenant_id: UUID) -> set[str]:
    """The modules that a plan took and none has given back."""
    taken: set[str] = set()
    for verb, details in session.execute(
        select(OperatorEvent.verb, OperatorEvent.details)
        .where(OperatorEvent.tenant_id == tenant_id, OperatorEvent.verb.in_((OFF, ON)))
        .order_by(OperatorEvent.at, OperatorEvent.id)
    ):
        named = details.get("modules", [])
        taken = taken | set(named) if verb == OFF else taken - set(named)
    return taken


def left_off(session: Session, tenant_id: UUID) -> set[str]:
    """The modules that its admins had off when a smaller plan came, which lacks them."""
    told = select(OperatorEvent.details).where(
        OperatorEvent.tenant_id == tenant_id, OperatorEvent.verb == LEFT_OFF
    )
    return {one for details in session.scalars(told) for one in details.get("modules", [])}


def lately_back(
    session: Session, tenant_id: UUID, now: datetime
) -> tuple[datetime, tuple[str, ...]] | None:
    """When modules came back last with a plan, and which; None where that is long ago."""
    last = session.scalars(
        select(OperatorEvent)
        .where(
            OperatorEvent.tenant_id == tenant_id,
            OperatorEvent.verb == ON,
            OperatorEvent.at > now - NEWS,
        )
        .order_by(OperatorEvent.at.desc(), OperatorEvent.id.desc())
        .limit(1)
    ).first()
    return (last.at, tuple(last.details.get("modules", ()))) if last is not None else None
