"""From the host of a request to the tenant that it belongs to: exactly, or not at all."""

from __future__ import annotations

import re
from threading import Lock
from time import monotonic

from sqlalchemy import select

from config.settings import Settings
from tenants.control import Domain, Tenant
from tenants.database import control_session
from tenants.facts import State, TenantFacts

HOST = re.compile(r"(?P<name>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)\.?(?::[0-9]{1,5})?\Z")
SECONDS = 5.0  # How long a request may act on facts that have changed since.
MOST = 20_000  # Hosts remembered by one process.

_lock = Lock()
_known: dict[str, tuple[float, TenantFacts]] = {}


def plain_host(host: str) -> str | None:
    """The host in small letters without port and trailing dot, or None where it is not one.

    Anything but ASCII letters, digits, hyphens and dots is refused: other spellings of a host
    (Unicode, percent signs, spaces, user information) are how one host poses as another.
    """
    found = HOST.match(host.lower()) if host.isascii() else None
    return found["name"] if found else None


def is_service_host(host: str, settings: Settings) -> bool:
    """True for the service's own host, where no workspace lives."""
    return plain_host(host) == settings.service_host


def resolve_host(host: str, settings: Settings) -> TenantFacts | None:
    """The tenant at `host`, as it stood at most five seconds ago; None for everybody else's host.

    A workspace answers at its slug right below the service's host and at the hosts it has proved
    to be its own. Unknown hosts are not remembered, so a new workspace is there at once.
    """
    name = plain_host(host)
    if name is None or name == settings.service_host:
        return None
    found = _known.get(name)
    if found is not None and found[0] > monotonic():
        return found[1]
    facts = _look_up(name, settings)
    with _lock:
        if facts is None:
            _known.pop(name, None)
            return None
        if len(_known) >= MOST:
            _known.clear()
        _known[name] = (monotonic() + SECONDS, facts)
    return facts


def forget() -> None:
    """Forget every host, so that the next request reads the tables again."""
    with _lock:
        _known.clear()


def _look_up(name: str, settings: Settings) -> TenantFacts | None:
    """Read the tenant of a host from the shared tables."""
    slug = name.removesuffix(f".{settings.service_host}")
    if slug == name:
        owner = select(Domain.tenant_id).where(Domain.host == name, Domain.proved_at.is_not(None))
        query = select(Tenant).where(Tenant.id == owner.scalar_subquery())
    else:
        query = select(Tenant).where(Tenant.slug == slug)
    with control_session() as session:
        tenant = session.scalars(query.where(Tenant.state != State.ERASED.value)).first()
        return tenant.facts() if tenant is not None else None
