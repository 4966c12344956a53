"""One after the other: whoever asks Stripe about a firm, or for it, is the only one who does.

Stripe may take seconds to answer. No row is held meanwhile, so nobody who reads or writes the
firm's row waits for it: an advisory lock keeps others of this kind away, and ends with its
connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tenants.billing.errors import ChangingNow
from tenants.database import control_session
from tenants.engine import sqlstate

PATIENCE = "8s"  # Of whoever comes second; then they are told.
NOT_AVAILABLE = "55P03"


@contextmanager
def turn(tenant_id: UUID) -> Iterator[None]:
    """Let nobody else change what a firm rents, until it is left; ChangingNow where somebody does.

    It is not entered twice by one caller. A process that dies leaves nothing behind.
    """
    with control_session() as session:
        _wait(session, tenant_id)
        yield


def _wait(session: Session, tenant_id: UUID) -> None:
    bounds = (
        func.set_config("lock_timeout", PATIENCE, True),
        func.set_config("statement_timeout", "0", True),
    )
    session.execute(select(*bounds))
    key = func.hashtextextended(f"billing:{tenant_id}", 0)
    try:
        session.execute(select(func.pg_advisory_xact_lock(key)))
    except OperationalError as error:
        if sqlstate(error) != NOT_AVAILABLE:
            raise
        raise ChangingNow from error
