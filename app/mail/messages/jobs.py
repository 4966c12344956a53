"""The background work of mails to customers."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.jobs.kinds import Payload, Service
from app.jobs.registry import job, scopeless_job
from app.kernel.actor import Actor
from app.mail.jobs import breaker_here
from app.mail.messages.leaving import forget_placeless
from app.mail.messages.outbox import SEND_MESSAGES, look_after
from app.mail.messages.sender import send_due
from app.mail.outgoing.domains import note_check
from app.mail.outgoing.models import MailDomain
from tenants.facts import TenantFacts


# What fails waits in its own row, so that a run of the job itself has nothing to repeat.
@scopeless_job(SEND_MESSAGES, first_retry=5, lease_seconds=120, timeout=2400)
def send_messages(service: Service, tenant: TenantFacts) -> None:
    """Send the mails of a workspace's people that are due."""
    send_due(tenant, service.settings, breaker_here())


@job("look_after_messages", every=timedelta(minutes=10))
def look_after_messages(by: Actor, _payload: Payload) -> None:
    """See that no mail waits for a job that died."""
    look_after(by)


@job("forget_messages", every=timedelta(days=1), while_suspended=True)
def forget_messages(by: Actor, _payload: Payload) -> None:
    """Remove the mails whose records were all removed for good."""
    while forget_placeless(by):
        continue


@job("check_mail_domains", every=timedelta(days=1))
def check_mail_domains(by: Actor, _payload: Payload) -> None:
    """Look for the record of every domain: one may be there by now, another one may be gone."""
    for domain in by.session.scalars(select(MailDomain).order_by(MailDomain.domain)):
        note_check(domain, by)


JOBS = (check_mail_domains, send_messages, look_after_messages, forget_messages)
