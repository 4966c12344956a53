"""Deciding when a workspace works; each change is told by the audit."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.events import write_event
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.kernel.worktime.calendar import Spans
from app.kernel.worktime.public import countries, regions_of
from app.records.worktime.kept import STAMP, fiscal_year, to_spans
from app.records.worktime.models import BusinessCalendar, BusinessDay, FiscalRule
from app.records.worktime.reading import (
    MOST_DAYS,
    NAME_LENGTH,
    WEEKDAYS,
    OwnDay,
    Wish,
    read_day,
    read_hours,
    write_hours,
)

MANAGE = ("business_hours", "manage")
SUBJECT = "business_calendar"
MOST_CALENDARS = 50


def calendars_of(by: Actor) -> list[BusinessCalendar]:
    """Every calendar, the default first."""
    order = (BusinessCalendar.is_default.desc(), BusinessCalendar.name, BusinessCalendar.id)
    return list(by.session.scalars(select(BusinessCalendar).order_by(*order)))


def get_calendar(by: Actor, calendar_id: UUID) -> BusinessCalendar:
    """A calendar by its id, or Missing."""
    row = by.session.get(BusinessCalendar, calendar_id)
    if row is None:
        raise Missing(_("There is no such calendar."))
    return row


def create_calendar(by: Actor, wish: Wish) -> BusinessCalendar:
    """Make a calendar; the first one is the default. Refused with a message per field."""
    require_manage(by)
    number = by.session.scalar(select(func.count()).select_from(BusinessCalendar)) or 0
    if number >= MOST_CALENDARS:
        raise Refused(_("At most %(most)s calendars.", most=MOST_CALENDARS))
    values = _read(wish)
    row = BusinessCalendar(
        id=new_id(), version=1, is_default=False, updated_at=by.now, updated_by_id=by.user_id
    )
    _put(row, values)
    by.session.add(row)
    by.session.flush()  # The event names the row.
    _changed(by, SUBJECT, row.id, "created", {"name": [None, row.name]})
    if wish.is_default or not number:
        _make_default(by, row)
    return row


def change_calendar(
    by: Actor, row: BusinessCalendar, wish: Wish, version: int | None = None
) -> None:
    """Change a calendar; Conflict where somebody else did meanwhile."""
    require_manage(by)
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else changed this calendar meanwhile. Look at it again."))
    values = _read(wish)
    before = _told(row)
    _put(row, values)
    row.version += 1
    row.updated_at, row.updated_by_id = by.now, by.user_id
    by.session.flush()  # What changed is told as it was written.
    after = _told(row)
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changes:
        _changed(by, SUBJECT, row.id, "updated", changes)
    if wish.is_default and not row.is_default:
        _make_default(by, row)


def delete_calendar(by: Actor, row: BusinessCalendar) -> None:
    """Remove a calendar with its days; the default one only as the last."""
    require_manage(by)
    if row.is_default and len(calendars_of(by)) > 1:
        raise Refused(_("Make another calendar the default before you remove this one."))
    row_id, name = row.id, row.name
    by.session.delete(row)
    by.session.flush()  # Who asks next must not meet it.
    _changed(by, SUBJECT, row_id, "deleted", {"name": [name, None]})


def days_of(by: Actor, row: BusinessCalendar, year: int | None = None) -> list[OwnDay]:
    """The days of a calendar's own, of one year or of all."""
    rows = select(BusinessDay).where(BusinessDay.calendar_id == row.id)
    if year is not None:
        rows = rows.where(func.extract("year", BusinessDay.day) == year)
    return [
        OwnDay(one.day, one.name, to_spans(one.hours))
        for one in by.session.scalars(
            rows.order_by(BusinessDay.day), execution_options={"populate_existing": True}
        )
    ]


def set_day(by: Actor, row: BusinessCalendar, day: str, name: str, hours: str) -> OwnDay:
    """Make a day the calendar's own, off where no hours are given; Refused beside the field."""
    require_manage(by)
    own = read_day(day, name, hours)
    standing = {one.day: one for one in days_of(by, row)}
    before = standing.get(own.day)
    if before is None and len(standing) >= MOST_DAYS:
        raise Refused(_("At most %(most)s days of its own.", most=MOST_DAYS), field="day")
    values = {"name": own.name, "hours": _stored(own.hours)}
    by.session.execute(
        insert(BusinessDay)
        .values(calendar_id=row.id, day=own.day, **values)
        .on_conflict_do_update(index_elements=["calendar_id", "day"], set_=values)
    )
    told = [f"{own.day} {before.name} {write_hours(before.hours)}".strip() if before else None]
    told.append(f"{own.day} {own.name} {write_hours(own.hours)}".strip())
    _changed(by, SUBJECT, row.id, "updated", {"day": told})
    return own


def remove_day(by: Actor, row: BusinessCalendar, day: str) -> None:
    """Let a day be as the week and the holidays say; Missing where it was no own one."""
    require_manage(by)
    found = next((one for one in days_of(by, row) if one.day.isoformat() == day), None)
    if found is None:
        raise Missing(_("There is no such day."))
    by.session.delete(by.session.get_one(BusinessDay, (row.id, found.day)))
    by.session.flush()  # Who asks next must not meet it.
    told = [f"{found.day} {found.name}".strip(), None]
    _changed(by, SUBJECT, row.id, "updated", {"day": told})


def change_fiscal_year(by: Actor, *, first_month: str, named_by_start: bool) -> None:
    """Decide when the fiscal year begins; Refused for a month that is none."""
    require_manage(by)
    if first_month not in {str(month) for month in range(1, 13)}:
        raise Refused(_("Choose the month in which it begins."), field="first_month")
    before = fiscal_year(by)
    values = {
        "first_month": int(first_month),
        "named_by_start": named_by_start,
        "updated_at": by.now,
        "updated_by_id": by.user_id,
    }
    by.session.execute(
        insert(FiscalRule)
        .values(name="fiscal", **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
    changes: dict[str, Any] = {}
    if before.first_month != int(first_month):
        changes["first_month"] = [before.first_month, int(first_month)]
    if before.named_by_start != named_by_start:
        changes["named_by_start"] = [before.named_by_start, named_by_start]
    if changes:
        _changed(by, "fiscal_year", by.tenant.id, "updated", changes)


def require_manage(by: Actor) -> None:
    """NotPermitted for who may not decide this, or where nothing may be changed."""
    if not by.may(*MANAGE):
        raise NotPermitted(_("Your role does not allow this."))
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))


def _read(wish: Wish) -> dict[str, Any]:
    """The columns that a wish means; Refused with a message per field."""
    week, errors = _read_week(wish)
    errors = {**_against_place(wish), **errors}
    name = wish.name.strip()
    if not name:
        errors["name"] = _("Please fill in this field.")
    elif len(name) > NAME_LENGTH:
        errors["name"] = _("This is longer than %(limit)s characters.", limit=NAME_LENGTH)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return {
        "name": name,
        "zone": wish.zone,
        "country": wish.country,
        "region": wish.region.strip() if wish.country else "",
        "week": [_stored(one) for one in week],
    }


def _read_week(wish: Wish) -> tuple[list[Spans], dict[str, Text | str]]:
    """The hours of the week, with what is wrong with them."""
    week: list[Spans] = []
    errors: dict[str, Text | str] = {}
    for key, text in zip(WEEKDAYS, wish.week, strict=True):
        try:
            week.append(read_hours(text))
        except Refused as refused:
            errors[key] = refused.message
    if not errors and not any(week):
        errors["mon"] = _("Give at least one day its hours.")
    return week, errors


def _against_place(wish: Wish) -> dict[str, Text | str]:
    """What is wrong with the zone, the country and its region."""
    errors: dict[str, Text | str] = {}
    if wish.zone not in available_timezones():
        errors["zone"] = _("Choose a time zone.")
    if wish.country and wish.country not in countries():
        errors["country"] = _("The holidays of this country are not known.")
    elif wish.country and wish.region.strip() not in ("", *regions_of(wish.country)):
        errors["region"] = _("This is no region of that country.")
    return errors


def _put(row: BusinessCalendar, values: dict[str, Any]) -> None:
    for key, value in values.items():
        setattr(row, key, value)


def _stored(spans: Spans) -> list[list[int]]:
    return [[one.start, one.end] for one in spans]


def _told(row: BusinessCalendar) -> dict[str, Any]:
    hours = {key: write_hours(to_spans(one)) for key, one in zip(WEEKDAYS, row.week, strict=True)}
    return {
        "name": row.name,
        "zone": row.zone,
        "country": row.country,
        "region": row.region,
        **hours,
    }


def _make_default(by: Actor, row: BusinessCalendar) -> None:
    by.session.execute(
        update(BusinessCalendar).where(BusinessCalendar.is_default).values(is_default=False)
    )
    row.is_default = True
    by.session.flush()  # One default is gone before the next.
    _changed(by, SUBJECT, row.id, "updated", {"is_default": [False, True]})


def _changed(by: Actor, subject: str, subject_id: UUID, verb: str, changes: dict[str, Any]) -> None:
    """Let every process learn of it, and the audit tell it."""
    stamps.draw(by.session, STAMP)
    write_event(by, subject, subject_id, verb, changes=changes)
