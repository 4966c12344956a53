"""Writing an event; every layer that changes something calls this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.events import outbox
from app.events.models import Event
from app.kernel.actor import Actor
from app.kernel.ids import new_id


def event_row(
    by: Actor,
    record_type: str,
    record_id: UUID,
    verb: str,
    *,
    account_id: UUID | None = None,
    changes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The columns of one event by `by`; `changes` maps fields to [old, new] as JSON values."""
    told = dict(changes or {})
    if by.approval is not None and by.approval.names:
        told["approved_by"] = [None, ", ".join(by.approval.names)]
    return {
        "id": new_id(),
        "record_type": record_type,
        "record_id": record_id,
        "account_id": account_id,
        "verb": verb,
        "actor_id": by.user_id,
        "via": by.via,
        "at": by.now,
        "batch_id": by.batch_id,
        "changes": told,
    }


def write_event(
    by: Actor,
    record_type: str,
    record_id: UUID,
    verb: str,
    *,
    account_id: UUID | None = None,
    changes: Mapping[str, Any] | None = None,
) -> UUID:
    """Write one event in the actor's transaction and answer with its id."""
    row = event_row(by, record_type, record_id, verb, account_id=account_id, changes=changes)
    by.session.execute(insert(Event.__table__), [row])  # type: ignore[arg-type]
    outbox.tell(by.session, row)
    event_id: UUID = row["id"]
    return event_id
