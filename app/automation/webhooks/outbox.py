"""From the event to its deliveries.

The row of the event is the outbox: a change that a webhook asks for enqueues one job in its own
transaction, however many events it writes, and the job makes the deliveries by one statement. Where
nobody asked, a change costs a look at the workspace's stamps, which every change reads anyway.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, event, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from app.automation.webhooks.models import State, Webhook, WebhookDelivery
from app.events import Event
from app.jobs.enqueue import enqueue
from app.kernel import clock, stamps
from app.kernel.actor import Actor, service_actor
from app.kernel.ids import parse_id
from app.kernel.remembered import Remembered
from app.kernel.rows import rows_written
from app.records.happenings import find_happenings
from app.records.registry import registry
from tenants.facts import TenantFacts

STAMP = "webhooks"
DISPATCH = "dispatch_webhooks"
HEARD = "webhooks:heard"  # Its place in a session.
MOST = 500  # Events by their ids in one job.

_wanted: Remembered[frozenset[str]] = Remembered(4096)


@dataclass(slots=True)
class Heard:
    """What one transaction wrote that some webhook asks for.

    Of a batch it keeps the first event alone: those of its later pieces come after that one.
    """

    events: list[UUID] = field(default_factory=list)
    batches: dict[UUID, UUID] = field(default_factory=dict)


def hear(session: Session, row: Mapping[str, Any]) -> None:
    """Take note of an event that is being written, when it is about a record and asked for."""
    kind = row["record_type"]
    if registry().get(kind) is None and not _is_told(kind, row["verb"]):
        return
    mark = stamps.stamp(session, STAMP)
    if mark is None:
        return
    tenant: TenantFacts = session.info["tenant"]
    wanted = _wanted.get((tenant.id, mark), lambda: _read_wanted(session))
    if f"{row['record_type']}.{row['verb']}" not in wanted:
        return
    heard: Heard | None = session.info.get(HEARD)
    if heard is None:
        heard = session.info[HEARD] = Heard()
    if not event.contains(session, "before_commit", _pass_on):
        event.listen(session, "before_commit", _pass_on)
    if row["batch_id"] is None:
        heard.events.append(row["id"])
    else:
        heard.batches.setdefault(row["batch_id"], row["id"])


def _is_told(kind: str, verb: str) -> bool:
    """True for what happens to what is no record and can be asked for all the same."""
    found = find_happenings(kind)
    return found is not None and verb in found.verbs


def changed(session: Session) -> None:
    """Say that webhooks were made, changed or removed."""
    stamps.draw(session, STAMP)


def dispatch(by: Actor, event_ids: Collection[UUID], batches: Mapping[UUID, UUID]) -> int:
    """Make the deliveries of events, one for each webhook that asks; answers with how many.

    Events are named by their ids or by their batch, of which those from an event on are meant. A
    delivery that was made before is not made again.
    """
    meant: list[ColumnElement[bool]] = [Event.id.in_(event_ids)] if event_ids else []
    for batch_id, first in batches.items():
        meant.append((Event.batch_id == batch_id) & (Event.id >= first))
    if not meant:
        return 0
    name = func.concat(Event.record_type, ".", Event.verb)
    asking = (
        select(
            func.gen_random_uuid(),
            Webhook.id,
            Event.id,
            name,
            Event.record_type,
            Event.record_id,
            literal(State.WAITING.value),
            literal(0),
            literal(by.now),
            Event.at,
        )
        .join(Webhook, cast(name, Text) == func.any(cast(Webhook.events, ARRAY(Text))))
        .where(or_(*meant), Webhook.stopped.is_(None))
    )
    columns = (
        "id",
        "webhook_id",
        "event_id",
        "type",
        "record_type",
        "record_id",
        "state",
        "attempts",
        "next_at",
        "created_at",
    )
    made = insert(WebhookDelivery).from_select(columns, asking).on_conflict_do_nothing()
    return rows_written(by.session.execute(made))


def _read_wanted(session: Session) -> frozenset[str]:
    """The names of all events that some webhook asks for."""
    asked = select(func.unnest(Webhook.events)).where(Webhook.stopped.is_(None)).distinct()
    return frozenset(session.scalars(asked))


def _pass_on(session: Session) -> None:
    """Enqueue what was heard, as part of the transaction that wrote it.

    The end of a savepoint is not the end of the transaction. What a savepoint took back is asked
    for in vain.
    """
    if session.in_nested_transaction():
        return
    heard: Heard | None = session.info.pop(HEARD, None)
    if heard is None:
        return
    by = service_actor(session, session.info["tenant"], clock.now(), via="job")
    batches = {str(batch): str(first) for batch, first in heard.batches.items()}
    for start in range(0, max(len(heard.events), 1), MOST):
        ids = [str(one) for one in heard.events[start : start + MOST]]
        enqueue(by, DISPATCH, {"events": ids, "batches": batches if start == 0 else {}})


def read_payload(payload: Mapping[str, Any]) -> tuple[list[UUID], dict[UUID, UUID]]:
    """The events and batches that a job was enqueued with."""
    events = [found for one in payload.get("events", ()) if (found := parse_id(str(one)))]
    batches = {
        batch: first
        for one, other in dict(payload.get("batches", {})).items()
        if (batch := parse_id(str(one))) and (first := parse_id(str(other)))
    }
    return events, batches
