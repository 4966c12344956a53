"""What programs send to webhooks and group robots, and doing it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import refuse_arguments
from app.records.api.body import demand_known, read_object
from app.records.api.shape import Reply
from app.records.routes.api import repeatable
from app.web import current

Body = dict[str, Any]


def once(
    work: Callable[[Body], Reply], known: tuple[str, ...] = (), *, may_be_empty: bool = True
) -> Response:
    """Do what a POST asks with the body that was sent, once for each Idempotency-Key."""
    body = body_of(known, may_be_empty=may_be_empty)
    return repeatable(current.actor(), body, lambda: work(body))


def body_of(known: tuple[str, ...], *, may_be_empty: bool = False) -> Body:
    """The object that was sent; Refused where it holds anything but what is known."""
    refuse_arguments(list(request.args))
    body = read_object(request.get_data(), request.mimetype, may_be_empty=may_be_empty)
    demand_known(body, known)
    return body


def events_of(body: Mapping[str, Any]) -> list[str] | None:
    """The names of events that were sent, None where none were."""
    events = body.get("events")
    if "events" not in body:
        return None
    if not isinstance(events, list) or not all(isinstance(one, str) for one in events):
        raise Refused(_("Give a list of names of events."), field="events")
    return events
