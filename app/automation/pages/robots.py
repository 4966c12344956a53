"""Group robots in words: their list, their form, and which views they tell of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.automation.pages.webhooks import EventChoice, choices
from app.automation.webhooks.models import Webhook
from app.automation.webhooks.payload import teller
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.types import RecordType
from app.records.views.shelf import shelf


@dataclass(frozen=True, slots=True)
class RobotChoices:
    """What a robot may tell of the records of one type: events, of all records or of a view's."""

    record_type: RecordType
    events: list[EventChoice]
    views: list[tuple[str, Text | str]]
    view_id: str


def robot_choices(
    chosen: Collection[str], view_ids: Mapping[str, str], by: Actor
) -> list[RobotChoices]:
    """Everything to choose, by record type; a view of somebody else that was chosen stays."""
    mine = shelf(by)
    found = []
    for record_type, events in choices(chosen, by):
        own: list[tuple[str, Text | str]] = [
            (str(one.id), one.name) for one in mine.of(record_type.key)
        ]
        view_id = view_ids.get(record_type.key, "")
        if view_id and view_id not in {key for key, _name in own}:
            own.append((view_id, _("A view that you don't have")))
        found.append(RobotChoices(record_type, events, own, view_id))
    return found


def lost_views(webhook: Webhook, by: Actor) -> list[str]:
    """The types of which a robot tells nothing, as its person has not the view that was chosen."""
    if not webhook.view_ids:
        return []
    user = by.session.get_one(User, webhook.user_id)
    theirs = shelf(teller(webhook, user, by.session, by.tenant, by.now))
    return [
        key for key, text in webhook.view_ids.items() if theirs.find(key, parse_id(text)) is None
    ]
