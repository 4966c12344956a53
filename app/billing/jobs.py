"""The background work around plan and bill."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from app.billing.follow import follow
from app.billing.notices import tell_of_limits
from app.jobs.enqueue import enqueue_service
from app.jobs.kinds import Payload, Service
from app.jobs.registry import job, service_job
from app.kernel.actor import Actor
from app.records.usage import count_anew
from config.settings import Settings
from tenants.billing.errors import NotConfigured
from tenants.billing.gateway import Gateway
from tenants.billing.reconcile import Report, reconcile, unbilled
from tenants.billing.transfer import end_transfers
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
    applied = apply_notice(gateway, str(payload["event_id"]), service.now)
    if applied is not None:
        follow(applied, service.now)


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
        applied = end_transfers(tenant_id, service.now)
        if applied is not None and applied.facts.state is not applied.before:
            follow(applied, service.now)


def reconcile_all(settings: Settings, now: datetime) -> Report:
    """The same for a command; NotConfigured without a key, Unreachable while Stripe is away."""
    report = reconcile(Gateway(settings), now, lambda applied: follow(applied, now))
    with control_session() as session:
        for event_id in report.waiting:
            enqueue_service(session, APPLY, {"event_id": event_id}, key=f"{APPLY}:{event_id}")
    return report


JOBS = (watch_limits, count_records, apply_stripe_event, reconcile_billing, end_trials)
