"""A type's calendar, and whose entries it sets beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import Text, _
from app.records.access import sees
from app.records.lenses.lens import CALENDAR, DATE
from app.records.pages.calendar import calendar_page
from app.records.pages.colleagues import MOST, OWNER, narrowed_to, offered
from app.records.pages.state import ListState, read_query
from app.records.routes.blueprint import blueprint, type_for
from app.records.routes.lists import show_through
from app.records.views.opened import read_list
from app.web import current
from app.web.access import access
from app.web.render import page, see_other


@blueprint.get("/<collection:collection>/calendar")
@access(record_verb="read")
def show_calendar(collection: str) -> Response:
    """The records of a list on the days where they stand; its parts alone when htmx asks."""
    return show_through(collection, CALENDAR, "records/calendar.html", "calendar", calendar_page)


@blueprint.get("/<collection:collection>/calendar/colleagues")
@access(record_verb="read")
def show_colleagues(collection: str) -> Response:
    """The colleagues whose entries the calendar with these arguments can set beside each other."""
    by = current.actor()
    return _show(_state(collection, request.args, by), [], [])


@blueprint.post("/<collection:collection>/calendar/colleagues")
@access(record_verb="read", while_previewing=True)
def choose_colleagues(collection: str) -> Response:
    """Lead to the calendar of those who are ticked; nothing is stored but in its address.

    422 with the form where they are too many.
    """
    by = current.actor()
    state = _state(collection, read_query(request.form.get("query", "")), by)
    chosen = request.form.getlist("who")
    try:
        narrowed = narrowed_to(state, chosen, by)
    except Refused as refused:
        return _show(state, chosen, [refused.message])
    return see_other(narrowed.url(*_place(state)))


def _state(collection: str, arguments: Mapping[str, str], by: Actor) -> ListState:
    """The list of these arguments; NotPermitted to who does not see whose its records are."""
    record_type = type_for(collection, "read", by)
    if not sees(record_type, OWNER, by):
        raise NotPermitted(_("Your role does not allow this."))
    return read_list(record_type, {**arguments, "lens": CALENDAR}, by)


def _place(state: ListState) -> list[tuple[str, str]]:
    return [(DATE, state.on)] if state.on else []


def _show(state: ListState, chosen: Sequence[str], errors: Sequence[Text | str]) -> Response:
    return page(
        "records/calendar_colleagues.html",
        "form",
        status=422 if errors else 200,
        state=state,
        query=urlencode([*state.explicit(), *_place(state)]),
        offered=offered(state, chosen, current.actor()),
        errors=errors,
        most=MOST,
    )
