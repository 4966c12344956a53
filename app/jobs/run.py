"""Running one claimed job and saying how it ended."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from app.jobs.claim import Claim
from app.jobs.errors import GiveUp, NotYet, TryLater, describe, is_database_away
from app.jobs.kinds import Kind, OwnerKind, ScopelessKind, Service, ServiceKind, TenantKind
from app.jobs.outcome import DATABASE_ATTEMPTS, PATIENT_DAYS, Ending, Outcome
from app.jobs.registry import Registry
from app.kernel import clock
from app.kernel.actor import service_actor
from app.kernel.errors import Answer, Conflict
from app.kernel.language import using
from config.logging import bound
from config.settings import Settings
from tenants.facts import State, TenantFacts
from tenants.scope import tenant_scope

UNKNOWN_ATTEMPTS = 3  # While a release is rolled out, an older worker may meet a newer kind.
UNKNOWN_WAIT = timedelta(minutes=5)
CLOSED_WAIT = timedelta(hours=1)  # How often a suspended workspace is looked at again.

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Runner:
    """What running a job needs beside the job."""

    registry: Registry
    settings: Settings
    owner: Engine | None = None

    def run(self, claim: Claim) -> Outcome:
        """Run a job to its end; nothing that it raises leaves here."""
        tenant = claim.tenant.slug if claim.tenant else None
        with bound(job_id=str(claim.id), job_kind=claim.kind, tenant=tenant):
            started = time.monotonic()
            now = clock.now()
            kind = self.registry.find(claim.kind)
            outcome = _refusal(claim, kind, now)
            if outcome is None and kind is not None:
                outcome = self._attempt(claim, kind, now)
            if outcome is None:
                outcome = _unknown(claim, now)
            _tell(claim, outcome, time.monotonic() - started)
            return outcome

    def _attempt(self, claim: Claim, kind: Kind, now: datetime) -> Outcome:
        try:
            self._work(claim, kind, now)
        except NotYet as error:
            return _postponed(claim, error, now)
        except Exception as error:  # noqa: BLE001 - whatever a job raises is its outcome.
            return _failure(claim, kind, error)
        return Outcome(Ending.DONE)

    def _work(self, claim: Claim, kind: Kind, now: datetime) -> None:
        if isinstance(kind, ServiceKind):
            owner = self.owner if kind.owner else None
            kind.run(Service(self.settings, now, claim.id, owner), claim.payload)
        elif claim.tenant is None:
            return  # Of an erased workspace; such a claim was dropped before.
        elif isinstance(kind, OwnerKind):
            kind.run(Service(self.settings, now, claim.id, self.owner), claim.tenant)
        elif isinstance(kind, ScopelessKind):
            with using(claim.tenant.language):
                kind.run(Service(self.settings, now, claim.id), claim.tenant)
        else:
            with using(claim.tenant.language), tenant_scope(claim.tenant) as session:
                kind.run(service_actor(session, claim.tenant, now, via="job"), claim.payload)


def _refusal(claim: Claim, kind: Kind | None, now: datetime) -> Outcome | None:
    """Why a job must not run now, or None."""
    if claim.is_forged:
        return Outcome(Ending.DEAD, "The job's database role is not its workspace's.")
    if not claim.is_service and (claim.tenant is None or claim.tenant.state is State.ERASED):
        return Outcome(Ending.DROPPED, "The workspace is not there.")
    if kind is None:
        return None
    if claim.is_service is not isinstance(kind, ServiceKind):
        owner = "the service itself" if isinstance(kind, ServiceKind) else "a workspace"
        return Outcome(Ending.DEAD, f"A {kind.kind} job belongs to {owner}.")
    return _closed(claim, kind, now)


def _closed(claim: Claim, kind: Kind, now: datetime) -> Outcome | None:
    """The wait of a job whose workspace is suspended or has its module switched off, or None."""
    if isinstance(kind, ServiceKind) or claim.tenant is None or _is_open(claim.tenant, kind):
        return None
    if now - claim.created_at > timedelta(days=PATIENT_DAYS):
        return Outcome(Ending.DEAD, f"The workspace was closed to it for {PATIENT_DAYS} days.")
    return Outcome(Ending.WAIT, "The workspace is closed to it.", now + CLOSED_WAIT)


def _is_open(tenant: TenantFacts, kind: TenantKind | OwnerKind | ScopelessKind) -> bool:
    """True when the workspace's state and its modules let this kind of job run."""
    if not isinstance(kind, TenantKind):
        may_anyway = isinstance(kind, OwnerKind) and kind.while_suspended
        return may_anyway or not tenant.is_suspended
    if tenant.is_suspended and not kind.while_suspended:
        return False
    return kind.module is None or tenant.allows(kind.module)


def _postponed(claim: Claim, error: NotYet, now: datetime) -> Outcome:
    """The wait of a job that says itself that it must not begin yet."""
    if now - claim.created_at > timedelta(days=PATIENT_DAYS):
        return Outcome(Ending.DEAD, f"It waited for {PATIENT_DAYS} days: {describe(error)}")
    return Outcome(Ending.WAIT, describe(error), now + error.wait)


def _unknown(claim: Claim, now: datetime) -> Outcome:
    reason = f"No kind of job is called {claim.kind!r}."
    if claim.attempts >= UNKNOWN_ATTEMPTS:
        return Outcome(Ending.DEAD, reason)
    return Outcome(Ending.RETRY, reason, now + UNKNOWN_WAIT)


def _failure(claim: Claim, kind: Kind, error: Exception) -> Outcome:
    """What a failed run means: again, or never again."""
    final = isinstance(error, GiveUp) or (
        isinstance(error, Answer) and not isinstance(error, Conflict)
    )
    away = is_database_away(error)
    most = kind.patience.max_attempts + (DATABASE_ATTEMPTS if away else 0)
    if final or claim.attempts >= most:
        return Outcome(Ending.DEAD, describe(error))
    wait = error.wait if isinstance(error, TryLater) else None
    if away:
        wait = timedelta(seconds=min(2 * claim.attempts, 30))
    elif not isinstance(error, TryLater):
        log.warning("job_failed", exc_info=error)
    wait = wait or kind.patience.delay(claim.attempts)
    return Outcome(Ending.RETRY, describe(error), clock.now() + wait)


def _tell(claim: Claim, outcome: Outcome, seconds: float) -> None:
    """One line in the log for each run."""
    level = "error" if outcome.ending is Ending.DEAD else "info"
    getattr(log, level)(
        "job_run",
        ending=outcome.ending.value,
        attempts=claim.attempts,
        error=outcome.error,
        seconds=round(seconds, 3),
    )
