"""Declaring kinds of jobs, and the registry of all of them.

A module lists its kinds literally (`JOBS = (send_mail, ...)`) and the application is built with
one registry of all lists; nothing registers itself by being imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypedDict, Unpack

from flask import Flask

from app.jobs.kinds import (
    Kind,
    OwnerKind,
    OwnerWork,
    Patience,
    Recurring,
    ScopelessKind,
    ServiceKind,
    ServiceWork,
    TenantKind,
    TenantWork,
)

EXTENSION = "zuke-jobs"
KIND_LENGTH = 80


class HowPatient(TypedDict, total=False):
    """What a kind may say of its patience; the rest is as `Patience` has it."""

    max_attempts: int
    lease_seconds: int
    timeout: int
    first_retry: int
    longest_retry: int


def job(
    kind: str,
    *,
    heavy: bool = False,
    while_suspended: bool = False,
    module: str | None = None,
    every: timedelta | None = None,
    aftermath: str | None = None,
    **patience: Unpack[HowPatient],
) -> Callable[[TenantWork], TenantKind]:
    """Make the decorated function, which takes an Actor and a payload, a kind of tenant job."""
    tried = Patience(**patience)

    def declare(run: TenantWork) -> TenantKind:
        return TenantKind(kind, run, tried, heavy, while_suspended, module, every, aftermath)

    return declare


def service_job(
    kind: str,
    *,
    owner: bool = False,
    every: timedelta | None = None,
    aftermath: str | None = None,
    **patience: Unpack[HowPatient],
) -> Callable[[ServiceWork], ServiceKind]:
    """Make the decorated function, which takes a Service and a payload, a kind of service job."""
    tried = Patience(**patience)
    return lambda run: ServiceKind(kind, run, tried, owner, every, aftermath)


def owner_job(
    kind: str, *, while_suspended: bool = False, **patience: Unpack[HowPatient]
) -> Callable[[OwnerWork], OwnerKind]:
    """Make the decorated function, which takes a Service and a tenant, a kind of owner's job."""
    tried = Patience(**patience)
    return lambda run: OwnerKind(kind, run, tried, while_suspended)


def scopeless_job(
    kind: str, **patience: Unpack[HowPatient]
) -> Callable[[OwnerWork], ScopelessKind]:
    """Make the decorated function, which takes a Service and a tenant, a kind without a scope."""
    tried = Patience(**patience)
    return lambda run: ScopelessKind(kind, run, tried)


class Registry:
    """Every kind of job by its name; built once, never changed."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds: dict[str, Kind] = {}
        for one in kinds:
            if one.kind in self._kinds:
                raise ValueError(f"Two kinds of job are called {one.kind!r}.")
            if not 0 < len(one.kind) <= KIND_LENGTH:
                raise ValueError(f"{one.kind!r} is no name for a kind of job.")
            self._kinds[one.kind] = one
        for one in self._kinds.values():
            after = one.aftermath if isinstance(one, TenantKind | ServiceKind) else None
            if after is not None and type(self._kinds.get(after)) is not type(one):
                raise ValueError(f"After a {one.kind} job comes no kind called {after!r}.")

    def find(self, kind: str) -> Kind | None:
        """The kind of this name, or None."""
        return self._kinds.get(kind)

    def aftermath(self, kind: str) -> str | None:
        """The kind of job that follows a dead letter of this kind, or None."""
        found = self._kinds.get(kind)
        return found.aftermath if isinstance(found, TenantKind | ServiceKind) else None

    def heavy(self) -> list[str]:
        """The kinds that run one at a time in a workspace."""
        return [k.kind for k in self._kinds.values() if isinstance(k, TenantKind) and k.heavy]

    def for_owner(self) -> list[str]:
        """The kinds that need the owner's login."""
        return [
            k.kind
            for k in self._kinds.values()
            if isinstance(k, OwnerKind) or (isinstance(k, ServiceKind) and k.owner)
        ]

    def recurring(self) -> list[Recurring]:
        """The kinds that the schedule enqueues."""
        return [
            k
            for k in self._kinds.values()
            if isinstance(k, TenantKind | ServiceKind) and k.every is not None
        ]


def connect(app: Flask, registry: Registry) -> None:
    """Give the application its kinds of jobs."""
    app.extensions[EXTENSION] = registry


def registry_of(app: Flask) -> Registry:
    """The kinds of jobs that the application was given."""
    found: Registry = app.extensions[EXTENSION]
    return found
