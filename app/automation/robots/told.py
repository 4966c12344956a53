"""What a robot tells of events: one line for each that its person may know of, as they see it now.

Only the record's name is told, who did it, and the way to its page; what else stands on its list
is told where whoever made the robot chose so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.automation.robots.messages import Line
from app.automation.webhooks.models import Webhook, WebhookDelivery
from app.automation.webhooks.offered import TEST, verbs_of
from app.events import Event
from app.identity.models import User
from app.identity.outside import workspace_url
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import gettext
from app.records.access import within_reach
from app.records.pages.finding import find_among
from app.records.pages.state import read_state
from app.records.query import conditions
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.views.opened import saved_arguments
from app.records.views.shelf import shelf

Named = Mapping[tuple[str, UUID], str]  # What records are called, by type and id.


def tellable(
    webhook: Webhook, deliveries: Sequence[WebhookDelivery], by: Actor
) -> dict[UUID, tuple[RecordType, str]]:
    """Of each delivery that `by` may know of, the record's type and name; a statement a type.

    Where the robot tells of the records of a view alone, those that are not in it now are left out.
    """
    wanted: dict[str, set[UUID]] = {}
    for one in deliveries:
        if one.record_type and one.record_id:
            wanted.setdefault(one.record_type, set()).add(one.record_id)
    named: dict[tuple[str, UUID], tuple[RecordType, str]] = {}
    for key, ids in wanted.items():
        declared = registry().get(key)
        if declared is None or not by.tenant.allows(declared.module) or not by.may(key, "read"):
            continue
        record_type = tailored(declared, by)
        meant = _meant(webhook, record_type, by)
        if meant is None:
            continue
        model = record_type.model
        statement = select(model.id, record_type.title_text).where(model.id.in_(ids), *meant)
        for record_id, title in by.session.execute(statement):
            named[key, record_id] = (record_type, title or str(record_type.words.one))
    return {
        one.id: named[one.record_type, one.record_id]
        for one in deliveries
        if one.record_type and one.record_id and (one.record_type, one.record_id) in named
    }


def lines(
    webhook: Webhook,
    deliveries: Sequence[WebhookDelivery],
    told: Mapping[UUID, tuple[RecordType, str]],
    by: Actor,
) -> list[Line]:
    """The lines of deliveries that may be told, in their order, in the language in use."""
    who = _who(deliveries, by)
    beside = _beside(deliveries, told, by) if webhook.tells_details else {}
    found = []
    for one in deliveries:
        if one.type == TEST:
            found.append(Line(gettext("A test: the robot “%(name)s” works.", name=webhook.name)))
        elif one.id in told and one.record_id is not None:
            record_type, title = told[one.id]
            verb = one.type.partition(".")[2]
            label = verbs_of(record_type).get(verb, verb)
            rest = " · ".join(
                part for part in (beside.get(one.record_id, ""), who.get(one.event_id, "")) if part
            )
            url = workspace_url(by.tenant, f"/{record_type.collection}/{one.record_id}")
            found.append(Line(f"{record_type.words.one} · {label}", title, url, rest))
    return found


def _meant(
    webhook: Webhook, record_type: RecordType, by: Actor
) -> list[ColumnElement[bool]] | None:
    """Which records of a type are told of; None where the view is gone or asks what is hidden."""
    view_id = parse_id((webhook.view_ids or {}).get(record_type.key, ""))
    if view_id is None:
        return [within_reach(record_type, by, "read")]
    view = shelf(by).find(record_type.key, view_id)
    if view is None:
        return None
    try:
        asked = read_state(record_type, saved_arguments(view)).asked
        return conditions(record_type, asked, by)
    except Refused:
        return None


def _who(deliveries: Sequence[WebhookDelivery], by: Actor) -> dict[UUID | None, str]:
    """Who did what is told, by event."""
    ids = [one.event_id for one in deliveries if one.event_id]
    rows = by.session.execute(
        select(Event.id, User.name).join(User, User.id == Event.actor_id).where(Event.id.in_(ids))
    )
    return {event_id: name for event_id, name in rows}  # noqa: C416  Typed rows.


def _beside(
    deliveries: Sequence[WebhookDelivery],
    told: Mapping[UUID, tuple[RecordType, str]],
    by: Actor,
) -> dict[UUID, str]:
    """What stands beside the names of records, a statement a type."""
    types: dict[str, tuple[RecordType, list[UUID]]] = {}
    for one in deliveries:
        if one.id in told and one.record_id is not None:
            record_type = told[one.id][0]
            types.setdefault(record_type.key, (record_type, []))[1].append(one.record_id)
    return {
        UUID(found.id): found.note
        for record_type, ids in types.values()
        for found in find_among(record_type, list(dict.fromkeys(ids)), by)
    }
