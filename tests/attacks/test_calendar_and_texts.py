"""Calendars at the ends of time, mentions by the thousand, favourites of others."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.crm.models import Activity
from app.identity.models import User
from app.kernel.actor import Reach
from app.records.favourites.models import Favourite
from tests.attacks.program import Programs
from tests.attacks.test_files_and_merges import grant, look_as
from tests.attacks.test_merges_duplicates_files import hide
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity
from tests.records.pages.test_calendar import HTMX

XSS = '"><img src=x onerror=alert(1)>\u202e'


def plan(acme: Workspace, person: Person, due_at: str = "2026-11-20T10:00", **more: Any) -> UUID:
    with acme.acting(person) as by:
        return make_activity(by, "task", subject="Ring", body="", due_at=due_at, **more).id


def held(acme: Workspace, record_id: UUID) -> Activity:
    with acme.scope() as session:
        return session.get_one(Activity, record_id)


# Calendars


@pytest.mark.parametrize(
    ("day", "time"),
    [
        ("0001-01-01", "00:00"),
        ("9999-12-31", "23:59"),
        ("0000-01-01", "10:00"),
        ("10000-01-01", "10:00"),
        ("2026-02-30", "10:00"),
        ("2026-11-20", "25:00"),
        ("2026-11-20", "10:00+99:00"),
        ("2026-11-20", "10:00+14:00"),
        ("2026-W47-5", "T10"),
        ("20261120", "1000"),
        ("", ""),
        ("x" * 5000, "y"),
    ],
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_nothing_is_moved_beyond_time(
    acme: Workspace, alice: Person, day: str, time: str, zone: str
) -> None:
    with acme.scope() as session:
        session.get_one(User, alice.user_id).zone = zone
    one = plan(acme, alice)
    data = {"field": "due_at", "day": day, "time": time}
    answer = alice.client.post(f"/activities/{one}/move", data=data, headers=HTMX)
    assert answer.status_code in (200, 422), answer.status_code
    assert alice.client.get(f"/activities/{one}").status_code == 200
    for span in ("day", "week", "month"):
        page = alice.client.get(f"/activities/calendar?span={span}&on={day[:10]}")
        assert page.status_code in (200, 422)


@pytest.mark.parametrize("minutes", ["-5", "0", "99999999999", "1e9", "2147483647", "x", "½", ""])
def test_odd_lengths_are_refused_or_shown(acme: Workspace, alice: Person, minutes: str) -> None:
    one = plan(acme, alice)
    data = {"field": "minutes", "value": minutes}
    answer = alice.client.post(f"/activities/{one}/move", data=data, headers=HTMX)
    assert answer.status_code in (200, 422)
    for span in ("day", "week", "month"):
        assert (
            alice.client.get(f"/activities/calendar?span={span}&on=2026-11-20").status_code == 200
        )


@pytest.mark.parametrize("due_at", ["9999-12-31T23:00", "9999-12-30T00:00", "0001-01-02T00:00"])
@pytest.mark.parametrize("minutes", [None, 60, 1440, 2000000])
def test_what_lasts_beyond_the_end_of_time_breaks_no_page_and_no_feed(
    acme: Workspace, alice: Person, program: Programs, due_at: str, minutes: int | None
) -> None:
    sent = {"kind": "task", "subject": "Late", "due_at": due_at + ":00Z", "minutes": minutes}
    made = program(alice).post("activities", sent)
    assert made.status_code in (201, 422), made.text
    for span in ("day", "week", "month"):
        for on in (due_at[:10], "2026-11-20"):
            page = alice.client.get(f"/activities/calendar?span={span}&on={on}")
            assert page.status_code in (200, 422), (span, on)
    assert alice.client.get("/").status_code == 200
    assert alice.client.get("/activities").status_code == 200


# Mentions


@pytest.mark.parametrize(
    "body",
    [
        "@Dora Dunn " * 1800,
        "@" * 20000,
        "@[" * 9000,
        "@[x](" * 4000,
        "@[" + "x" * 300 + "](00000000-0000-0000-0000-000000000000)",
        "@[x](00000000-0000-0000-0000-00000000000g)",
        "@Nobody At All",
        "@\u202eDora Dunn\u202c",
        "@Alice Archer",
        "<b>@Dora Dunn</b>" + XSS,
    ],
)
def test_odd_mentions_are_plain_words_or_refused(
    acme: Workspace, alice: Person, dora: Person, program: Programs, body: str
) -> None:
    made = program(alice).post("activities", {"kind": "note", "body": body})
    assert made.status_code in (201, 422)
    if made.status_code == 201:
        record_id = made.json["id"]
        page = alice.client.get(f"/activities/{record_id}")
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert "<b>@" not in page.text
        assert "<img src=x" not in dora.client.get("/").text
        assert alice.client.get("/activities").status_code == 200


def test_an_id_of_nobody_or_of_who_has_left_is_refused(
    acme: Workspace, alice: Person, bob: Person, charlie: Person, program: Programs
) -> None:
    with acme.scope() as session:
        session.get_one(User, bob.user_id).is_active = False
    for user_id in (bob.user_id, charlie.user_id, uuid4()):
        sent = {"kind": "note", "body": f"@[x]({user_id})"}
        assert program(alice).post("activities", sent).status_code == 422


def test_names_that_mean_harm_are_text_wherever_they_are_called(
    acme: Workspace, alice: Person, dora: Person, program: Programs
) -> None:
    with acme.scope() as session:
        session.get_one(User, dora.user_id).name = XSS
    with acme.acting(alice) as by:
        firm = make_account(by, XSS).id
    sent = {"kind": "note", "body": f"@{XSS} look", "account_id": str(firm)}
    made = program(alice).post("activities", sent)
    assert made.json["mentions"][0]["id"] == str(dora.user_id)
    alice.client.post(f"/accounts/{firm}/favourite", data={"on": "1"})
    for client, path in (
        (alice.client, f"/activities/{made.json['id']}"),
        (alice.client, f"/accounts/{firm}"),
        (alice.client, f"/accounts/{firm}/link"),
        (alice.client, "/mentions?q=img"),
        (alice.client, "/favourites"),
        (alice.client, "/accounts"),
        (alice.client, f"/accounts/{firm}/pool/reassign"),
        (dora.client, "/"),
        (dora.client, "/notices"),
        (alice.client, "/settings/pool"),
    ):
        text = client.get(path).text
        assert "<img src=x" not in text, path
        assert "onerror=alert(1)>" not in text, path


def test_a_mention_tells_nothing_of_a_text_that_is_hidden(
    acme: Workspace, alice: Person, dora: Person, program: Programs
) -> None:
    hide(acme, dora, "activity", "body")
    with acme.acting(alice) as by:
        firm = make_account(by).id
        one = make_activity(by, body="Lunch\n\n@Dora Dunn Larkspur", account_id=str(firm)).id
    for path in ("/", "/notices", f"/activities/{one}", f"/accounts/{firm}"):
        assert "Larkspur" not in dora.client.get(path).text
    told = program(dora).get(f"activities/{one}").json
    assert "mentions" not in told
    listed = program(dora).get("activities").json["data"]
    assert all("mentions" not in row for row in listed)


def test_what_waits_for_a_mention_is_out_of_reach_stays_untold(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Larkspur").id
        make_activity(by, body="@Bob Baker Larkspur", account_id=str(firm))
    for path in ("/", "/notices"):
        assert "Larkspur" not in bob.client.get(path).text


# Favourites and links


def test_nobody_keeps_touches_or_orders_what_is_not_theirs(
    acme: Workspace, alice: Person, bob: Person, charlie: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Larkspur").id
    grant(acme, bob, "account", Reach.OWN)
    alice.client.post(f"/accounts/{firm}/favourite", data={"on": "1"})
    for person in (bob, charlie):
        answer = person.client.post(f"/accounts/{firm}/favourite", data={"on": "1"})
        assert answer.status_code == 404
        assert program(person).call("PUT", f"accounts/{firm}/favourite").status_code == 404
        assert program(person).delete(f"accounts/{firm}/favourite").status_code == 404
        assert person.client.get(f"/accounts/{firm}/link").status_code == 404
        person.client.post("/favourites", data={"id": f"account:{firm}", "up": f"account:{firm}"})
        person.client.post("/favourites", data={"remove": f"account:{firm}"})
        assert "Larkspur" not in person.client.get("/favourites").text
    with acme.scope() as session:
        assert session.scalars(select(Favourite.user_id)).all() == [alice.user_id]


@pytest.mark.parametrize(
    "text", ["", ":", "account:", "account:x", "x:" + "0" * 32, "a\x00:b", "'" * 999]
)
def test_odd_places_of_favourites_change_nothing(acme: Workspace, alice: Person, text: str) -> None:
    for key in ("id", "up", "down", "remove"):
        answer = alice.client.post("/favourites", data={key: text})
        assert answer.status_code in (303, 422), key


def test_favourites_change_nothing_in_a_preview(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Larkspur", owner_id=str(bob.user_id)).id
    client = look_as(acme, alice, bob)
    assert client.post(f"/accounts/{firm}/favourite", data={"on": "1"}).status_code in (303, 403)
    client.post("/favourites", data={"id": f"account:{firm}"})
    with acme.scope() as session:
        assert session.scalars(select(Favourite)).all() == []


@pytest.mark.parametrize(
    "query",
    [
        "next=//evil.example",
        "q=" + "x" * 6000,
        "q=%3Cimg%20src=x%3E",
        "view=00000000-0000-0000-0000-000000000000",
        "view=x",
        "sort=//evil.example",
        "lens=x",
        "nope=1",
        "owner_id=//evil.example",
    ],
)
def test_links_lead_to_the_workspace_or_nowhere(acme: Workspace, alice: Person, query: str) -> None:
    answer = alice.client.get(f"/accounts/link?{query}")
    assert answer.status_code in (200, 404, 422)
    assert 'href="//evil' not in answer.text
    assert "<img src=x" not in answer.text
    host = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    assert "http://evil" not in alice.client.get(f"/accounts/link?{query}", headers=host).text
