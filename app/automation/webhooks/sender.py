"""Sending: threads of their own, so that an address that does not answer holds up no other work.

A worker's job only takes what is due and hands it over. Each message is sent outside of any
transaction; afterwards its outcome is written and the next ones of the same workspace are taken, at
the end of the line, so that workspaces take turns. Addresses on trial have threads of their own.
A process that dies leaves its messages under way; their lease ends, and they are sent again.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from flask import Flask

from app.automation.webhooks.claim import claim, next_due
from app.automation.webhooks.outcome import record
from app.automation.webhooks.parcel import LEASE, Parcel
from app.jobs.enqueue import enqueue
from app.kernel import clock
from app.kernel.actor import Actor, service_actor
from app.kernel.language import using
from app.kernel.outgoing import Heard, Line, Unreachable, call
from config.settings import Settings
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

SEND = "send_webhooks"
EXTENSION = "zuke-webhooks"
THREADS = 24  # For addresses that are known to answer.
ON_TRIAL = 12  # For the others.
AT_THE_DATABASE = 2  # Connections at once; a process has few, and jobs need them too.
STEP = 2  # Seconds: wakings within the same two are one.

_MAKING = threading.Lock()

log = structlog.get_logger(__name__)


class Sender:
    """The threads of one process; `line` is how they call."""

    def __init__(self, app: Flask, settings: Settings, line: Line | None = None) -> None:
        self.app, self.settings = app, settings
        self.line = line or Line(allow_loopback=settings.outgoing_loopback)
        self._known = ThreadPoolExecutor(THREADS, thread_name_prefix="webhook")
        self._on_trial = ThreadPoolExecutor(ON_TRIAL, thread_name_prefix="webhook-trial")
        self._turns = threading.Semaphore(AT_THE_DATABASE)
        self._under_way = 0
        self._idle = threading.Condition()

    def begin(self, tenant: TenantFacts) -> None:
        """Take what a workspace has to send, and have it sent; called outside of any scope."""
        with self._turns, tenant_scope(tenant) as session:
            parcels = self._next(service_actor(session, tenant, clock.now(), via="job"))
        self._hand_over(tenant, parcels)

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is under way; False when that takes longer than `seconds`."""
        with self._idle:
            return self._idle.wait_for(lambda: self._under_way == 0, seconds)

    def _next(self, by: Actor) -> list[Parcel]:
        """What goes now; and a job for when more is due or a sender was lost."""
        parcels = claim(by.session, by.tenant, self.settings.keys, by.now)
        due = next_due(by.session, by.now)
        if due is not None and due <= by.now:  # There is more than may be sent at once.
            due = by.now + (LEASE if parcels else timedelta(seconds=STEP))
        if due is not None:
            wake(by, due)
        return parcels

    def _hand_over(self, tenant: TenantFacts, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            threads = self._on_trial if parcel.on_trial else self._known
            self._count(1)
            try:
                threads.submit(self._send, tenant, parcel)
            except RuntimeError:  # The process ends: its leases end as well.
                self._count(-1)

    def _count(self, more: int) -> None:
        with self._idle:
            self._under_way += more
            self._idle.notify_all()

    def _send(self, tenant: TenantFacts, parcel: Parcel) -> None:
        """One message and what came of it; whatever befalls that is logged, not lost."""
        try:
            heard, reason, seconds = self._call(parcel)
            with self.app.app_context(), self._turns, using(tenant.language):
                parcels = self._record(tenant, parcel, heard, reason, seconds)
            self._hand_over(tenant, parcels)
        except Exception:
            # Its lease ends, and it is sent once more.
            log.exception("webhook_outcome_not_recorded", tenant=tenant.slug)
        finally:
            self._count(-1)

    def _call(self, parcel: Parcel) -> tuple[Heard | None, str, float]:
        try:
            heard = call(self.line, "POST", parcel.url, parcel.headers, parcel.body.encode())
        except Unreachable as error:
            return None, error.reason, error.seconds
        return heard, "", heard.seconds

    def _record(
        self,
        tenant: TenantFacts,
        parcel: Parcel,
        heard: Heard | None,
        reason: str,
        seconds: float,
    ) -> list[Parcel]:
        with tenant_scope(tenant) as session:
            by = service_actor(session, tenant, clock.now(), via="job")
            record(by, parcel, heard, reason, seconds)
            session.flush()  # What is due next is asked of the database.
            return self._next(by)


def wake(by: Actor, at: datetime) -> None:
    """Have a workspace's webhooks looked at at a moment; those who ask for the same share a job."""
    step = -int(-at.timestamp() // STEP)
    moment = at + timedelta(seconds=step * STEP - at.timestamp())
    enqueue(by, SEND, {}, run_at=moment, key=f"{SEND}:{step}")


def send_now(by: Actor) -> None:
    """Have a workspace's webhooks looked at as soon as a worker is free."""
    enqueue(by, SEND, {}, key=SEND)


def sender_of(app: Flask, settings: Settings) -> Sender:
    """The threads of this process."""
    with _MAKING:
        found: Sender | None = app.extensions.get(EXTENSION)
        if found is None:
            found = app.extensions[EXTENSION] = Sender(app, settings)
        return found
