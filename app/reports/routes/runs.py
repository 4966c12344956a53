"""Reports that are made in the background: begun, looked at until they are there, stopped."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response, request

from app.identity.operations.notices import read_about
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.reports.engine.counted import may_take_away
from app.reports.engine.written import read
from app.reports.pages.arguments import build_url, read_definition, written
from app.reports.pages.shown import Shown, shown_run
from app.reports.routes.blueprint import blueprint
from app.reports.runs.begin import URL, begin_run, stop_run
from app.reports.runs.find import Asked, find_run, result_of
from app.reports.runs.make import forget_run
from app.web import current
from app.web.access import access
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast


@blueprint.post(URL)
@access()
def begin_background_report() -> Response:
    """Let a worker make a report, and show how far it is."""
    by, form = current.actor(), request.form
    run = begin_run(by, read_definition(form.get("definition", "")), form.get("name", ""))
    by.session.flush()  # Its work is read with it.
    if is_htmx():
        return _page(find_run(by, run.id), by)
    return see_other(f"{URL}/{run.id}")


@blueprint.get(f"{URL}/<uuid:run_id>")
@access()
def show_background_report(run_id: UUID) -> Response:
    """How far a report is; when it is made, its numbers."""
    by = current.actor()
    asked = find_run(by, run_id)
    if not asked.is_under_way:
        url = f"{URL}/{run_id}"
        current.aside(partial(read_about, by.tenant, asked.run.user_id, url, by.now))
    return _page(asked, by)


@blueprint.post(f"{URL}/<uuid:run_id>/cancel")
@access()
def stop_background_report(run_id: UUID) -> Response:
    """Stop a report that is being made."""
    by = current.actor()
    stop_run(by, run_id)
    toast(gettext("It was stopped."), kind="info")
    return see_other(f"{URL}/{run_id}")


def _page(asked: Asked, by: Actor) -> Response:
    definition = read(asked.run.definition)
    it: Shown | None = None
    error = asked.work.error or ""
    if asked.is_done:
        result = result_of(asked.run, by)
        if result is not None:
            it = shown_run(asked, definition, result, by)
        else:
            error = gettext("What you may see has changed since it was counted, so it was dropped.")
            current.aside(partial(forget_run, by.tenant, asked.run.id))
    return page(
        "reports/run.html",
        "report_run",
        asked=asked,
        it=it,
        error=error,
        definition=written(definition),
        edit_url=build_url(definition),
        may_export=may_take_away(definition.record_type, by) and by.previews is None,
    )
