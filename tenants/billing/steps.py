"""What the operator's history tells of a subscription: what is rented and owed, how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tenants.billing.history import note
from tenants.billing.models import Subscription
from tenants.billing.standing import ALIVE, OWING
from tenants.billing.unpaid import is_waiting


@dataclass(frozen=True, slots=True)
class Stood:
    """How a subscription stood when it was read; `rents` is None while nothing is given by it."""

    stripe_id: str | None
    rents: str | None
    owes: bool
    ends: bool


def stood(row: Subscription) -> Stood:
    """How it stands by our books."""
    is_given = row.status in (*ALIVE, *OWING) and not is_waiting(row)
    rents = f"{row.plan} × {row.seats}" if is_given else None
    return Stood(row.stripe_id, rents, row.unpaid_since is not None, row.cancels_at_period_end)


def note_steps(session: Session, row: Subscription, before: Stood, now: datetime) -> None:
    """Tell the operator what became of it since `before`."""
    after = stood(row)
    if after.rents is not None and after.rents != before.rents:
        told = {"before": before.rents or "", "after": after.rents}
        note(session, row.tenant_id, "subscribed", now, **told)
    if after.owes is not before.owes:
        note(session, row.tenant_id, "bill_failed" if after.owes else "bill_collected", now)
    if after.stripe_id == before.stripe_id and after.ends is not before.ends:
        verb = "cancel_planned" if after.ends else "cancel_undone"
        until = row.period_end.isoformat() if row.period_end is not None else ""
        note(session, row.tenant_id, verb, now, until=until)
