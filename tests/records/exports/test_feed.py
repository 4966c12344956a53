"""A person's calendar for other programs: a private address, their own things, their own rights."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.identity.models import Grant, Role, User
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.feeds.models import CalendarFeed
from tests.cast import HostClient, Person, Workspace, visitor
from tests.conftest import Clock
from tests.factories import make_activity
from tests.records.pages.conftest import statements

PLACE = "/settings/me/calendar"


def address_of(person: Person) -> str:
    """The path of a fresh address of somebody's calendar."""
    shown = person.client.post(PLACE).text
    found = re.search(r"<code>[^<]*(/calendar\.ics\?key=[^<]+)</code>", shown)
    assert found is not None
    return unescape(found[1])


def entries(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    return {str(one["summary"]): one for one in Calendar.from_ical(answer.data).walk("VEVENT")}


def program(app: Flask, workspace: Workspace) -> HostClient:
    return visitor(app, workspace)


def test_a_calendar_tells_what_is_mine_from_thirty_days_ago_on(
    app: Flask, acme: Workspace, alice: Person, bob: Person, clock: Clock
) -> None:
    def due(days: int) -> str:
        return (clock.now + timedelta(days=days)).isoformat()

    with acme.acting(bob) as by:
        made = make_activity(by, kind="task", subject="Ring; 王小明, soon", due_at=due(3))
        made_id = str(made.id)
        make_activity(by, kind="task", subject="Long ago", due_at=due(-31))
        done = make_activity(by, kind="task", subject="Lately", due_at=due(-29))
        perform("activity", "complete", done, by=by)
        make_activity(by, subject="Without a date")
    with acme.acting(alice) as by:
        make_activity(by, kind="task", subject="Hers", due_at=due(3))
    found = entries(program(app, acme).get(address_of(bob)))
    ring = "Ring; 王小明, soon"
    assert set(found) == {ring, "✓ Lately"}
    entry = found[ring]
    assert entry.decoded("dtstart") == clock.now + timedelta(days=3)
    assert str(entry["url"]).endswith(f"/activities/{made_id}")


def test_entries_take_as_long_as_the_page_shows_and_whole_days_are_days(
    app: Flask, acme: Workspace, bob: Person, clock: Clock
) -> None:
    clock.move_to(datetime(2026, 11, 18, 12, tzinfo=UTC))
    with acme.acting(bob) as by:
        for subject, due, minutes in (
            ("Ring", "2026-11-20T09:00", None),
            ("Visit", "2026-11-20T10:00", 90),
            ("Fair", "2026-11-21T00:00", 2880),
            ("Trip", "2026-11-21T10:00", 1440),
            ("Mission", "2026-10-01T09:00", 40 * 1440),
            ("Over", "2026-10-01T09:00", 10 * 1440),
            # As long as a day is on which London's clocks go forward.
            ("Spring", "2027-03-28T00:00", 1440),
        ):
            make_activity(by, "task", subject=subject, due_at=due, minutes=minutes)
    found = entries(program(app, acme).get(address_of(bob)))
    assert "Over" not in found
    lengths = {name: one.duration for name, one in found.items()}
    assert lengths == {
        "Ring": timedelta(minutes=30),
        "Visit": timedelta(minutes=90),
        "Fair": timedelta(days=2),
        "Trip": timedelta(days=1),
        "Mission": timedelta(days=40),
        "Spring": timedelta(days=1),
    }
    days = {name: one.decoded("dtstart") for name, one in found.items()}
    assert (days["Fair"], days["Spring"]) == (date(2026, 11, 21), date(2027, 3, 28))
    assert days["Trip"] == datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_a_copy_that_is_fresh_is_not_sent_again(
    app: Flask, acme: Workspace, bob: Person, clock: Clock
) -> None:
    with acme.acting(bob) as by:
        due = clock.now + timedelta(days=1)
        made = make_activity(by, kind="task", subject="Ring", due_at=due.isoformat())
        made_id = made.id
    url, client = address_of(bob), program(app, acme)
    mark = client.get(url).headers["ETag"]
    clock.shift(timedelta(minutes=5))
    assert client.get(url, headers={"If-None-Match": mark}).status_code == 304
    with acme.acting(bob) as by:
        made = by.session.get_one(type(made), made_id)
        perform("activity", "update", made, by=by, subject="Write")
    assert "Write" in entries(client.get(url, headers={"If-None-Match": mark}))


def test_an_address_is_kept_as_a_digest_replaced_and_withdrawn(
    app: Flask, acme: Workspace, bob: Person, alice: Person
) -> None:
    assert "no address yet" in bob.client.get(PLACE).text
    first = address_of(bob)
    key = first.partition("key=")[2]
    with acme.scope() as session:
        (feed,) = session.scalars(select(CalendarFeed))
        assert key not in (feed.digest, str(feed.id))
    client = program(app, acme)
    assert client.get(first).status_code == 200
    assert key not in bob.client.get(PLACE).text
    second = address_of(bob)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    address_of(alice)
    assert bob.client.post(f"{PLACE}/withdraw").status_code == 303
    assert client.get(second).status_code == 404
    with acme.scope() as session:
        assert len(session.scalars(select(CalendarFeed)).all()) == 1, "hers stays"


def test_a_wrong_key_and_another_workspace_open_nothing(
    app: Flask, acme: Workspace, globex: Workspace, bob: Person
) -> None:
    url = address_of(bob)
    for wrong in (
        "/calendar.ics",
        "/calendar.ics?key=",
        "/calendar.ics?key=" + "x" * 300,
        f"{url}x",
    ):
        assert program(app, acme).get(wrong).status_code == 404, wrong
    assert program(app, globex).get(url).status_code == 404


def test_a_calendar_ends_with_its_person_and_their_rights(
    app: Flask, acme: Workspace, bob: Person, clock: Clock
) -> None:
    with acme.acting(bob) as by:
        due = (clock.now + timedelta(days=1)).isoformat()
        make_activity(by, kind="task", subject="Ring", due_at=due)
    url, client = address_of(bob), program(app, acme)
    assert list(entries(client.get(url))) == ["Ring"]
    with acme.scope() as session:
        role = session.scalars(select(Role).where(Role.key == "sales_rep")).one()
        for grant in session.scalars(select(Grant).where(Grant.role_id == role.id)):
            if (grant.record_type, grant.verb) == ("activity", "read"):
                session.delete(grant)
        role.stamp = new_id()
    assert entries(client.get(url)) == {}
    with acme.scope() as session:
        session.execute(update(User).where(User.id == bob.user_id).values(is_active=False))
    assert client.get(url).status_code == 404


def test_the_statements_of_a_calendar_do_not_grow_with_what_stands_in_it(
    app: Flask, acme: Workspace, bob: Person, clock: Clock
) -> None:
    url, client = address_of(bob), program(app, acme)
    due = (clock.now + timedelta(days=1)).isoformat()

    def plan(count: int) -> None:
        with acme.acting(bob) as by:
            for number in range(count):
                make_activity(by, kind="task", subject=f"Task {number}", due_at=due)

    plan(1)
    client.get(url)
    with statements() as few:
        client.get(url)
    plan(6)
    with statements() as many:
        client.get(url)
    assert len(few) == len(many) <= 25


def test_the_menu_of_the_settings_marks_the_page_alone_and_not_the_one_it_begins_with(
    alice: Person,
) -> None:
    def marked(path: str) -> list[tuple[str, str]]:
        shown = alice.client.get(path).text
        nav = shown.partition('<nav class="settings-nav"')[2].partition("</nav>")[0]
        return re.findall(r'href="([^"]+)" aria-current="(\w+)"', nav)

    assert marked(PLACE) == [(PLACE, "page")]
    assert marked("/settings/me") == [("/settings/me", "page")]
    assert marked("/settings/me/password") == [("/settings/me", "true")]
