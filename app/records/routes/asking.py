"""The answer to a change that somebody has to approve first: it is asked for, who asks is told."""

from __future__ import annotations

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Held
from app.records import gate
from app.records.routes.api import send, waits
from app.records.routes.blueprint import next_or
from app.web.problems import wants_json
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast


def ask_for(held: Held, by: Actor) -> Response:
    """Keep what was held back and tell so where the person is; a program gets 202.

    The transaction holds nothing else: what was tried is gone.
    """
    asked = gate.keep(held, by)
    if wants_json():
        return send(waits(asked))
    toast(asked.message, kind="info")
    if not is_htmx():
        return see_other(next_or(_place()))
    response = page("_problem.html", "problem")
    response.headers["HX-Trigger"] = "records-changed"
    return response


def asked_in_form(held: Held, by: Actor, place: str) -> Response:
    """The same for a form, which is closed: it leads to `place`."""
    toast(gate.keep(held, by).message, kind="info")
    return see_other(next_or(place))


def wants_to_ask(held: Held) -> bool:
    """False where the person is told first how far they may go by themselves."""
    return not held.asks_first or bool(request.form.get("ask"))


def _place() -> str:
    """Where the reader came from, else what they asked for."""
    came_from = request.headers.get("Referer", "")
    host = request.host_url
    return came_from[len(host) - 1 :] if came_from.startswith(host) else "/approvals?show=mine"
