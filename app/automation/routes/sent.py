"""What programs send to webhooks and group robots alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.errors import Refused
from app.kernel.language import _


def events_of(body: Mapping[str, Any]) -> list[str] | None:
    """The names of events that were sent, None where none were."""
    events = body.get("events")
    if "events" not in body:
        return None
    if not isinstance(events, list) or not all(isinstance(one, str) for one in events):
        raise Refused(_("Give a list of names of events."), field="events")
    return events
