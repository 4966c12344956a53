"""Reading what Stripe has of a firm, and writing our books and the tenancy's state by it.

Nothing is taken from an event but whom it is about: the objects are read anew while the firm's turn
is held. So it does not matter in which order events come, how often, or whether one is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.billing.doubles import end_double
from tenants.billing.gateway import Gateway
from tenants.billing.history import note
from tenants.billing.models import Subscription, TransferRequest
from tenants.billing.modules import lately_back, match_modules
from tenants.billing.queue import plan_follow
from tenants.billing.reading import Double, fetch_firm, keep_firm
from tenants.billing.standing import ALIVE, OWING, Standing, standing, standing_on_trial
from tenants.billing.steps import note_steps, stood
from tenants.billing.turns import turn
from tenants.billing.unpaid import START, fall_due, is_waiting
from tenants.control import OperatorEvent, Tenant
from tenants.database import control_session
from tenants.facts import State, TenantFacts
from tenants.lifecycle import CLOSED, wake
from tenants.plans import TRIAL

BY_HAND = ("suspended", "resumed")  # An operator's verbs; what they decided stands.
VERBS = {
    State.TRIAL: "trial_resumed",
    State.ACTIVE: "bill_settled",
    State.PAST_DUE: "bill_unpaid",
    State.SUSPENDED: "bill_suspended",
}


@dataclass(frozen=True, slots=True)
class Applied:
    """How a tenancy stands after Stripe was asked, and how it stood before."""

    facts: TenantFacts
    before: State
    seats: int | None
    standing: Standing
    waits: bool = False  # Something is billed that is given once it is paid.


class End(StrEnum):
    """What ends on its day by itself, as nobody collects for it."""

    TRIAL = "trial"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Books:
    """What a workspace has to follow: its seats, those it may not exceed meanwhile, its standing.

    `held` is the number that something is about to be paid for; None where nothing is. `way` is
    how it pays, None where it never did. `ends` is what ends by itself, and when. `back` are the
    modules that came back lately with a plan, and when.
    """

    facts: TenantFacts
    seats: int | None
    held: int | None
    standing: Standing
    way: str | None = None
    ends: tuple[End, datetime] | None = None
    back: tuple[datetime, tuple[str, ...]] | None = None


def find_by_customer(session: Session, customer_id: str) -> Subscription | None:
    """The firm that Stripe knows as this customer."""
    query = select(Subscription).where(Subscription.stripe_customer_id == customer_id)
    return session.scalars(query).one_or_none()


def refresh(
    gateway: Gateway, tenant_id: UUID, now: datetime, *, release: bool = False
) -> Applied | None:
    """Bring our books of one firm to what Stripe has; None for a firm that is gone.

    A second subscription that lives is ended and paid back. With `release`, seats that were held
    for a change that is over by now are free again. Unreachable, with nothing changed, where
    Stripe does not answer.
    """
    applied, doubles = _refresh(gateway, tenant_id, now, release=release)
    for one in doubles:
        end_double(gateway, tenant_id, one.subscription, one.bills, now)
    if doubles:
        applied, _none = _refresh(gateway, tenant_id, now)
    return applied


def _refresh(
    gateway: Gateway, tenant_id: UUID, now: datetime, *, release: bool = False
) -> tuple[Applied | None, list[Double]]:
    """As `refresh`, once. Stripe is asked before a row is held: the firm's turn keeps it true."""
    with turn(tenant_id):
        customer = _customer_of(tenant_id)
        fetched = fetch_firm(gateway, customer) if customer is not None else None
        with control_session() as session:
            tenant = session.get(Tenant, tenant_id, with_for_update=True)
            row = session.get(Subscription, tenant_id, with_for_update=True)
            if tenant is None or tenant.state == State.ERASED:
                return None, []
            doubles: list[Double] = []
            if row is not None and fetched is not None:
                before = row.held_seats
                if release:
                    row.held_seats = row.held_until = None
                if fall_due(row, now):
                    settle(session, tenant, row, now)  # First, as what begins has yet to be paid.
                stood_before = stood(row)
                doubles = keep_firm(session, row, fetched, now)
                note_steps(session, row, stood_before, now)
                if release or row.held_seats != before:
                    plan_follow(session, tenant_id, now)
            return settle(session, tenant, row, now), doubles


def _customer_of(tenant_id: UUID) -> str | None:
    """Whom Stripe is asked about; None for a firm that is gone, or that Stripe does not know."""
    with control_session() as session:
        tenant, row = session.get(Tenant, tenant_id), session.get(Subscription, tenant_id)
        is_gone = tenant is None or tenant.state == State.ERASED
        return None if row is None or is_gone else row.stripe_customer_id


def hold_books(session: Session, tenant_id: UUID, now: datetime) -> Books | None:
    """What the workspace has to follow, held until the transaction ends; None for one that is gone.

    Whoever follows holds this first and the seats in the workspace after it, as whoever holds
    seats for a payment does: so who comes last brings what stands, and nobody waits in a circle.
    """
    row = session.get(Subscription, tenant_id, with_for_update=True)
    tenant = session.get(Tenant, tenant_id, populate_existing=True)
    if tenant is None or tenant.state == State.ERASED:
        return None
    waiting = (TransferRequest.tenant_id == tenant_id, TransferRequest.status == "asked")
    asked = session.scalars(select(TransferRequest.seats).where(*waiting)).one_or_none()
    billed = row.seats if row is not None and is_waiting(row) else None
    held = (asked, billed, row.held_seats if row is not None else None)
    bounds = [one for one in held if one is not None]
    stands = standing_of(tenant, row, now)
    return Books(
        tenant.facts(),
        tenant.seats,
        min(bounds, default=None),
        stands,
        row.way if row is not None else None,
        _end_of(tenant, row, stands),
        lately_back(session, tenant_id, now),
    )


def _end_of(
    tenant: Tenant, row: Subscription | None, stands: Standing
) -> tuple[End, datetime] | None:
    if tenant.state not in (State.TRIAL, State.ACTIVE):
        return None
    if stands.state is State.TRIAL and tenant.trial_ends_at is not None:
        return None if is_waiting(row) else (End.TRIAL, tenant.trial_ends_at)
    if row is None or row.way != "transfer" or row.status != "active" or row.period_end is None:
        return None
    return End.TRANSFER, row.period_end


def settle(session: Session, tenant: Tenant, row: Subscription | None, now: datetime) -> Applied:
    """Put the tenancy where its books say that it stands; both rows are held by the caller."""
    before = State(tenant.state)
    stood, plan_before = (tenant.state, tenant.seats, tenant.pay_by), tenant.plan
    stands = standing_of(tenant, row, now)
    if row is not None and row.status in (*ALIVE, *OWING) and not is_waiting(row):
        tenant.plan, tenant.seats = row.plan, row.seats
    tenant.pay_by = stands.pay_by
    if stands.state is not before and not _is_held_by_hand(session, tenant):
        if before in CLOSED and stands.state not in CLOSED:
            wake(session, tenant, now)
        tenant.state, tenant.changed_at = stands.state.value, now
        told = {"before": before.value, "after": stands.state.value}
        note(session, tenant.id, VERBS[stands.state], now, **told)
    had = list(tenant.modules)
    match_modules(session, tenant, plan_before, now)
    session.flush()  # The facts tell what stands in the row.
    if (tenant.state, tenant.seats, tenant.pay_by) != stood or tenant.modules != had:
        plan_follow(session, tenant.id, now)
    return Applied(tenant.facts(), before, tenant.seats, stands, is_waiting(row))


def standing_of(tenant: Tenant, row: Subscription | None, now: datetime) -> Standing:
    """Where a tenancy stands by its books."""
    if row is None or row.status == "none" or row.waits == START:
        billed_at = row.first_billed_at if row is not None and is_waiting(row) else None
        if tenant.plan == TRIAL:
            return standing_on_trial(now, tenant.trial_ends_at, billed_at)
        # Who rented before has what was left of it: nothing of what was billed is paid.
        ended_at = tenant.pay_by if row is not None and row.waits == START else None
        return standing(now=now, status="none", ended_at=ended_at)
    return standing(
        now=now,
        status=row.status,
        unpaid_since=row.unpaid_since,
        ended_at=row.ended_at,
        trial_ends_at=tenant.trial_ends_at,
    )


def _is_held_by_hand(session: Session, tenant: Tenant) -> bool:
    """True where an operator suspended the workspace, which no payment undoes."""
    if tenant.state != State.SUSPENDED:
        return False
    verbs = (*BY_HAND, *VERBS.values())
    last = session.scalars(
        select(OperatorEvent.verb)
        .where(OperatorEvent.tenant_id == tenant.id, OperatorEvent.verb.in_(verbs))
        .order_by(OperatorEvent.at.desc(), OperatorEvent.id.desc())
        .limit(1)
    ).first()
    return last == "suspended"
