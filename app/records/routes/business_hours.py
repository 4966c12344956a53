"""The settings of business hours: calendars, their days, the fiscal year."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request

from app.identity.routes.asking import show, submit, typed
from app.identity.zones import areas
from app.kernel.errors import Missing
from app.kernel.language import _
from app.kernel.language import current as language_in_use
from app.records.pages import business_hours as pages
from app.records.routes.blueprint import blueprint
from app.records.routes.forms import seen_version
from app.records.worktime import operations
from app.records.worktime.kept import fiscal_year
from app.records.worktime.models import BusinessCalendar
from app.records.worktime.operations import MANAGE
from app.records.worktime.reading import WEEKDAYS, Wish
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.links import safe_path
from app.web.render import see_other
from app.web.toasts import toast

URL = "/settings/business-hours"
HOME = "records/business_hours.html"
FORM = "records/business_calendar_form.html"
ONE = "records/business_calendar.html"
LEAST_YEAR, MOST_YEAR = 2000, 2200


@blueprint.get(URL)
@access(permission=MANAGE)
def show_business_hours() -> Response:
    """Every calendar, and the fiscal year."""
    fiscal = fiscal_year(current.actor())
    before = {
        "first_month": str(fiscal.first_month),
        "named_by": "start" if fiscal.named_by_start else "end",
    }
    return show(HOME, _home(), typed=before)


@blueprint.post(URL)
@access(permission=MANAGE)
def save_fiscal_year() -> Response:
    """Decide when the fiscal year begins."""

    def work() -> Response:
        operations.change_fiscal_year(
            current.actor(),
            first_month=typed("first_month"),
            named_by_start=typed("named_by") == "start",
        )
        toast(_("Saved."))
        return see_other(safe_path(request.form.get("next"), URL))

    return submit(work, HOME, _home)


@blueprint.post(f"{URL}/keep")
@access(permission=MANAGE)
def keep_usual_hours() -> Response:
    """Make the usual hours the workspace's own, and go on where one came from."""
    by = current.actor()
    if not operations.calendars_of(by):
        usual = pages.typed_of(None, by)
        week = tuple(usual[key] for key in WEEKDAYS)
        wish = Wish(usual["name"], usual["zone"], usual["country"], "", week, is_default=True)
        operations.create_calendar(by, wish)
        toast(_("Saved."))
    return see_other(safe_path(request.form.get("next"), URL))


@blueprint.get(f"{URL}/usual")
@access(permission=MANAGE)
def show_usual_hours() -> Response:
    """The hours and holidays of a workspace that has no calendar yet; Missing where it has one."""
    if operations.calendars_of(current.actor()):
        raise Missing(_("There is no such calendar."))
    return show(ONE, _one(None))


@blueprint.get(f"{URL}/new")
@access(permission=MANAGE)
def new_business_calendar() -> Response:
    """The form of a new calendar."""
    return show(FORM, _form(None), typed=pages.typed_of(None, current.actor()))


@blueprint.post(f"{URL}/new")
@access(permission=MANAGE)
def create_business_calendar() -> Response:
    """Make a calendar."""

    def work() -> Response:
        row = operations.create_calendar(current.actor(), _wish())
        toast(_("Saved."))
        return see_other(safe_path(request.form.get("next"), f"{URL}/{row.id}"))

    return submit(work, FORM, lambda: _form(None))


@blueprint.get(f"{URL}/<uuid:calendar_id>")
@access(permission=MANAGE)
def show_business_calendar(calendar_id: UUID) -> Response:
    """One calendar: its hours, and the days of a year that are others."""
    row = operations.get_calendar(current.actor(), calendar_id)
    return show(ONE, _one(row))


@blueprint.get(f"{URL}/<uuid:calendar_id>/edit")
@access(permission=MANAGE)
def edit_business_calendar(calendar_id: UUID) -> Response:
    """The form of a calendar that stands."""
    by = current.actor()
    row = operations.get_calendar(by, calendar_id)
    return show(FORM, _form(row), typed=pages.typed_of(row, by))


@blueprint.post(f"{URL}/<uuid:calendar_id>/edit")
@access(permission=MANAGE)
def save_business_calendar(calendar_id: UUID) -> Response:
    """Change a calendar."""
    by = current.actor()
    row = operations.get_calendar(by, calendar_id)

    def work() -> Response:
        operations.change_calendar(by, row, _wish(), seen_version())
        toast(_("Saved."))
        return see_other(f"{URL}/{calendar_id}")

    return submit(work, FORM, lambda: _form(operations.get_calendar(by, calendar_id)))


@blueprint.post(f"{URL}/<uuid:calendar_id>/delete")
@access(permission=MANAGE)
def remove_business_calendar(calendar_id: UUID) -> Response:
    """Remove a calendar."""
    by = current.actor()
    row = operations.get_calendar(by, calendar_id)

    def work() -> Response:
        operations.delete_calendar(by, row)
        toast(_("The calendar was removed."))
        return see_other(URL)

    return submit(work, ONE, lambda: _one(operations.get_calendar(by, calendar_id)))


@blueprint.post(f"{URL}/<uuid:calendar_id>/days")
@access(permission=MANAGE)
def save_own_day(calendar_id: UUID) -> Response:
    """Make a day the calendar's own."""
    by = current.actor()
    row = operations.get_calendar(by, calendar_id)

    def work() -> Response:
        own = operations.set_day(by, row, typed("day"), typed("day_name"), typed("hours"))
        toast(_("Saved."))
        return see_other(f"{URL}/{calendar_id}?year={own.day.year}")

    return submit(work, ONE, lambda: _one(operations.get_calendar(by, calendar_id)))


@blueprint.post(f"{URL}/<uuid:calendar_id>/days/<day>/delete")
@access(permission=MANAGE)
def remove_own_day(calendar_id: UUID, day: str) -> Response:
    """Let a day be as the week and the holidays say."""
    by = current.actor()
    operations.remove_day(by, operations.get_calendar(by, calendar_id), day)
    toast(_("The day was removed."))
    return see_other(f"{URL}/{calendar_id}?year={day[:4]}")


def _wish() -> Wish:
    return Wish(
        typed("name"),
        typed("zone"),
        typed("country"),
        typed("region"),
        tuple(typed(key) for key in WEEKDAYS),
        "is_default" in request.form,
    )


def _home() -> dict[str, object]:
    by = current.actor()
    fiscal, write = fiscal_year(by), formats(by)
    months = [(month, write.month_name(month)) for month in range(1, 13)]
    return {
        "url": URL,
        "calendars": pages.shown_calendars(by),
        "months": months,
        "today_is": fiscal.label(by.today()),
        "next_url": safe_path(request.values.get("next"), ""),
    }


def _form(row: BusinessCalendar | None) -> dict[str, object]:
    by = current.actor()
    country = row.country if row is not None else pages.known_country(by.tenant.country)
    if request.method == "POST":
        country = typed("country")
    return {
        "url": f"{URL}/{row.id}/edit" if row is not None else f"{URL}/new",
        "next_url": safe_path(request.values.get("next"), ""),
        "back": f"{URL}/{row.id}" if row is not None else URL,
        "calendar": row,
        "is_first": row is None and not operations.calendars_of(by),
        "areas": areas(language_in_use(), by.today()),
        "countries": pages.country_choices(),
        "regions": pages.region_choices(country),
        "weekdays": list(zip(WEEKDAYS, pages.weekday_names(by), strict=True)),
        "grid": [
            {"id": key, "name": name, "short": short}
            for key, name, short in zip(
                WEEKDAYS, pages.weekday_names(by), pages.short_weekdays(by), strict=True
            )
        ],
        "is_default": "is_default" in request.form or _is_default(row),
    }


def _is_default(row: BusinessCalendar | None) -> bool:
    """True for the default calendar, and for the first one, which will be it."""
    if row is not None:
        return row.is_default
    return not operations.calendars_of(current.actor())


def _one(row: BusinessCalendar | None) -> dict[str, object]:
    by = current.actor()
    text = request.args.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else by.today().year
    if not LEAST_YEAR <= year <= MOST_YEAR:
        raise Missing(_("There is no such page."))
    wanted = row.id if row is not None else None
    (shown,) = (one for one in pages.shown_calendars(by) if one.id == wanted)
    back = safe_path(request.values.get("next"), "")
    return {
        "url": URL,
        "own": f"{URL}/{wanted or 'usual'}",
        "more": f"?{urlencode({'next': back})}" if back else "",
        "calendar": shown,
        "year": year,
        "years": [year - 1, year, year + 1],
        "days": pages.days_of_year(row, year, by),
    }
