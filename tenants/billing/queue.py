"""Work that has to come after our books were written, put into the queue in the same transaction.

A process that ends in between loses nothing: the worker does it, and tries until it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants.control import SERVICE, Job
from tenants.engine import LOGIN

FOLLOW = "follow_bill"  # Bring a workspace to what the books say: its seats, who is told.
READ = "read_bill"  # Read a firm anew at Stripe, and follow.
TELL_DOUBLE = "tell_of_double_payment"
TELL_NEWS = "tell_of_bill"
# What a firm is told of what the operator has done.
TRANSFER_BOOKED, TAX_ISSUED, TAX_REFUSED = "transfer_booked", "tax_issued", "tax_refused"
TRANSFER_DROPPED, TRANSFER_LAPSED = "transfer_dropped", "transfer_lapsed"
CHANGE_LAPSED = "change_lapsed"


def plan_follow(
    session: Session, tenant_id: UUID, now: datetime, *, at: datetime | None = None
) -> None:
    """Have the workspace brought to its books, once however often it is asked for meanwhile.

    What is to be done `at` a later moment is another one, which what is to be done now outruns.
    """
    key = f"{FOLLOW}:{tenant_id}" + (f":{int(at.timestamp())}" if at is not None else "")
    _plan(session, FOLLOW, {"tenant_id": str(tenant_id)}, at or now, now, key)


def plan_read(session: Session, tenant_id: UUID, at: datetime, now: datetime) -> None:
    """Have the firm read anew at Stripe at a moment."""
    key = f"{READ}:{tenant_id}:{int(at.timestamp())}"
    _plan(session, READ, {"tenant_id": str(tenant_id)}, at, now, key)


def plan_telling(session: Session, tenant_id: UUID, told: Mapping[str, str], now: datetime) -> None:
    """Have the firm told of a payment that was made twice."""
    _plan(session, TELL_DOUBLE, {"tenant_id": str(tenant_id), **told}, now, now, None)


def plan_news(
    session: Session, tenant_id: UUID, what: str, told: Mapping[str, str], now: datetime
) -> None:
    """Have those who look after the bill told of what the operator has done."""
    payload = {"tenant_id": str(tenant_id), "what": what, **told}
    _plan(session, TELL_NEWS, payload, now, now, None)


def _plan(
    session: Session,
    kind: str,
    payload: dict[str, str],
    at: datetime,
    now: datetime,
    key: str | None,
) -> None:
    row = {
        "id": uuid7(),
        "tenant_id": SERVICE,
        "db_role": LOGIN,
        "kind": kind,
        "payload": payload,
        "key": key,
        "run_at": at,
        "created_at": now,
    }
    session.execute(insert(Job).values(row).on_conflict_do_nothing())
