"""A firm means to pay by bank transfer (对公转账): asked for, withdrawn, found again."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants.billing.beginning import ensure_row
from tenants.billing.checkouts import OVER, close_checkouts, living_subscriptions, open_checkouts
from tenants.billing.errors import AlreadySubscribed, TransferAsked
from tenants.billing.gateway import Gateway
from tenants.billing.history import note
from tenants.billing.holds import IN_FLIGHT, Hold
from tenants.billing.models import Subscription, TransferRequest
from tenants.billing.operations import Choice
from tenants.billing.queue import TRANSFER_DROPPED, TRANSFER_LAPSED, plan_follow, plan_news
from tenants.billing.transfer_price import price_now
from tenants.billing.turns import turn
from tenants.billing.waiting import asked_before
from tenants.database import control_session
from tenants.facts import TenantFacts

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # None that is taken for another one.
LENGTH = 8
LAPSES = timedelta(days=60)  # Then money that was asked for is waited for no longer.


def ask_transfer(
    gateway: Gateway | None,
    facts: TenantFacts,
    choice: Choice,
    currency: str,
    *,
    asked_by: str,
    now: datetime,
    hold: Hold,
) -> TransferRequest:
    """Note that a firm is about to transfer what a choice costs; its seats are held meanwhile.

    Checkouts that are open are closed, as they would pay it twice. AlreadySubscribed where Stripe
    collects, TransferAsked where one is asked for already, PaidFurther as `transfer_price`.
    """
    ensure_row(facts, currency, now)
    with control_session() as session:
        plan_follow(session, facts.id, now, at=now + IN_FLIGHT)  # Whatever becomes of this process.
    with turn(facts.id):
        _close_others(gateway, facts.id)
        with control_session() as session:
            row = session.get_one(Subscription, facts.id, with_for_update=True)
            if waiting_of(session, facts.id) is not None:
                raise TransferAsked
            price = price_now(session, row, choice, currency, now)
            hold(choice.seats)
            row.held_seats = row.held_until = None  # Of checkouts, which are closed.
            made = TransferRequest(
                id=uuid7(),
                tenant_id=facts.id,
                reference="ZK" + "".join(secrets.choice(LETTERS) for _place in range(LENGTH)),
                plan=choice.plan.key,
                interval=choice.interval,
                seats=choice.seats,
                currency=currency,
                amount=price.due,
                credit=price.credit,
                status="asked",
                asked_by=asked_by,
                asked_at=now,
            )
            session.add(made)
            plan_follow(session, facts.id, now)
    return made


def _close_others(gateway: Gateway | None, tenant_id: UUID) -> None:
    """Close what could be paid at Stripe too; AlreadySubscribed where that is a subscription."""
    with control_session() as session:
        row = session.get_one(Subscription, tenant_id)
        if waiting_of(session, tenant_id) is not None:
            raise TransferAsked
    if row.way != "transfer" and row.stripe_id is not None and row.status not in OVER:
        raise AlreadySubscribed
    if gateway is not None and row.stripe_customer_id is not None:
        close_checkouts(gateway, open_checkouts(gateway, row.stripe_customer_id))
        if living_subscriptions(gateway, row.stripe_customer_id):
            raise AlreadySubscribed


def withdraw_transfer(tenant_id: UUID, now: datetime) -> bool:
    """Say that no money comes; False where none was waited for."""
    with control_session() as session:
        session.get(Subscription, tenant_id, with_for_update=True)
        found = waiting_of(session, tenant_id)
        if found is None:
            return False
        found.status, found.done_at = "withdrawn", now
        plan_follow(session, tenant_id, now)
        return True


def drop_transfer(request_id: UUID, now: datetime, reason: str, operator_id: UUID) -> bool:
    """Say for the firm that no money came, and tell it why; False where it was answered before."""
    told = {"reason": reason}
    return _drop(request_id, now, TRANSFER_DROPPED, told, operator_id) is not None


def lapse_transfers(now: datetime) -> list[UUID]:
    """Wait no longer for money that never came; answers with the firms, which are told."""
    with control_session() as session:
        found = asked_before(session, now - LAPSES)
    dropped = [_drop(one, now, TRANSFER_LAPSED, {}, None) for one in found]
    return [one for one in dropped if one is not None]


def _drop(
    request_id: UUID,
    now: datetime,
    what: str,
    told: dict[str, str],
    operator_id: UUID | None,
) -> UUID | None:
    """Wait no longer for a transfer; the firm's row is held first, as whoever books holds it."""
    with control_session() as session:
        asked = session.get(TransferRequest, request_id)
        if asked is None:
            return None
        session.get(Subscription, asked.tenant_id, with_for_update=True)
        session.refresh(asked, with_for_update=True)
        if asked.status != "asked":
            return None
        asked.status, asked.done_at = "withdrawn", now
        told = {"reference": asked.reference, **told}
        plan_follow(session, asked.tenant_id, now)
        plan_news(session, asked.tenant_id, what, told, now)
        note(session, asked.tenant_id, what, now, operator_id=operator_id, **told)
        return asked.tenant_id


def transfer_asked(tenant_id: UUID) -> TransferRequest | None:
    """The transfer that a firm means to make, or None."""
    with control_session() as session:
        return waiting_of(session, tenant_id)


def waiting_of(session: Session, tenant_id: UUID) -> TransferRequest | None:
    """The same, in a transaction that the caller holds."""
    mine = (TransferRequest.tenant_id == tenant_id, TransferRequest.status == "asked")
    return session.scalars(select(TransferRequest).where(*mine)).one_or_none()
