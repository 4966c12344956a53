"""Reports for programs: kept, changed and run in the rights of the token's user."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Refused
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
@described("run_definition", told.TAG, told.RAN, sends=told.RUN, schemas=told.SCHEMAS)
@access(who=Who.TOKEN)
def run_definition() -> Response:
    """The numbers of a report that is not kept."""
    by = current.actor()
    body = body_of(("definition",))
    return _numbers(read(body.get("definition")), by)


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
    return _numbers(read(keep.get_report(by, report_id).definition), by)


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


def _numbers(definition: Definition, by: Actor) -> Response:
    try:
        result = run_report(definition, by)
    except TooSlow:
        raise Refused(_("This report takes too long. Narrow its conditions.")) from None
    rows = [
        {
            "groups": [_group(result, number, one, by) for number, one in enumerate(place)],
            "values": [_plain(one) for one in numbers],
            "before": _before(result, place),
            "records": urlencode(write_filters(rows_behind(result, place, by))),
        }
        for place, numbers in result.cells.items()
    ]
    found = {
        "groups": [str(name_of(one.meant)) for one in result.dimensions],
        "measures": [measure_label(one) for one in result.measures],
        "rows": rows,
        "hidden": list(result.hidden),
        "is_cut": result.is_cut,
        "as_of": as_json(result.as_of),
    }
    return send(Reply(200, dumps(found)))


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
