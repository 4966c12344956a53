"""Building a report, keeping it, and taking its numbers away as a file."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request
from werkzeug.datastructures import MultiDict

from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing, NotPermitted, Refused
from app.kernel.ids import new_id, parse_id
from app.kernel.language import _
from app.kernel.whole import whole
from app.reports.engine.counted import may_take_away, readable_type
from app.reports.engine.definition import Definition
from app.reports.engine.run import TooSlow
from app.reports.models import PRIVATE
from app.reports.operations import keep
from app.reports.operations.keep import Wish
from app.reports.pages.arguments import read_definition
from app.reports.pages.build import Build, built, said
from app.reports.pages.file import FILES, made, made_of
from app.reports.pages.listed import listed
from app.reports.pages.offered import find_offered
from app.reports.pages.sharing import Sharing, sharing
from app.reports.routes.blueprint import blueprint
from app.reports.runs.find import find_run, result_of
from app.reports.runs.sight import digest_of
from app.web import current
from app.web.access import access
from app.web.render import fragment, is_htmx, page, see_other
from app.web.toasts import toast


@blueprint.get("/reports/build")
@access()
def build_report() -> Response:
    """The builder, with the numbers of what its form asks for.

    An address that can't be read, as one cut off in a message, leads to the reports that there are.
    """
    by = current.actor()
    try:
        found = built(MultiDict(request.args), by, is_light=is_htmx())
    except Refused as answer:
        if is_htmx():
            raise
        return page("reports/list.html", status=422, shelves=listed(by), alert=answer.message)
    response = _page(found, by, status=422 if found.alerts else 200)
    if found.shown is not None:  # Whoever opens its rows comes back to what they had chosen.
        response.headers["HX-Replace-Url"] = found.url
    return response


@blueprint.get("/reports/build/fields/<box>")
@access()
def find_choices(box: str) -> Response:
    """What a box of the builder offers by its words: measures, groups or dates of a type."""
    by = current.actor()
    record_type = readable_type(request.args.get("type", ""), by)
    found = find_offered(box, record_type, request.args.get("q", ""), by)
    return fragment("records/_filter_fields.html", found=found)


@blueprint.post("/reports/save")
@access()
def save_report() -> Response:
    """Keep what the builder shows, as a new report or as the one that was opened."""
    by, form = current.actor(), request.form
    definition = read_definition(form.get("definition", ""))
    report_id = parse_id(form.get("report", ""))
    audience, _colon, role = form.get("audience", PRIVATE).partition(":")
    wish = Wish(form.get("name", ""), audience, definition, parse_id(role))
    try:
        if report_id is None:
            row = keep.save_report(by, wish)
        else:
            row = keep.get_report(by, report_id)
            keep.change_report(by, row, whole(form.get("version", "")), wish)
    except Missing:
        raise
    except Answer as answer:
        by.session.rollback()
        arguments = {"definition": form["definition"], "report": form.get("report", "")}
        found = built(MultiDict(arguments), by)
        errors = {key: [str(text)] for key, text in (getattr(answer, "errors", None) or {}).items()}
        alerts = () if errors else said(answer)
        return _page(found, by, errors=errors, alerts=alerts, status=answer.status)
    toast(_("The report %(name)s was saved.", name=row.name))
    return see_other(f"/reports/{row.id}")


@blueprint.post("/reports/file")
@access()
def make_file() -> Response:
    """The numbers of a report as a file; whoever may export the records may take them away."""
    by, form = current.actor(), request.form
    definition = read_definition(form.get("definition", ""))
    kind = form.get("format", "")
    if kind not in FILES:
        raise Refused(_("Choose one of the formats."), field="format")
    if not may_take_away(definition.record_type, by) or by.previews is not None:
        raise NotPermitted(_("Your role does not allow this."))
    name = " ".join(form.get("name", "").split())[:80] or str(_("Report"))
    try:
        content = _content(definition, name, kind, by)
    except TooSlow:
        raise Refused(_("This report takes too long. Narrow its conditions.")) from None
    told = {"record_type": [None, definition.record_type], "format": [None, kind]}
    write_event(
        by, "report", parse_id(form.get("report", "")) or new_id(), "exported", changes=told
    )
    response = Response(content, mimetype=FILES[kind])
    file_name = quote(f"{name}.{kind}", safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{file_name}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _content(definition: Definition, name: str, kind: str, by: Actor) -> bytes:
    """The file: of what a worker counted, where the form says so, else counted now."""
    run_id = parse_id(request.form.get("run", ""))
    if run_id is None:
        return made(definition, name, kind, by)
    asked = find_run(by, run_id)
    is_it = asked.run.digest == digest_of(definition)
    result = result_of(asked.run, by) if is_it else None
    if result is None:
        raise Missing(_("This report is not kept any more. Open it anew."))
    return made_of(result, definition, name, kind, by)


def _page(
    found: Build,
    by: Actor,
    *,
    errors: dict[str, list[str]] | None = None,
    alerts: object = (),
    status: int = 200,
) -> Response:
    shared: Sharing = sharing(found.report, request.form if errors is not None else None, by)
    return page(
        "reports/build.html",
        "report_build",
        status=status,
        build=found,
        sharing=shared,
        errors=errors or {},
        save_alerts=alerts,
    )
