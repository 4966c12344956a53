"""The only way to a tenant's data: a transaction that wears the tenant's role.

`SET LOCAL` ends with the transaction, so a pooled connection never carries a tenant to the next
visitor; the application's login owns nothing and inherits nothing, so a query outside a scope
fails in the database instead of reading somebody's rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from tenants.database import db
from tenants.engine import kind_by_role
from tenants.facts import TenantFacts

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")

_open: ContextVar[TenantFacts | None] = ContextVar("open_tenant", default=None)


class ScopeError(RuntimeError):
    """A mistake of ours: a scope inside a scope, or a transaction without a tenant."""


@contextmanager
def tenant_scope(tenant: TenantFacts) -> Iterator[Session]:
    """Open a transaction that can see the data of `tenant` and of nobody else.

    Commits when the block ends well and rolls back when it raises. The session ends with the
    block, so that its identity map never meets another tenant's row. Scopes do not nest.
    """
    session = enter(tenant)
    try:
        yield session
        session.commit()
    finally:
        leave()


def enter(tenant: TenantFacts) -> Session:
    """Begin a scope by hand (a request does, its end comes in another hook); see tenant_scope."""
    if _open.get() is not None:
        raise ScopeError("A tenant scope is open already, and scopes do not nest.")
    for name in (tenant.db_role, tenant.schema):
        if not IDENTIFIER.match(name):
            raise ScopeError(f"{name!r} can't name a role or a schema.")
    db.session.remove()
    session: Session = db.session()
    session.info["tenant"] = tenant
    _open.set(tenant)
    return session


def leave() -> None:
    """End the scope: roll back what was not committed, give the connection back."""
    _open.set(None)
    session: Session = db.session()
    try:
        session.rollback()
    finally:
        session.info.pop("tenant", None)
        db.session.remove()


def keep(session: Session) -> None:
    """Commit what stands so far; the open scope goes on with the next transaction.

    For work that is long: others see how far it is, and nothing stays locked meanwhile.
    """
    session.commit()


def open_tenant() -> TenantFacts | None:
    """The tenant whose scope is open here, or None."""
    return _open.get()


def wear(connection: Connection, tenant: TenantFacts) -> None:
    """Give the running transaction of `connection` the tenant's role and search path."""
    for piece in kind_by_role(tenant.db_role).wear(tenant.db_role, tenant.schema):
        connection.exec_driver_sql(piece)
    connection.info.setdefault("tenants", set()).add(tenant.id)


@event.listens_for(db.session.session_factory, "after_begin")
def _begin(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """Every transaction of the application's session wears a tenant, or there is none."""
    tenant = session.info.get("tenant")
    if tenant is None:
        raise ScopeError("No tenant scope is open, so there is no data to reach.")
    wear(connection, tenant)
