"""The background work around plan and bill."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

from app.billing.ahead import ending
from app.billing.follow import follow
from app.billing.notices import tell_of_limits
from app.billing.telling import DOUBLE, tell_of
from app.jobs.enqueue import enqueue_service
from app.jobs.errors import TryLater
from app.jobs.kinds import Payload, Service
from app.jobs.registry import job, service_job
from app.kernel.actor import Actor
from app.records.usage import count_anew
from config.settings import Settings
from tenants.billing.apply import Applied, refresh
from tenants.billing.errors import BillingError, ChangingNow, NotConfigured
from tenants.billing.gateway import Gateway
from tenants.billing.pruning import prune
from tenants.billing.queue import FOLLOW, READ, TELL_DOUBLE, TELL_NEWS
from tenants.billing.reconcile import Report, reconcile, unbilled
from tenants.billing.taking_back import let_lapse, take_back
from tenants.billing.transfer import end_transfers
from tenants.billing.transfer_requests import lapse_transfers
from tenants.billing.waiting import half_taken_back, overdue_changes
from tenants.billing.webhooks import apply_notice
from tenants.database import control_session

log = logging.getLogger(__name__)
APPLY = "apply_stripe_event"


@job("watch_limits", every=timedelta(hours=3))
def watch_limits(by: Actor, _payload: Payload) -> None:
    """Tell those who look after the plan of limits that are near."""
    tell_of_limits(by)


@job("count_records", every=timedelta(days=1))
def count_records(by: Actor, _payload: Payload) -> None:
    """Put the number of records right, whatever was written past the door."""
    count_anew(by)


@service_job(APPLY, max_attempts=60, first_retry=20, longest_retry=3600, timeout=300)
def apply_stripe_event(service: Service, payload: Payload) -> None:
    """Let one of Stripe's notices have its effect; while Stripe is away, it is tried again."""
    gateway = Gateway(service.settings)
    with _in_turn():
        apply_notice(gateway, str(payload["event_id"]), service.now, _follower(service.now))


@service_job(FOLLOW, max_attempts=60, first_retry=5, longest_retry=3600)
def follow_bill(service: Service, payload: Payload) -> None:
    """Bring a workspace to what our books say of it."""
    follow(UUID(str(payload["tenant_id"])), service.now)


@service_job(READ, max_attempts=60, first_retry=20, longest_retry=3600, timeout=300)
def read_bill(service: Service, payload: Payload) -> None:
    """Read a firm anew at Stripe, where it was about to pay and no notice may ever come."""
    with _in_turn():
        applied = refresh(Gateway(service.settings), UUID(str(payload["tenant_id"])), service.now)
    if applied is not None:
        follow(applied.facts.id, service.now)


@service_job(TELL_DOUBLE, max_attempts=20)
def tell_of_double_payment(service: Service, payload: Payload) -> None:
    """Tell a firm of what it paid twice."""
    _tell(service, DOUBLE, payload)


@service_job(TELL_NEWS, max_attempts=20)
def tell_of_bill(service: Service, payload: Payload) -> None:
    """Tell a firm of what the operator has done about its payment."""
    _tell(service, str(payload["what"]), payload)


def _tell(service: Service, what: str, payload: Payload) -> None:
    told = {key: str(value) for key, value in payload.items()}
    tell_of(UUID(told["tenant_id"]), what, told, service.now)


@service_job("prune_billing", every=timedelta(days=1), timeout=1800)
def prune_billing(service: Service, _payload: Payload) -> None:
    """Drop what Stripe told and what was asked of it, once nothing needs it any more."""
    prune(service.now)


@service_job("reconcile_billing", every=timedelta(days=1), timeout=3600)
def reconcile_billing(service: Service, _payload: Payload) -> None:
    """Hold our books against Stripe's, each night."""
    try:
        report = reconcile_all(service.settings, service.now)
    except NotConfigured:
        return
    for line in report.wrong:
        log.error("Wrong in what firms pay: %s", line)


@service_job("end_trials", every=timedelta(hours=1))
def end_trials(service: Service, _payload: Payload) -> None:
    """Let trials, and what was paid by transfer, end on their day."""
    for tenant_id in unbilled(service.now):
        if end_transfers(tenant_id, service.now) is not None:
            follow(tenant_id, service.now)


def reconcile_all(settings: Settings, now: datetime) -> Report:
    """The same for a command; NotConfigured without a key, Unreachable while Stripe is away."""
    report = reconcile(Gateway(settings), now, _follower(now))
    with control_session() as session:
        for event_id in report.waiting:
            enqueue_service(session, APPLY, {"event_id": event_id}, key=f"{APPLY}:{event_id}")
    return report


@service_job("remind_of_ends", every=timedelta(hours=6), timeout=1800)
def remind_of_ends(service: Service, _payload: Payload) -> None:
    """Remind firms before their trial, or what they paid by transfer, ends."""
    for tenant_id in ending(service.now):
        follow(tenant_id, service.now)


@service_job("lapse_transfers", every=timedelta(days=1), timeout=1800)
def lapse_old_transfers(service: Service, _payload: Payload) -> None:
    """Wait no longer for money that never came, and free the seats that were held for it."""
    for tenant_id in lapse_transfers(service.now):
        follow(tenant_id, service.now)


@service_job("lapse_changes", every=timedelta(days=1), timeout=1800)
def lapse_changes(service: Service, _payload: Payload) -> None:
    """Withdraw changes whose bill nobody pays; what can't be done today is done tomorrow."""
    for found, work in ((half_taken_back(), take_back), (overdue_changes(service.now), let_lapse)):
        for facts in found:
            with suppress(BillingError):
                work(Gateway(service.settings), facts, service.now)
            follow(facts.id, service.now)


@contextmanager
def _in_turn() -> Iterator[None]:
    """Have it tried later where somebody else asks Stripe about the firm at this moment."""
    try:
        yield
    except ChangingNow as error:
        raise TryLater("Somebody else asks Stripe about this firm.") from error


def _follower(now: datetime) -> Callable[[Applied], None]:
    return lambda applied: follow(applied.facts.id, now)


JOBS = (
    watch_limits,
    count_records,
    apply_stripe_event,
    follow_bill,
    read_bill,
    tell_of_double_payment,
    tell_of_bill,
    prune_billing,
    reconcile_billing,
    end_trials,
    remind_of_ends,
    lapse_old_transfers,
    lapse_changes,
)
