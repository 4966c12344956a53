"""The calendars of a workspace: kept, changed, told, asked for by everything that counts time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.events import Event
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.kernel.worktime import Span, add_business_time, is_open
from app.records.worktime import operations
from app.records.worktime.kept import business_time, calendar_of, fiscal_year
from app.records.worktime.models import BusinessCalendar
from app.records.worktime.reading import WEEKDAYS, Wish, read_hours, write_hours
from tests.automation.conftest import Statements
from tests.cast import Person, Workspace
from tests.records.api.conftest import Program, Programs, fields_in, program

__all__ = ["program"]
URL = "/settings/business-hours"
EARLY = ("07:00-11:00", "07:00-11:00", "", "", "", "", "")


def early(by: Actor, name: str = "Early birds", **more: Any) -> BusinessCalendar:
    """A calendar of two mornings a week, in Shanghai."""
    return operations.create_calendar(by, Wish(name, "Asia/Shanghai", week=EARLY, **more))


def test_a_workspace_that_never_decided_works_as_its_country_does(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        usual = calendar_of(by)
        assert (usual.zone.key, usual.country) == ("Europe/London", "GB")
        assert not is_open(usual, datetime(2026, 12, 25, 11, tzinfo=UTC))
        assert is_open(usual, datetime(2026, 12, 24, 11, tzinfo=UTC))
        assert fiscal_year(by).label(date(2026, 5, 1)) == "FY2026 Q2"


def test_calendars_are_remembered_and_every_change_is_seen(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        first = early(by)
        second = early(by, "Late", country="CN")
        operations.set_day(by, second, "2026-10-12", "Stocktaking", "")
    with acme.acting(alice) as by:
        assert business_time(by).default_id == first.id
        with Statements() as made:
            late = calendar_of(by, second.id)
            assert fiscal_year(by).first_month == 1
        assert made.said == []
        assert late.spans_of(date(2026, 10, 12)) == ()
        assert late.spans_of(date(2026, 10, 10)) == (Span(420, 660),)  # A worked Saturday.
        operations.remove_day(by, operations.get_calendar(by, second.id), "2026-10-12")
        assert calendar_of(by, second.id).spans_of(date(2026, 10, 12)) == (Span(420, 660),)
        due = add_business_time(
            calendar_of(by), datetime(2026, 11, 20, tzinfo=UTC), timedelta(hours=5)
        )
        assert due == datetime(2026, 11, 24, 0, tzinfo=UTC)  # Tuesday at eight in Shanghai.


def test_one_calendar_is_the_default_and_goes_last(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        first, second = early(by), early(by, "Late", is_default=True)
        assert [one.name for one in operations.calendars_of(by)] == ["Late", "Early birds"]
        with pytest.raises(Refused, match="another calendar the default"):
            operations.delete_calendar(by, second)
        operations.delete_calendar(by, first)
        operations.delete_calendar(by, second)
        assert calendar_of(by).zone.key == "Europe/London"


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("", ""),
        ("9-12 13-18", "09:00–12:00, 13:00–18:00"),
        ("13:00–18:00,09:00 ~ 12:00", "09:00–12:00, 13:00–18:00"),
        ("９：００至１２：００、13：30到17：30", "09:00–12:00, 13:30–17:30"),
        ("22:00-24:00", "22:00–24:00"),
        ("22:00-0:00", "22:00–24:00"),
        ("00:00-24:00", "00:00–24:00"),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, hours: str) -> None:
    assert write_hours(read_hours(typed)) == hours
    assert read_hours(hours) == read_hours(typed)


@pytest.mark.parametrize(
    "typed", ["nine to five", "9", "18-9", "9-12, 11-13", "25:00-26:00", "9:70-10", "9-10 x 11-12"]
)
def test_hours_that_are_none_are_refused_beside_their_day(
    acme: Workspace, alice: Person, typed: str
) -> None:
    with acme.acting(alice) as by:
        with pytest.raises(Refused) as refused:
            operations.create_calendar(
                by, Wish("Odd", "Asia/Shanghai", week=("9-18", typed, *("",) * 5))
            )
        assert list(refused.value.errors) == ["tue"]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(" ", "Asia/Shanghai", week=EARLY), "name"),
        (Wish("x" * 101, "Asia/Shanghai", week=EARLY), "name"),
        (Wish("Odd", "Mars/Olympus", week=EARLY), "zone"),
        (Wish("Odd", "Asia/Shanghai", "XX", week=EARLY), "country"),
        (Wish("Odd", "Asia/Shanghai", "GB", "XYZ", week=EARLY), "region"),
        (Wish("Odd", "Asia/Shanghai"), "mon"),
    ],
)
def test_what_is_no_calendar_is_refused_beside_its_field(
    acme: Workspace, alice: Person, wish: Wish, field: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        operations.create_calendar(by, wish)
    assert list(refused.value.errors) == [field]


def test_who_comes_second_is_told_and_the_audit_tells_all(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        row = early(by)
        changed = Wish("Early birds", "Asia/Shanghai", week=("08:00-11:00", *EARLY[1:]))
        operations.change_calendar(by, row, changed, 1)
        with pytest.raises(Conflict):
            operations.change_calendar(by, row, changed, 1)
        operations.change_fiscal_year(by, first_month="4", named_by_start=True)
        told = by.session.execute(select(Event.record_type, Event.changes).order_by(Event.id)).all()
    changes = [dict(one.changes) for one in told if one.record_type == "business_calendar"]
    assert {"mon": ["07:00–11:00", "08:00–11:00"]} in changes
    assert [dict(one.changes) for one in told if one.record_type == "fiscal_year"] == [
        {"first_month": [1, 4], "named_by_start": [False, True]}
    ]


def test_the_page_makes_changes_and_lists_the_days_of_a_year(
    acme: Workspace, alice: Person
) -> None:
    shown = alice.client.get(URL).text
    assert "Usual hours" in shown
    assert "09:00–12:00, 13:00–18:00" in shown
    form = alice.client.get(f"{URL}/new").text
    assert 'value="09:00–12:00, 13:00–18:00"' in form
    sent = {"name": "Office", "zone": "Asia/Shanghai", "country": "CN", "is_default": "1"}
    sent |= dict.fromkeys(WEEKDAYS[:5], "9-18")
    odd = alice.client.post(f"{URL}/new", data=sent | {"fri": "late"})
    assert odd.status_code == 422
    assert 'value="late"' in odd.text
    made = alice.client.post(f"{URL}/new", data=sent)
    assert made.status_code == 303
    url = made.headers["Location"]
    year = alice.client.get(f"{url}?year=2026").text
    assert "National Day" in year
    assert "Day off" in year  # Not "Off", which in Chinese is what a switch is.
    assert "Worked in exchange" in year
    assert "Day off" in year
    alice.client.set_cookie("lang", "zh-CN", domain=acme.host)
    chinese = alice.client.get(f"{url}?year=2026").text
    assert "休息日（由 1月4日 调休）" in chinese  # And not the 2026-01-04 of its source.
    alice.client.set_cookie("lang", "en", domain=acme.host)
    added = alice.client.post(
        f"{url}/days", data={"day": "2026-10-10", "day_name": "Outing", "hours": ""}
    )
    assert added.status_code == 303
    assert "Outing" in alice.client.get(f"{url}?year=2026").text
    assert alice.client.post(f"{url}/days", data={"day": "x"}).status_code == 422
    assert alice.client.post(f"{url}/days/2026-10-10/delete").status_code == 303
    assert alice.client.post(f"{url}/days/2026-10-10/delete").status_code == 404
    assert alice.client.get(f"{url}?year=1999").status_code == 404
    version = {"version": "1"}
    assert alice.client.post(f"{url}/edit", data=sent | version | {"name": "HQ"}).status_code == 303
    late = alice.client.post(f"{url}/edit", data=sent | version | {"name": "Shop"})
    assert late.status_code == 409
    assert 'value="Shop"' in late.text
    fiscal = alice.client.post(URL, data={"first_month": "4", "named_by": "end"})
    assert fiscal.status_code == 303
    with acme.acting(alice) as by:
        assert fiscal_year(by).label(date(2026, 3, 31)) == "FY2026 Q4"
    assert alice.client.post(URL, data={"first_month": "13"}).status_code == 422
    assert alice.client.post(f"{url}/delete").status_code == 303


def test_who_may_not_keep_the_hours_only_reads_them(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        row = early(by)
    assert bob.client.get(URL).status_code == 403
    of_bob = program(bob)
    assert of_bob.get("business-calendars").json["data"][0]["name"] == "Early birds"
    assert of_bob.delete(f"business-calendars/{row.id}").status_code == 403
    assert of_bob.patch("fiscal-year", {"first_month": 2}).status_code == 403
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        operations.delete_calendar(by, operations.get_calendar(by, row.id))


def test_a_program_keeps_calendars_and_counts_by_them(program: Programs, alice: Person) -> None:
    of_alice: Program = program(alice)
    made = of_alice.post(
        "business-calendars",
        {"name": "Desk", "zone": "UTC", "week": {"mon": "9-17", "tue": "9-17"}},
    )
    assert made.status_code == 201, made.text
    path = f"business-calendars/{made.json['id']}"
    seen = of_alice.get(path).headers["ETag"]
    changed = of_alice.patch(path, {"week": {"tue": "9-12"}}, If_Match=seen)
    assert changed.json["week"]["mon"] == "09:00–17:00"
    assert changed.json["week"]["tue"] == "09:00–12:00"
    assert of_alice.patch(path, {"name": "Late"}, If_Match=seen).status_code == 412
    assert of_alice.post(f"{path}/days", {"day": "2026-11-23", "name": "Trip"}).status_code == 200
    assert of_alice.get(f"{path}/days").json["data"] == [
        {"day": "2026-11-23", "name": "Trip", "hours": ""}
    ]
    asked = f"from=2026-11-22T00:00:00Z&seconds=3600&calendar_id={made.json['id']}"
    told = of_alice.get(f"business-time?{asked}&to=2026-11-25T00:00:00Z").json
    assert told == {
        "seconds": 3 * 3600,
        "is_open": False,
        "next_open": "2026-11-24T09:00:00Z",
        "due": "2026-11-24T10:00:00Z",
    }
    assert of_alice.delete(f"{path}/days?day=2026-11-23").status_code == 204
    assert of_alice.patch("fiscal-year", {"first_month": 7}).json["first_month"] == 7
    assert of_alice.get("fiscal-year").json["named_by"] == "end"
    assert of_alice.delete(path).status_code == 204


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("from=now", "from"),
        ("from=2026-11-22T00:00:00Z&to=2096-11-22T00:00:00Z", "to"),
        ("from=2026-11-22T00:00:00Z&seconds=1e9", "seconds"),
        ("from=2026-11-22T00:00:00Z&seconds=99999999999", "seconds"),
        ("from=2026-11-22T00:00:00Z&calendar_id=x", "calendar_id"),
    ],
)
def test_what_can_not_be_counted_is_named(
    program: Programs, alice: Person, asked: str, field: str
) -> None:
    assert fields_in(program(alice).get(f"business-time?{asked}")) == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"week": {"mon": 9}}, "mon"),
        ({"week": ["9-17"]}, "week"),
        ({"week": {"noday": "9-17"}}, "week"),
        ({"zone": "Nowhere"}, "zone"),
        ({"is_default": "yes"}, "is_default"),
        ({"hours": "9-17"}, "hours"),
    ],
)
def test_what_does_not_fit_a_calendar_is_named(
    program: Programs, alice: Person, body: dict[str, Any], field: str
) -> None:
    asked = {"name": "Desk", "week": {"mon": "9-17"}} | body
    assert fields_in(program(alice).post("business-calendars", asked)) == [field]


def test_the_usual_hours_are_changed_under_their_own_name(alice: Person) -> None:
    page = alice.client.get(f"{URL}/new").text
    assert "<h1>Change the usual hours</h1>" in page
    assert 'id="name" name="name" value="Usual hours"' in page
    typed = {"name": "Usual hours", "zone": "Europe/London", "mon": "10-16"}
    assert alice.client.post(f"{URL}/new", data=typed).status_code == 303
    anew = alice.client.get(f"{URL}/new").text
    assert "<h1>New calendar</h1>" in anew
    assert 'id="name" name="name" value=""' in anew


def test_the_holidays_of_the_usual_hours_are_seen_before_anything_is_saved(
    acme: Workspace, alice: Person
) -> None:
    usual = f"{URL}/usual"
    assert f'href="{usual}?next=%2F">Public holidays' in alice.client.get(f"{URL}?next=/").text
    page = alice.client.get(f"{usual}?year=2026&next=/").text
    assert "Christmas Day" in page
    assert "Boxing Day" in page
    assert f'href="{usual}?next=%2F&amp;year=2027"' in page
    assert f'href="{URL}/new?next=%2F"' in page
    assert "/delete" not in page
    with acme.acting(alice) as by:
        early(by)
    assert alice.client.get(usual).status_code == 404  # From now on its calendars have pages.


def test_the_usual_hours_are_kept_by_one_press(acme: Workspace, alice: Person, bob: Person) -> None:
    assert bob.client.post(f"{URL}/keep").status_code == 403
    for _press in range(2):
        assert alice.client.post(f"{URL}/keep", data={"next": "/"}).location == "/"
    assert alice.client.post(f"{URL}/keep", data={"next": "//evil.example"}).location == URL
    with acme.acting(alice) as by:
        (kept,) = operations.calendars_of(by)
        assert (kept.name, kept.zone, kept.country) == ("Usual hours", "Europe/London", "GB")
        assert kept.is_default
