"""Reports for programs: kept, changed and run in the rights of the token's user."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import demand_scope, id_of, text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.filters import write_filters
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED
from app.records.routes.api import repeatable, send
from app.records.routes.sent import body_of
from app.records.values import as_json
from app.reports.engine.compared import compared_with
from app.reports.engine.definition import Definition
from app.reports.engine.drill import rows_behind
from app.reports.engine.labels import label_of
from app.reports.engine.meaning import name_of
from app.reports.engine.numbers import measure_label
from app.reports.engine.result import VALUE, Member, Number, Result
from app.reports.engine.run import TooSlow, run_report
from app.reports.engine.written import read
from app.reports.models import PRIVATE, Report
from app.reports.operations import keep
from app.reports.operations.keep import Wish
from app.reports.routes import api_told as told
from app.reports.routes.blueprint import blueprint
from app.reports.runs.begin import begin_run
from app.reports.runs.find import Asked, find_run, result_of
from app.web import current
from app.web.access import Who, access

KNOWN = ("name", "audience", "role_id", "definition")


@blueprint.get("/api/v1/reports")
@described("list_reports", told.TAG, told.LIST, parameters=(LIMITED,), schemas=told.SCHEMAS)
@access(who=Who.TOKEN)
def list_reports() -> Response:
    """The reports that the caller sees, of types that they may read."""
    by = current.actor()
    read_page(request.args, ())
    data = [_shown(one) for one in keep.reports_of(by)]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post("/api/v1/reports")
@described(
    "create_report",
    told.TAG,
    told.CREATED,
    sends=told.MADE,
    schemas=told.SCHEMAS,
    is_repeatable=True,
)
@access(who=Who.TOKEN)
def create_report() -> Response:
    """Keep a report."""
    by = current.actor()
    body = _body()

    def create() -> Reply:
        row = keep.save_report(by, _wish(body, None))
        made = marked(_shown(row), row.version, 201)
        made.headers["Location"] = f"/api/v1/reports/{row.id}"
        return made

    return repeatable(by, body, create)


@blueprint.post("/api/v1/reports/run")
@described("run_definition", told.TAG, told.RAN_OR_BEGUN, sends=told.RUN, schemas=told.SCHEMAS)
@access(who=Who.TOKEN)
def run_definition() -> Response:
    """The numbers of a report that is not kept."""
    by = current.actor()
    body = body_of(("definition",))
    return send(_run(read(body.get("definition")), "", by))


@blueprint.get("/api/v1/reports/<uuid:report_id>")
@described("get_report", told.TAG, told.ONE, schemas=told.SCHEMAS)
@access(who=Who.TOKEN)
def show_report_to_program(report_id: UUID) -> Response:
    """One report that the caller sees."""
    by = current.actor()
    refuse_arguments(list(request.args))
    row = keep.get_report(by, report_id)
    return send(marked(_shown(row), row.version))


@blueprint.patch("/api/v1/reports/<uuid:report_id>")
@described(
    "update_report",
    told.TAG,
    told.ONE,
    sends=told.CHANGE,
    schemas=told.SCHEMAS,
    is_versioned=True,
)
@access(who=Who.TOKEN)
def change_report(report_id: UUID) -> Response:
    """Change what is given; 412 when If-Match names another version."""
    by = current.actor()
    body = _body()
    row = keep.get_report(by, report_id)
    keep.change_report(by, row, seen_version(request.if_match, row), _wish(body, row))
    return send(marked(_shown(row), row.version))


@blueprint.delete("/api/v1/reports/<uuid:report_id>")
@described("delete_report", told.TAG, DONE)
@access(who=Who.TOKEN)
def delete_report_by_program(report_id: UUID) -> Response:
    """Take a report away from all who see it."""
    by = current.actor()
    refuse_arguments(list(request.args))
    demand_scope(by, *keep.SHARE)
    keep.delete_report(by, keep.get_report(by, report_id))
    return Response(status=204)


@blueprint.get("/api/v1/reports/<uuid:report_id>/rows")
@described("run_report", told.TAG, told.RAN, schemas=told.SCHEMAS)
@access(who=Who.TOKEN)
def run_kept_report(report_id: UUID) -> Response:
    """The numbers of a report as the caller may see them now."""
    by = current.actor()
    refuse_arguments(list(request.args))
    row = keep.get_report(by, report_id)
    definition = read(row.definition)
    try:
        return send(Reply(200, dumps(_numbers(run_report(definition, by), by))))
    except TooSlow:
        message = _("This report takes too long for an answer: run its definition.")
        raise Refused(message) from None


@blueprint.get("/api/v1/reports/runs/<uuid:run_id>")
@described("get_report_run", told.TAG, told.RUN_STATE, schemas=told.SCHEMAS)
@access(who=Who.TOKEN)
def show_run_to_program(run_id: UUID) -> Response:
    """How far a report is that took too long for an answer; when it is made, its numbers."""
    by = current.actor()
    refuse_arguments(list(request.args))
    asked = find_run(by, run_id)
    result = result_of(asked.run, by) if asked.is_done else None
    if asked.is_done and result is None:
        raise Missing(_("This report is not kept any more. Open it anew."))
    return send(Reply(200, dumps(_told(asked, result, by))))


def _body() -> dict[str, Any]:
    demand_scope(current.actor(), *keep.SHARE)
    return body_of(KNOWN)


def _wish(body: Mapping[str, Any], row: Report | None) -> Wish:
    """What a report shall be: as the body says, and what it does not say as before."""
    held = row.definition if row is not None else None
    return Wish(
        text_of(body, "name", row.name if row else ""),
        text_of(body, "audience", row.audience if row else PRIVATE),
        read(body.get("definition", held)),
        id_of(body, "role_id") if "role_id" in body else (row.role_id if row else None),
    )


def _shown(row: Report) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "audience": row.audience,
        "role_id": str(row.role_id) if row.role_id else None,
        "owner_id": str(row.owner_id),
        "definition": row.definition,
        "version": row.version,
    }


def _run(definition: Definition, name: str, by: Actor) -> Reply:
    """The numbers of a report, or 202 and where they will be."""
    try:
        return Reply(200, dumps(_numbers(run_report(definition, by), by)))
    except TooSlow:
        run = begin_run(by, definition, name)
        by.session.flush()  # Its work is read with it.
        place = {"Location": f"/api/v1/reports/runs/{run.id}"}
        return Reply(202, dumps(_told(find_run(by, run.id), None, by)), place)


def _told(asked: Asked, result: Result | None, by: Actor) -> dict[str, Any]:
    return {
        "id": str(asked.run.id),
        "state": asked.work.state,
        "error": asked.work.error,
        "numbers": None if result is None else _numbers(result, by),
    }


def _numbers(result: Result, by: Actor) -> dict[str, Any]:
    rows = [
        {
            "groups": [_group(result, number, one, by) for number, one in enumerate(place)],
            "values": [_plain(one) for one in numbers],
            "before": _before(result, place),
            "records": urlencode(write_filters(rows_behind(result, place, by))),
        }
        for place, numbers in result.cells.items()
    ]
    return {
        "groups": [str(name_of(one.meant)) for one in result.dimensions],
        "measures": [measure_label(one) for one in result.measures],
        "rows": rows,
        "hidden": list(result.hidden),
        "is_cut": result.is_cut,
        "as_of": as_json(result.as_of),
        "compared": _compared(result),
    }


def _compared(result: Result) -> dict[str, Any] | None:
    """The days that each `before` is of."""
    then = compared_with(result.meaning)
    if then is None:
        return None
    first, beyond = then.days_then
    return {"first": as_json(first), "last": as_json(beyond - timedelta(days=1))}


def _group(result: Result, number: int, member: Member | None, by: Actor) -> dict[str, Any] | None:
    """One group; None for all of its dimension together."""
    if member is None:
        return None
    label = label_of(result.dimensions[number], member, by)
    value = member.text if member.state == VALUE else None
    return {"value": value, "label": label, "state": member.state}


def _before(result: Result, place: Any) -> list[Any] | None:
    then = result.then(place)
    return None if then is None else [_plain(one) for one in then]


def _plain(value: Number) -> Any:
    """A number as programs read it: counts as numbers, all else as texts."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if value is None or isinstance(value, int) else as_json(value)
