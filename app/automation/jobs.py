"""The background work of webhooks."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, current_app

from app.automation.webhooks.operations import forget_deliveries
from app.automation.webhooks.outbox import DISPATCH, dispatch, read_payload
from app.automation.webhooks.sender import SEND, send_now, sender_of
from app.automation.webhooks.stop import stop_those_of_nobody
from app.jobs.kinds import Payload, Service
from app.jobs.registry import job, scopeless_job
from app.kernel.actor import Actor
from tenants.facts import TenantFacts


@job(DISPATCH, first_retry=2)
def dispatch_webhooks(by: Actor, payload: Payload) -> None:
    """Make the deliveries of what one transaction wrote, and have them sent."""
    stop_those_of_nobody(by)
    if dispatch(by, *read_payload(payload)):
        send_now(by)


@scopeless_job(SEND, first_retry=2)
def send_webhooks(service: Service, tenant: TenantFacts) -> None:
    """Hand over what a workspace has to send now; its threads go on by themselves."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    sender_of(app, service.settings).begin(tenant)


@job("forget_deliveries", every=timedelta(days=1), while_suspended=True)
def forget_old_deliveries(by: Actor, _payload: Payload) -> None:
    """Forget what webhooks sent more than thirty days ago."""
    forget_deliveries(by.session, by.now)


JOBS = (dispatch_webhooks, send_webhooks, forget_old_deliveries)
