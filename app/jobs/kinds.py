"""What a kind of job is: its function, and how patiently it is tried."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from app.kernel.actor import Actor
from config.settings import Settings
from tenants.facts import TenantFacts

Payload = Mapping[str, object]
TenantWork = Callable[[Actor, Payload], None]


@dataclass(frozen=True, slots=True)
class Service:
    """What a job of the service itself is handed: it opens the transactions that it needs.

    `owner` is an engine of the owner's login where the kind asked for it, and None elsewhere.
    """

    settings: Settings
    now: datetime
    job_id: UUID
    owner: Engine | None = None


ServiceWork = Callable[[Service, Payload], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """How often, how soon and for how long a kind of job is tried.

    `timeout` is how long one run may take, in seconds; a run that takes longer is ended by ending
    its worker's process. Between runs lie `first_retry` seconds, doubled each time, at most
    `longest_retry`, and up to a quarter more so that failures don't come back in step.
    """

    max_attempts: int = 5
    lease_seconds: int = 60
    timeout: int = 600
    first_retry: int = 10
    longest_retry: int = 3600

    def delay(self, attempts: int) -> timedelta:
        """How long to wait after the run with the number `attempts` has failed."""
        doubled = self.first_retry * 2 ** min(attempts - 1, 30)
        wait = min(doubled, self.longest_retry)
        return timedelta(seconds=wait * random.uniform(1.0, 1.25))  # noqa: S311 - not a secret.


@dataclass(frozen=True, slots=True)
class TenantKind:
    """A kind of job that runs inside one workspace, as the service acting there.

    `heavy` kinds run one at a time in a workspace. Where `module` is named, the job waits while the
    workspace has that module switched off; unless `while_suspended`, it waits while the workspace
    is suspended. With `every`, each open workspace gets such a job that often. `aftermath` is the
    kind of job that is enqueued with the same payload where one of these became a dead letter, so
    that whatever waits for it learns of that.
    """

    kind: str
    run: TenantWork
    patience: Patience
    heavy: bool = False
    while_suspended: bool = False
    module: str | None = None
    every: timedelta | None = None
    aftermath: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """A kind of job of the service itself, outside any workspace.

    `owner` kinds run only where the worker has the owner's login (`zuke worker --owner`).
    `aftermath` is as with a TenantKind.
    """

    kind: str
    run: ServiceWork
    patience: Patience
    owner: bool = False
    every: timedelta | None = None
    aftermath: str | None = None


OwnerWork = Callable[[Service, TenantFacts], None]


@dataclass(frozen=True, slots=True)
class OwnerKind:
    """A kind of job about one workspace that needs the owner's login, outside any scope.

    Its row is the workspace's own, enqueued in the transaction of a change, so whoever wears the
    workspace's role could write one. Therefore it is handed no payload: the workspace comes from
    the row, as the database let it in, and all else is read and judged by the work itself. Unless
    `while_suspended`, it waits while the workspace is suspended.
    """

    kind: str
    run: OwnerWork
    patience: Patience
    while_suspended: bool = False


@dataclass(frozen=True, slots=True)
class ScopelessKind:
    """A kind of job about one workspace that opens its scopes by itself.

    For work that waits for something outside in between, when no transaction may be open. As with
    an OwnerKind, which workspace it is about comes from the row, and there is no payload.
    """

    kind: str
    run: OwnerWork
    patience: Patience


Recurring = TenantKind | ServiceKind
Kind = Recurring | OwnerKind | ScopelessKind
