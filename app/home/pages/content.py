"""What stands in one widget: a report, a list, what a module shows, or why there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.home import contributed
from app.home.limited import LIMIT_MS, within
from app.home.operations.wishes import readable_type, view_of
from app.home.pages.lists import shown_list
from app.home.pages.numbers import shown_report
from app.home.placed import Placed
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.pages.state import read_query
from app.records.views.opened import saved_arguments
from app.records.widgets import LIST, REPORT, VIEW
from app.reports.engine.run import TooSlow
from app.reports.engine.written import read
from app.reports.operations.keep import get_report
from app.reports.ready import ready_report


@dataclass(frozen=True, slots=True)
class Content:
    """The inside of a widget: a template with its values, or a `problem` in words.

    `is_late` says that it took longer than a widget may, so that trying again can help.
    """

    template: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: Text | str = ""
    is_late: bool = False


def content(placed: Placed, by: Actor) -> Content:
    """What a widget shows to `by`; whatever stands against it is said in its place."""
    try:
        with within(by.session, LIMIT_MS):
            return _made(placed, by)
    except TooSlow:
        message = _("This took longer than two seconds, so it was given up.")
        return Content(problem=message, is_late=True)
    except Answer as answer:
        return Content(problem=answer.message or _("This can’t be shown."))


def _made(placed: Placed, by: Actor) -> Content:
    if placed.kind == REPORT:
        report_id = parse_id(placed.of)
        if report_id is None:
            definition = ready_report(placed.of, by).definition
        else:
            definition = read(get_report(by, report_id).definition)
        return Content("home/_report.html", {"report": shown_report(definition, by)})
    if placed.kind == VIEW:
        view = view_of(placed.of, by)
        if view is None:
            raise Missing(_("This view was deleted, or is not shared with you."))
        record_type, asked = readable_type(view.record_type, by), saved_arguments(view)
        found = shown_list(record_type, asked, placed.rows, by, is_wide=placed.is_wide)
        return Content("home/_list.html", {"list": found})
    if placed.kind == LIST:
        asked = read_query(placed.query)
        record_type = readable_type(placed.of, by)
        found = shown_list(record_type, asked, placed.rows, by, is_wide=placed.is_wide)
        return Content("home/_list.html", {"list": found})
    one = contributed.widget(placed.of, by)
    return Content(one.template, one.make(by))
