"""The page of one workspace: what it is, what it holds of what it may, and what was done to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.overview import JobLine, count_by_tenant, list_jobs
from app.kernel.language import Text, current, gettext, labelled, listed
from app.operator.tenancies import Tenancy, may_go_on, standing_of, tenancy_of
from app.operator.words import LIMITS, STANDINGS, STATES, SUBSCRIPTIONS, plan_name, said
from app.records.files.sizes import size_text
from app.records.switching.operations import offered_modules
from tenants.billing.models import Subscription
from tenants.billing.unpaid import is_waiting
from tenants.control import Operator, OperatorEvent, Tenant, TenantSize
from tenants.plans import Limit, plans

HISTORY = 50  # Lines of it on the page; all of them stay.
FAILED = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done to a tenancy: what, by whom, when, why."""

    text: Text
    tone: str
    who: str
    at: datetime
    reason: str
    details: str


@dataclass(frozen=True, slots=True)
class Usage:
    """One limit: how much is used, as far as it was counted, of how much; its own bound if any."""

    key: str
    label: Text
    used: str
    most: str
    own: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the template shows."""

    tenancy: Tenancy
    state: tuple[Text, str]
    plan: str
    plans: list[tuple[str, str]]
    usage: list[Usage]
    history: list[Line]
    failed: list[JobLine]
    subscription: Subscription | None
    paying: Text | str  # How the subscription stands.
    waits: Text | str  # The plan that begins once its bill is paid.
    may_go_on: bool  # Its trial may be extended.
    pay_by: datetime | None


def page_of(session: Session, tenant: Tenant) -> Page:
    """Read what the page of a workspace shows; nothing of it is read in the workspace."""
    size = session.scalars(select(TenantSize).where(TenantSize.tenant_id == tenant.id)).first()
    paid = session.get(Subscription, tenant.id)
    return Page(
        tenancy=tenancy_of(tenant, size, count_by_tenant(session, [tenant.id])),
        state=STANDINGS[standing_of(tenant)],
        plan=plan_name(tenant.plan),
        plans=[(one.key, one.text(one.name, current())) for one in plans()],
        usage=_usage(tenant, size),
        history=history(session, tenant.id),
        failed=list_jobs(session, states=("dead",), tenant_id=tenant.id, limit=FAILED),
        subscription=paid,
        paying=_paying(paid),
        waits=plan_name(paid.plan) if paid is not None and is_waiting(paid) else "",
        may_go_on=may_go_on(tenant, paid),
        pay_by=tenant.pay_by,
    )


def _paying(row: Subscription | None) -> Text | str:
    """How a subscription stands; by Stripe's own name where that is new to us."""
    if row is None:
        return ""
    found = SUBSCRIPTIONS.get(row.status)
    return found[0] if found is not None else row.status


def _usage(tenant: Tenant, size: TenantSize | None) -> list[Usage]:
    bounds = tenant.bounds()
    used: dict[Limit, int] = {}
    if size is not None:
        used = {
            Limit.SEATS: size.users,
            Limit.RECORDS: size.records,
            Limit.STORAGE: size.file_bytes,
        }

    def told(limit: Limit, number: int | None) -> str:
        if number is None:
            return "–"
        return size_text(number) if limit is Limit.STORAGE else f"{number:,}"

    return [
        Usage(
            limit.value,
            LIMITS[limit],
            told(limit, used.get(limit)),
            told(limit, bounds.get(limit.value)),
            str(tenant.limits.get(limit.value, "")),
        )
        for limit in Limit
    ]


def history(session: Session, tenant_id: UUID) -> list[Line]:
    """What was done to a tenancy, the last first; its HISTORY newest lines."""
    rows = session.scalars(
        select(OperatorEvent)
        .where(OperatorEvent.tenant_id == tenant_id)
        .order_by(OperatorEvent.at.desc(), OperatorEvent.id.desc())
        .limit(HISTORY)
    ).all()
    ids = {row.operator_id for row in rows if row.operator_id}
    found = session.execute(select(Operator.id, Operator.name).where(Operator.id.in_(ids)))
    names: dict[UUID | None, str] = {row.id: row.name for row in found}
    return [
        Line(*said(row.verb), names.get(row.operator_id, ""), row.at, _why(row), _details(row))
        for row in rows
    ]


def _why(row: OperatorEvent) -> str:
    return str(row.details.get("reason", ""))


def _details(row: OperatorEvent) -> str:
    """What else was noted, in short: `before → after` where there are both, else until when."""
    before, after = row.details.get("before"), row.details.get("after")
    if after is None and row.details.get("modules"):
        gone = row.details["modules"]
        return listed(one.label for one in offered_modules() if one.key in gone)
    if after is None:
        day = str(row.details.get("until", ""))[:10]
        return gettext("until %(day)s UTC", day=day) if day else ""
    return f"{_short(before)} → {_short(after)}"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(_named(key, one) for key, one in value.items() if one) or "–"
    text = str(value)
    if text in STATES:
        return str(STATES[text][0])
    return plan_name(text)[:80] or "–"


def _named(key: str, value: Any) -> str:
    """One of several that were changed together: a limit with its name, the plan by its own."""
    known = next((one for one in Limit if one.value == key), None)
    if known is not None:
        return labelled(LIMITS[known], _short(value))
    return _short(value)
