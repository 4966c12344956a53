"""What waits: money that is to arrive, tax invoices to be issued, changes that nobody pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, true, tuple_
from sqlalchemy.orm import Session

from tenants.billing.models import (
    Subscription,
    SubscriptionInvoice,
    TaxInvoiceRequest,
    TransferRequest,
)
from tenants.billing.standing import ALIVE, GRACE, OWING
from tenants.billing.unpaid import CHANGE, UNPAID
from tenants.control import Tenant
from tenants.database import control_session
from tenants.facts import State, TenantFacts

PAGE = 25
LAPSING = 200  # Transfers that are let go of in one go.
BETWEEN = "~"  # Between the two parts of a place in a list; neither holds it.


@dataclass(frozen=True, slots=True)
class Waiting:
    """A transfer that is on its way, and the firm that is to make it."""

    tenant: Tenant
    request: TransferRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """A tax invoice that a firm asks for, with the bill that it is about."""

    tenant: Tenant
    request: TaxInvoiceRequest
    bill: SubscriptionInvoice


Line = TypeVar("Line", Waiting, Asked)


@dataclass(frozen=True, slots=True)
class Page(Generic[Line]):
    """One page of what waits; `next_after` is the place that the next one begins after."""

    lines: Sequence[Line]
    next_after: str | None


def waiting_transfers(session: Session, wanted: str = "", after: str = "") -> Page[Waiting]:
    """The transfers that are on their way, the oldest first.

    `wanted` is a part of the reference, or of the firm's name or slug.
    """
    columns = (TransferRequest.reference, Tenant.name, Tenant.slug)
    matches = or_(*(one.icontains(wanted, autoescape=True) for one in columns))
    query: Any = (
        select(Tenant, TransferRequest)
        .join(TransferRequest, TransferRequest.tenant_id == Tenant.id)
        .where(TransferRequest.status == "asked", Tenant.state != State.ERASED.value, matches)
    )
    rows = session.execute(_paged(query, TransferRequest, after)).all()
    return _page([Waiting(row[0], row[1]) for row in rows])


def waiting_tax_invoices(session: Session, after: str = "") -> Page[Asked]:
    """The tax invoices that are to be issued, the oldest first."""
    query: Any = (
        select(Tenant, TaxInvoiceRequest, SubscriptionInvoice)
        .join(TaxInvoiceRequest, TaxInvoiceRequest.tenant_id == Tenant.id)
        .join(SubscriptionInvoice, SubscriptionInvoice.id == TaxInvoiceRequest.invoice_id)
        .where(TaxInvoiceRequest.status == "asked")
    )
    rows = session.execute(_paged(query, TaxInvoiceRequest, after)).all()
    return _page([Asked(row[0], row[1], row[2]) for row in rows])


def asked_before(session: Session, moment: datetime) -> list[UUID]:
    """The transfers that are waited for since before a moment, by their ids; LAPSING at most."""
    late = (TransferRequest.status == "asked", TransferRequest.asked_at < moment)
    query = select(TransferRequest.id).where(*late).order_by(TransferRequest.asked_at)
    return list(session.scalars(query.limit(LAPSING)))


def overdue_changes(now: datetime) -> list[TenantFacts]:
    """The firms that have let the bill of a change lie for GRACE since it was due."""
    return _changing(SubscriptionInvoice.due_at < now - GRACE)


def half_taken_back() -> list[TenantFacts]:
    """The firms whose change has no bill left: taking it back was cut off, so it is to be ended."""
    with_bill = {facts.id for facts in _changing(true())}
    return [facts for facts in _changing(None) if facts.id not in with_bill]


def _changing(bill: ColumnElement[bool] | None) -> list[TenantFacts]:
    """The firms that wait for a change, with an unpaid bill of which that is true."""
    query = (
        select(Tenant)
        .join(Subscription, Subscription.tenant_id == Tenant.id)
        .where(Subscription.waits == CHANGE, Subscription.status.in_((*ALIVE, *OWING)))
        .where(Tenant.state != State.ERASED.value)
        .order_by(Tenant.id)
    )
    if bill is not None:
        mine = (SubscriptionInvoice.tenant_id == Tenant.id, SubscriptionInvoice.status.in_(UNPAID))
        query = query.where(exists().where(*mine, bill))
    with control_session() as session:
        return [tenant.facts() for tenant in session.scalars(query)]


def _paged(query: Any, table: type[TransferRequest | TaxInvoiceRequest], after: str) -> Any:
    """The lines of a page and one more, by which it is known that there is another."""
    place = _place(after)
    if place is not None:
        query = query.where(tuple_(table.asked_at, table.id) > place)
    return query.order_by(table.asked_at, table.id).limit(PAGE + 1)


def _page(lines: Sequence[Line]) -> Page[Line]:
    if len(lines) <= PAGE:
        return Page(lines, None)
    last = lines[PAGE - 1].request
    return Page(lines[:PAGE], f"{last.asked_at.isoformat()}{BETWEEN}{last.id}")


def _place(after: str) -> tuple[datetime, UUID] | None:
    """A place as it was written into an address; None for what is none."""
    moment, _between, its_id = after.partition(BETWEEN)
    try:
        at = datetime.fromisoformat(moment)
        return (at, UUID(its_id)) if at.tzinfo is not None else None
    except ValueError:
        return None
