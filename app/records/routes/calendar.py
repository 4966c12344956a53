"""A type's calendar."""

from __future__ import annotations

from flask import Response

from app.records.lenses.lens import CALENDAR
from app.records.pages.calendar import calendar_page
from app.records.routes.blueprint import blueprint
from app.records.routes.lists import show_through
from app.web.access import access


@blueprint.get("/<collection:collection>/calendar")
@access(record_verb="read")
def show_calendar(collection: str) -> Response:
    """The records of a list on the days where they stand; its parts alone when htmx asks."""
    return show_through(collection, CALENDAR, "records/calendar.html", "calendar", calendar_page)
