"""What the running request knows: its actor, its tenant, and what must survive a refusal.

Only routes, the shell and the request's edge look here; operations are handed their actor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import g
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from tenants.facts import TenantFacts


def actor() -> Actor:
    """The signed-in actor of this request; routes declared for users may rely on it."""
    found: Actor = g.actor
    return found


def actor_or_none() -> Actor | None:
    """The signed-in actor of this request, or None for a visitor."""
    found: Actor | None = g.get("actor")
    return found


def tenant() -> TenantFacts:
    """The workspace whose host was called."""
    found: TenantFacts = g.tenant
    return found


def tenant_or_none() -> TenantFacts | None:
    """The workspace whose host was called, or None at the service's own address."""
    found: TenantFacts | None = g.get("tenant")
    return found


def session() -> Session:
    """The open tenant scope of this request."""
    found: Session = g.db
    return found


def moment() -> datetime:
    """The one moment that this request calls now."""
    found: datetime = g.now
    return found


def aside(work: Callable[[], None]) -> None:
    """Run `work` once this request's transaction has ended, whether it was kept or not.

    `work` opens a short scope of its own (`tenant_scope`, `control_session`): failed sign-ins,
    limits and last use must survive a refusal. Whoever looks at the workspace as a role leaves no
    trace: their `work` is not run. Only the last use of a session is written, as the edge asks for
    that before it knows of the actor.
    """
    found = actor_or_none()
    if found is not None and (found.previews or found.support):
        return
    g.setdefault("asides", []).append(work)


def tell_rates(standings: Sequence[object]) -> None:
    """Tell in the answer's headers how much of its pace a program has left."""
    g.rates = standings
