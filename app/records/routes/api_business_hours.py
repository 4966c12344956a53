"""Business hours for programs: read and counted by every one, changed by those who keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request

from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.kernel.worktime import (
    NeverOpen,
    add_business_time,
    business_time_between,
    is_open,
    next_open,
)
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import flag_of, text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.openapi import worktime as told
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, ID, LIMITED, MOMENT, WHOLE, parameter
from app.records.routes.api import blueprint, repeatable, send
from app.records.routes.sent import Body, body_of
from app.records.values import as_json
from app.records.worktime import operations
from app.records.worktime.kept import calendar_of, fiscal_year, to_spans
from app.records.worktime.models import BusinessCalendar
from app.records.worktime.operations import MANAGE
from app.records.worktime.reading import WEEKDAYS, OwnDay, Wish, write_hours
from app.web import current
from app.web.access import Who, access
from app.web.formats import parse_moment

BASE = "/business-calendars"
ONE = f"{BASE}/<uuid:calendar_id>"
KNOWN = ("name", "zone", "country", "region", "week", "is_default")
LONGEST = timedelta(days=3660)
MOST_SECONDS = 10_000 * 3600  # Of business time that is added.


def _described(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    return described(operation, told.TAG, answers, schemas=told.NAMED, **more)


@blueprint.get(BASE)
@_described("list_business_calendars", told.LISTED, parameters=(LIMITED,))
@access(who=Who.TOKEN)
def list_calendars() -> Response:
    """Every calendar, the default first."""
    read_page(request.args, ())
    data = [_shown(one) for one in operations.calendars_of(current.actor())]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post(BASE)
@_described("create_business_calendar", told.MADE, sends=told.SENT_NEW, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def create_calendar_by_program() -> Response:
    """Make a calendar; hours are texts like `09:00-12:00, 13:00-18:00`, by weekday."""
    by = current.actor()
    body = body_of(KNOWN)

    def create() -> Reply:
        row = operations.create_calendar(by, _wish(body, None))
        made = marked(_shown(row), row.version, 201)
        made.headers["Location"] = f"/api/v1{BASE}/{row.id}"
        return made

    return repeatable(by, body, create)


@blueprint.get(ONE)
@_described("get_business_calendar", told.ONE)
@access(who=Who.TOKEN)
def show_one_calendar(calendar_id: UUID) -> Response:
    """One calendar."""
    refuse_arguments(list(request.args))
    row = operations.get_calendar(current.actor(), calendar_id)
    return send(marked(_shown(row), row.version))


@blueprint.patch(ONE)
@_described("update_business_calendar", told.ONE, sends=told.SENT, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def change_calendar_by_program(calendar_id: UUID) -> Response:
    """Change what is given; of `week` the days that are named."""
    by = current.actor()
    row = operations.get_calendar(by, calendar_id)
    body = body_of(KNOWN)
    version = seen_version(request.if_match, row)
    operations.change_calendar(by, row, _wish(body, row), version)
    return send(marked(_shown(row), row.version))


@blueprint.delete(ONE)
@_described("delete_business_calendar", DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_calendar_by_program(calendar_id: UUID) -> Response:
    """Remove a calendar with its days."""
    refuse_arguments(list(request.args))
    by = current.actor()
    operations.delete_calendar(by, operations.get_calendar(by, calendar_id))
    return Response(status=204)


@blueprint.get(f"{ONE}/days")
@_described("list_business_days", told.DAYS, parameters=(LIMITED,))
@access(who=Who.TOKEN)
def list_own_days(calendar_id: UUID) -> Response:
    """The days of a calendar's own; one without hours is off."""
    read_page(request.args, ())
    by = current.actor()
    days = operations.days_of(by, operations.get_calendar(by, calendar_id))
    return send(Reply(200, dumps({"data": [_day(one) for one in days], "next": None})))


@blueprint.post(f"{ONE}/days")
@_described(
    "set_business_day",
    told.OWN_DAY,
    sends=told.DAY_SENT,
    is_repeatable=True,
)
@access(who=Who.TOKEN, permission=MANAGE)
def set_own_day(calendar_id: UUID) -> Response:
    """Make a day the calendar's own: off, or worked in the hours that are given."""
    by = current.actor()
    row = operations.get_calendar(by, calendar_id)
    body = body_of(("day", "name", "hours"))

    def work() -> Reply:
        own = operations.set_day(by, row, *(text_of(body, one) for one in ("day", "name", "hours")))
        return Reply(200, dumps(_day(own)))

    return repeatable(by, body, work)


@blueprint.delete(f"{ONE}/days")
@_described(
    "delete_business_day", DONE, parameters=({**parameter("day", told.DAY), "required": True},)
)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_own_day(calendar_id: UUID) -> Response:
    """Let a day be as the week and the holidays say."""
    refuse_arguments([one for one in request.args if one != "day"])
    by = current.actor()
    row = operations.get_calendar(by, calendar_id)
    operations.remove_day(by, row, request.args.get("day", ""))
    return Response(status=204)


@blueprint.get("/business-time")
@_described(
    "count_business_time",
    told.COUNTED,
    parameters=(
        {**parameter("from", MOMENT), "required": True},
        parameter("to", MOMENT),
        parameter("seconds", WHOLE),
        parameter("calendar_id", ID),
    ),
)
@access(who=Who.TOKEN)
def count_business_time() -> Response:
    """Business time from a moment to another, and what is due so many business seconds after it."""
    known = ("from", "to", "seconds", "calendar_id")
    refuse_arguments([one for one in request.args if one not in known])
    calendar = calendar_of(current.actor(), _calendar_id())
    start, until = _moment("from"), _moment("to") if request.args.get("to") else None
    if until is not None and abs(until - start) > LONGEST:
        raise Refused(_("This date is too far away."), field="to")
    seconds = _seconds()
    try:
        opens = next_open(calendar, start)
        due = add_business_time(calendar, start, seconds) if seconds is not None else None
    except (NeverOpen, OverflowError):
        raise Refused(_("This calendar is never open."), field="calendar_id") from None
    between = business_time_between(calendar, start, until) if until is not None else None
    shown = {
        "seconds": int(between.total_seconds()) if between is not None else None,
        "is_open": is_open(calendar, start),
        "next_open": as_json(opens),
        "due": as_json(due),
    }
    return send(Reply(200, dumps(shown)))


@blueprint.get("/fiscal-year")
@_described("get_fiscal_year", told.FISCAL)
@access(who=Who.TOKEN)
def show_fiscal_year() -> Response:
    """The fiscal year, with the year and the quarter of today."""
    refuse_arguments(list(request.args))
    return send(Reply(200, dumps(_fiscal())))


@blueprint.patch("/fiscal-year")
@_described("update_fiscal_year", told.FISCAL, sends=told.FISCAL_SENT)
@access(who=Who.TOKEN, permission=MANAGE)
def change_fiscal_year_by_program() -> Response:
    """Decide when the fiscal year begins, and by which of its years it is named."""
    by = current.actor()
    body = body_of(("first_month", "named_by"))
    before = _fiscal()
    month = body.get("first_month", before["first_month"])
    if isinstance(month, bool) or not isinstance(month, int):
        raise Refused(_("This must be a whole number."), field="first_month")
    named_by = text_of(body, "named_by", before["named_by"])
    if named_by not in ("start", "end"):
        raise Refused(_("This is not one of the values to choose from."), field="named_by")
    operations.change_fiscal_year(by, first_month=str(month), named_by_start=named_by == "start")
    return send(Reply(200, dumps(_fiscal())))


def _wish(body: Body, row: BusinessCalendar | None) -> Wish:
    """What a body wants; what it does not name stays, of a new calendar as the workspace is."""
    tenant = current.actor().tenant
    hours = dict.fromkeys(WEEKDAYS, "")
    if row is not None:
        stored = (write_hours(to_spans(one)) for one in row.week)
        hours = dict(zip(WEEKDAYS, stored, strict=True))
    week = body.get("week", {})
    if not isinstance(week, dict) or not set(week) <= set(WEEKDAYS):
        names = ", ".join(WEEKDAYS)
        raise Refused(_("Give hours by weekday: %(days)s.", days=names), field="week")
    hours |= {key: text_of(week, key) for key in week}
    return Wish(
        text_of(body, "name", row.name if row is not None else ""),
        text_of(body, "zone", row.zone if row is not None else tenant.zone),
        text_of(body, "country", row.country if row is not None else ""),
        text_of(body, "region", row.region if row is not None else ""),
        tuple(hours.values()),
        flag_of(body, "is_default") or False,
    )


def _calendar_id() -> UUID | None:
    text = request.args.get("calendar_id")
    if text is None:
        return None
    found = parse_id(text)
    if found is None:
        raise Refused(_("This is no id."), field="calendar_id")
    return operations.get_calendar(current.actor(), found).id


def _moment(key: str) -> datetime:
    found = parse_moment(request.args.get(key, ""))
    if found is None or not 1990 <= found.year <= 2190:
        raise Refused(_("Give a moment such as 2026-11-22T09:30:00Z."), field=key)
    return found.astimezone(UTC)


def _seconds() -> timedelta | None:
    text = request.args.get("seconds")
    if text is None:
        return None
    plain = text.removeprefix("-")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10 and int(plain) <= MOST_SECONDS):
        raise Refused(_("This must be a whole number."), field="seconds")
    return timedelta(seconds=int(text))


def _shown(row: BusinessCalendar) -> dict[str, Any]:
    hours = (write_hours(to_spans(one)) for one in row.week)
    return {
        "id": str(row.id),
        "name": row.name,
        "zone": row.zone,
        "country": row.country,
        "region": row.region,
        "week": dict(zip(WEEKDAYS, hours, strict=True)),
        "is_default": row.is_default,
        "version": row.version,
        "updated_at": as_json(row.updated_at),
    }


def _day(one: OwnDay) -> dict[str, Any]:
    return {"day": one.day.isoformat(), "name": one.name, "hours": write_hours(one.hours)}


def _fiscal() -> dict[str, Any]:
    by = current.actor()
    fiscal, today = fiscal_year(by), by.today()
    return {
        "first_month": fiscal.first_month,
        "named_by": "start" if fiscal.named_by_start else "end",
        "year": fiscal.year_of(today),
        "quarter": fiscal.quarter_of(today),
    }
