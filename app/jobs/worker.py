"""The worker: claims jobs in turn between workspaces and runs them in threads.

One thread claims and hands out, N threads run, one renews the leases. A lost database is waited
for. A stop lets what runs finish for thirty seconds and hands the rest back.
"""

from __future__ import annotations

import os
import random
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.jobs.claim import Claim, Claimer, extend, in_turn, waiting_tenants
from app.jobs.kinds import Patience
from app.jobs.outcome import Ending, Outcome, after_loss, collect_lost, record
from app.jobs.registry import registry_of
from app.jobs.run import Runner
from app.jobs.schedule import enqueue_due
from app.kernel import clock
from config.settings import Settings
from tenants.database import control_session

POLL = 0.5  # Seconds between looks into an empty queue.
HEARTBEAT = 5.0
UPKEEP = 5.0  # Seconds between looks for lost jobs and for what the schedule wants.
GRACE = 30.0
LONGEST_PAUSE = 10.0  # A database that is away is asked again after at most this long.
OVERDUE_EXIT = 75  # The exit code that asks the supervisor for a fresh process.

log = structlog.get_logger(__name__)


def _own_name() -> str:
    """A name that no other worker has or had: host, process, and a part that tells restarts."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass
class Worker:
    """One process that runs jobs; `threads` of them at a time."""

    app: Flask
    settings: Settings
    owner: Engine | None = None
    threads: int = 4
    grace: float = GRACE
    name: str = field(default_factory=_own_name)

    def __post_init__(self) -> None:
        self.registry = registry_of(self.app)
        self.claimer = Claimer(self.name, self.registry, self.owner is not None)
        self.runner = Runner(self.registry, self.settings, self.owner)
        # A plain flag: a signal's handler must not take the lock that an event would need.
        self.stopping = False
        self._ended = threading.Event()
        self._over = threading.Event()
        self._running: dict[UUID, tuple[Claim, float]] = {}
        self._lock = threading.Lock()
        self._last: UUID | None = None
        self._upkeep_at = 0.0

    def run(self, until: Callable[[], bool] = lambda: False) -> int:
        """Work until asked to stop (or until `until` says so); answer with the exit code."""
        log.info("worker_started", worker=self.name, threads=self.threads)
        pause, code = POLL, 0
        beat = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        beat.start()
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="job")
        while not self.stopping and not until():
            if self._overdue():
                code = OVERDUE_EXIT
                break
            try:
                busy = self._step(pool)
                pause = POLL
            except SQLAlchemyError as error:
                busy, pause = False, min(pause * 2, LONGEST_PAUSE)
                log.warning("worker_without_database", error=type(error).__name__)
            if not busy:
                self._rest(pause * random.uniform(0.8, 1.2))  # noqa: S311 - only jitter.
        return self._finish(pool, code)

    def stop(self) -> None:
        """Ask the worker to claim nothing more and to end."""
        self.stopping = True

    def drain(self, limit: int | None = None) -> int:
        """Run what is due now, here and one after another; answer with how many ran."""
        ran = 0
        with self.app.app_context():
            while limit is None or ran < limit:
                claim = self._claim()
                if claim is None:
                    break
                self._run(claim)
                ran += 1
        return ran

    def _step(self, pool: ThreadPoolExecutor) -> bool:
        """One turn of the claiming thread; True when there may be more to claim at once."""
        with self.app.app_context():
            if time.monotonic() >= self._upkeep_at:
                self.upkeep()
            claim = self._claim() if len(self._running) < self.threads else None
            if claim is None:
                return False
            pool.submit(self._run_in_thread, claim)
            return True

    def _rest(self, seconds: float) -> None:
        """Wait until a thread is free again or the time is over, with an ear for the stop."""
        deadline = time.monotonic() + seconds
        while not self.stopping and (left := deadline - time.monotonic()) > 0:
            if self._ended.wait(min(left, POLL)):
                self._ended.clear()
                return

    def upkeep(self) -> None:
        """Take back lost jobs, and enqueue what the schedule wants by now."""
        self._upkeep_at = time.monotonic() + UPKEEP
        with control_session() as session:
            collect_lost(session, self.registry, clock.now())
        with control_session() as session:
            enqueue_due(session, self.registry, clock.now())

    def _claim(self) -> Claim | None:
        """Claim one job of the workspace whose turn it is."""
        with control_session() as session:
            waiting = waiting_tenants(session, clock.now())
        for tenant_id in in_turn(waiting, self._last, self._full()):
            with control_session() as session:
                claim = self.claimer.claim(session, tenant_id, clock.now())
            if claim is not None:
                self._last = tenant_id
                with self._lock:
                    self._running[claim.id] = (claim, time.monotonic())
                return claim
        return None

    def _full(self) -> set[UUID]:
        """The workspaces that use all but one of the threads: the last is for somebody else."""
        most = max(1, self.threads - 1)
        with self._lock:
            counts = Counter(claim.tenant_id for claim, _since in self._running.values())
        return {tenant_id for tenant_id, n in counts.items() if n >= most}

    def _run_in_thread(self, claim: Claim) -> None:
        with self.app.app_context():
            self._run(claim)

    def _run(self, claim: Claim) -> None:
        """Run a job and write down how it ended, also over a short absence of the database."""
        outcome = self.runner.run(claim)
        pause = POLL
        try:
            while True:
                try:
                    self._record(claim, outcome)
                    return
                except SQLAlchemyError:
                    if pause > LONGEST_PAUSE:
                        log.exception("job_outcome_not_recorded", job_id=str(claim.id))
                        return
                    time.sleep(pause)
                    pause *= 2
        finally:
            with self._lock:
                self._running.pop(claim.id, None)
            self._ended.set()

    def _record(self, claim: Claim, outcome: Outcome) -> None:
        with control_session() as session:
            if not record(session, claim, outcome, self.registry, clock.now()):
                log.warning("job_lease_lost", job_id=str(claim.id), kind=claim.kind)

    def _claims(self) -> list[Claim]:
        with self._lock:
            return [claim for claim, _since in self._running.values()]

    def _beat(self) -> None:
        """Renew the leases of what runs, until all has ended."""
        while not self._over.wait(HEARTBEAT):
            claims = self._claims()
            if not claims:
                continue
            try:
                with self.app.app_context(), control_session() as session:
                    extend(session, claims, self.registry, clock.now())
            except SQLAlchemyError as error:
                log.warning("heartbeat_failed", error=type(error).__name__)

    def _overdue(self) -> list[Claim]:
        """The jobs that run longer than their kind allows."""
        now, found = time.monotonic(), []
        with self._lock:
            running = list(self._running.values())
        for claim, since in running:
            kind = self.registry.find(claim.kind)
            if now - since > (kind.patience if kind else Patience()).timeout:
                found.append(claim)
        return found

    def _finish(self, pool: ThreadPoolExecutor, code: int) -> int:
        """Let what runs end in time, hand the rest back, and answer with the exit code.

        A thread can't be ended but by ending the process, so that is what happens when a job does
        not finish: its row goes back first, and the transaction of what still runs is rolled back.
        """
        pool.shutdown(wait=False, cancel_futures=False)
        deadline = time.monotonic() + self.grace
        while len(self._claims()) > len(self._overdue()) and time.monotonic() < deadline:
            time.sleep(0.05)
        overdue, left = self._overdue(), self._claims()
        if left:
            with suppress(SQLAlchemyError):  # Their leases end by themselves.
                self._hand_back(left, overdue)
            log.warning("worker_ended_with_jobs_running", jobs=[str(claim.id) for claim in left])
            os._exit(code)
        self._over.set()
        log.info("worker_stopped", worker=self.name)
        return code

    def _hand_back(self, left: list[Claim], overdue: list[Claim]) -> None:
        with self.app.app_context(), control_session() as session:
            now = clock.now()
            for claim in left:
                outcome = Outcome(Ending.WAIT, "The worker was stopped.", now)
                if claim in overdue:
                    outcome = after_loss(claim, self.registry, now)
                record(session, claim, outcome, self.registry, now)
