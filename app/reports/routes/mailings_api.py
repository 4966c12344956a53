"""Reports by mail for programs: set up, changed and ended, and stopped by who reads them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import demand_scope, flag_of, ids_of, text_of, whole_of
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED
from app.records.routes.api import send
from app.records.routes.sent import Body, body_of, once
from app.records.values import as_json
from app.reports.mailings import plan
from app.reports.mailings.find import (
    find_report,
    mailing_of,
    mailings_of,
    readers_of,
    readings_of,
)
from app.reports.mailings.models import ReportMailing, ReportReader
from app.reports.operations.keep import SHARE
from app.reports.routes import mailings_told as told
from app.reports.routes.blueprint import blueprint
from app.web import current
from app.web.access import Who, access

KNOWN = ("rhythm", "weekday", "day", "at", "business_days", "readers")
USUAL_TIME = "08:00"
ONE = "/api/v1/reports/<report>/mailing"
READINGS = "/api/v1/report-readings"


@blueprint.get("/api/v1/report-mailings")
@described("list_report_mailings", told.TAG, told.LIST, parameters=(LIMITED,), schemas=told.SCHEMAS)
@access(who=Who.TOKEN)
def list_mailings() -> Response:
    """The reports that the caller has mailed, when and to whom."""
    by = current.actor()
    read_page(request.args, ())
    data = [_shown(one, by) for one in mailings_of(by)]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.get(ONE)
@described("get_report_mailing", told.TAG, told.ONE, schemas=told.SCHEMAS)
@access(who=Who.TOKEN)
def show_mailing_to_program(report: str) -> Response:
    """When the caller has a report mailed, and to whom; `report` is an id or a key."""
    by = current.actor()
    refuse_arguments(list(request.args))
    return _one(_kept(by, find_report(by, report[:80]).key), by)


@blueprint.put(ONE)
@described("plan_report_mailing", told.TAG, told.ONE, sends=told.CHANGE, schemas=told.SCHEMAS)
@access(who=Who.TOKEN)
def plan_mailing_by_program(report: str) -> Response:
    """Have a report mailed, or change it; what is not given stays, `readers` may hold oneself."""
    by = current.actor()
    demand_scope(by, *SHARE)
    body = body_of(KNOWN)
    mailed = find_report(by, report[:80])
    row = plan.plan_mailing(by, mailed, _wish(body, mailing_of(by, mailed.key), by))
    by.session.flush()  # Its readers are read with it.
    return _one(row, by)


@blueprint.delete(ONE)
@described("end_report_mailing", told.TAG, DONE)
@access(who=Who.TOKEN)
def end_mailing_by_program(report: str) -> Response:
    """Mail a report no more, to nobody."""
    by = current.actor()
    demand_scope(by, *SHARE)
    refuse_arguments(list(request.args))
    plan.end_mailing(by, _kept(by, report[:80]))
    return Response(status=204)


@blueprint.get(READINGS)
@described(
    "list_report_readings",
    told.TAG,
    told.READ_LIST,
    parameters=(LIMITED,),
    schemas=told.READINGS,
)
@access(who=Who.TOKEN)
def list_readings() -> Response:
    """The reports that colleagues have mailed to the caller, those that they stopped as well."""
    by = current.actor()
    read_page(request.args, ())
    data = [_reading(reader, row, by) for reader, row in readings_of(by)]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post(f"{READINGS}/<uuid:reading_id>/stop")
@described("stop_report_reading", told.TAG, told.READ, schemas=told.READINGS, is_repeatable=True)
@access(who=Who.TOKEN)
def stop_reading_by_program(reading_id: UUID) -> Response:
    """Have a report of a colleague's mailed to oneself no more."""
    return _choose(reading_id, is_wanted=False)


@blueprint.post(f"{READINGS}/<uuid:reading_id>/resume")
@described("resume_report_reading", told.TAG, told.READ, schemas=told.READINGS, is_repeatable=True)
@access(who=Who.TOKEN)
def resume_reading_by_program(reading_id: UUID) -> Response:
    """Have it mailed again."""
    return _choose(reading_id, is_wanted=True)


def _choose(reading_id: UUID, *, is_wanted: bool) -> Response:
    by = current.actor()
    demand_scope(by, *SHARE)

    def work(_body: Body) -> Reply:
        (plan.read_again if is_wanted else plan.stop_reading)(by, reading_id)
        reader = by.session.get_one(ReportReader, reading_id)
        row = by.session.get_one(ReportMailing, reader.mailing_id)
        return Reply(200, dumps(_reading(reader, row, by)))

    return once(work)


def _kept(by: Actor, key: str) -> ReportMailing:
    row = mailing_of(by, key)
    if row is None:
        raise Missing(_("This report is not mailed."))
    return row


def _wish(body: Body, row: ReportMailing | None, by: Actor) -> plan.Wish:
    """When and to whom: as the body says, and what it does not say as before, or as usual."""
    weekday, day = whole_of(body, "weekday"), whole_of(body, "day")
    on_business_days = flag_of(body, "business_days")
    readers = ids_of(body, "readers")
    if readers is None:
        known = readers_of(by, row.id) if row is not None else {}
        own = [] if by.user_id is None else [by.user_id]
        readers = [key for key, one in known.items() if one.stopped_at is None] or own
    return plan.Wish(
        rhythm=text_of(body, "rhythm", row.rhythm if row else ""),
        weekday=weekday if weekday is not None else (row.weekday if row else 0),
        day=day if day is not None else (row.day if row else 1),
        at=text_of(body, "at", row.at if row else USUAL_TIME),
        business_days=on_business_days
        if on_business_days is not None
        else bool(row and row.business_days),
        user_ids=readers,
    )


def _one(row: ReportMailing, by: Actor) -> Response:
    return send(Reply(200, dumps(_shown(row, by))))


def _shown(row: ReportMailing, by: Actor) -> dict[str, Any]:
    readers = sorted(readers_of(by, row.id).values(), key=lambda one: str(one.user_id))
    return {
        "report": row.report,
        "name": _name(row.report, by),
        **_when(row),
        "readers": [
            {
                "user_id": str(one.user_id),
                "next_at": as_json(one.next_at),
                "stopped_at": as_json(one.stopped_at),
            }
            for one in readers
        ],
    }


def _reading(reader: ReportReader, row: ReportMailing, by: Actor) -> dict[str, Any]:
    return {
        "id": str(reader.id),
        "report": row.report,
        "name": _name(row.report, by),
        "owner_id": str(row.owner_id),
        **_when(row),
        "next_at": as_json(reader.next_at),
        "stopped_at": as_json(reader.stopped_at),
    }


def _when(row: ReportMailing) -> dict[str, Any]:
    return {
        "rhythm": row.rhythm,
        "weekday": row.weekday,
        "day": row.day,
        "at": row.at,
        "business_days": row.business_days,
    }


def _name(key: str, by: Actor) -> str | None:
    """What a report is called, for who may still see it."""
    try:
        return find_report(by, key).name
    except Answer:
        return None
